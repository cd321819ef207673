/* The best matches of a full-text query by BM25 (Robertson, Zaragoza, "The Probabilistic Relevance
 * Framework: BM25 and Beyond", 2009, k1 = 1.2, b = 0.75), a hit in the title counting 10, in the
 * text 5, in the author 3, in the source's title 1, as FTS5's bm25 () with these weights has it.
 *
 * bm25 () reads a row of lengths for each candidate, which for 40,000 of them takes ten times as
 * long as all the rest.  So candidates are scored as if all were of the mean length, and the best
 * RANK_EXACT of these exactly.  They are looked at newest first, and no more than `candidates`. */
#ifndef WEIR_STORER_DB_RANK_H
#define WEIR_STORER_DB_RANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_read;
struct sqlite3;

enum { RANK_EXACT = 500 };

struct rank_query {
    const char *match; /* an FTS5 expression; one that is none is a failure of the connection */
    size_t candidates;
    bool (*accept)(void *arg, uint64_t id); /* NULL: all */
    void *arg;
};

struct rank_hit {
    uint64_t id;
    float score;
};

struct rank_told {
    uint64_t candidates; /* looked at */
    bool capped;         /* there are more, all older */
};

/* Writes the best, at most `most` <= RANK_EXACT, best first, ties newest first; returns how many.
 * Where the connection fails or is stopped it says so, and there are none. */
size_t db_rank(struct db_read *db, const struct rank_query *query, struct rank_hit *out,
               size_t most, struct rank_told *told);
/* How many rows match, counted no further than `most`. */
uint64_t db_rank_count(struct db_read *db, const char *match, uint64_t most);

/* Makes a connection ready; for db_read.c.  An SQLite error code. */
int db_rank_register(struct sqlite3 *handle);

#endif

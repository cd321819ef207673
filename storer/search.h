/* A search in hand: what reads_search.c and search_*.c share.
 *
 * Two lists of at most SEARCH_LIST ids are made side by side, by words (search_keyword.c) and by
 * vectors (search_vector.c), and fused (rank_fuse.h); their rows are read and copies folded
 * (search_rows.c); a reranker and MMR may put them into another order (search_order.c); what is
 * asked for is shown (search_show.c). */
#ifndef WEIR_STORER_SEARCH_H
#define WEIR_STORER_SEARCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "storer/db_rank.h"
#include "storer/excerpt.h"
#include "storer/rank_fuse.h"
#include "storer/reads_lang.h"

struct idset;
struct reads;

enum {
    SEARCH_LIST = 100,
    SEARCH_KEYWORD = 0, /* places of the lists in struct fused */
    SEARCH_VECTOR = 1,
    SEARCH_WORDS = 32, /* of a query that are looked for; further ones are left out */
};

enum search_mode { SEARCH_HYBRID, SEARCH_KEYWORDS, SEARCH_VECTORS };

/* An item among the hits. */
struct search_hit {
    struct fused fused;
    uint64_t copy_of, folded;
    float keyword, cosine; /* scores, where a list has it */
    float rerank;
    int8_t *vector; /* dims components, or NULL: read for MMR alone */
    size_t place;   /* by fusion, from 1 */
};

struct search {
    struct reads *reads;
    enum search_mode mode;
    int64_t limit;
    bool mmr, rerank, explain;
    struct reads_query query;
    struct buf title; /* `similar`: of the item */
    struct buf plain; /* its words, or the item's text: what is embedded */
    struct excerpt_word words[SEARCH_WORDS];
    size_t word_count;
    struct buf match;      /* FTS5 expressions: all words; empty = there are none */
    struct buf any;        /* ... some of them, made when it is needed */
    struct buf marks;      /* ... any of them */
    struct idset *filter;  /* what every hit must be in; NULL = everything */
    struct idset *wording; /* and one that has not all words (`any`, vectors); NULL = everything */
    struct idset *hidden;  /* and what none may be in; NULL = nothing */
    uint64_t except;       /* `similar`: this item and its copies are no hits */

    struct rank_hit keyword[SEARCH_LIST];
    size_t keyword_count;
    struct rank_told told;
    bool any_used;

    bool asked; /* the ring */
    struct rank_hit vector[2 * SEARCH_LIST];
    size_t vector_count;
    int8_t *sought; /* the query's vector, dims components, or NULL */
    size_t dims;
    const char *partial; /* why there is no vector half; NULL = there is, or none was asked for */
    struct buf why;      /* its text, where it is none of ours */

    struct search_hit hits[2 * SEARCH_LIST];
    size_t count;
    const char *rerank_failed;
    bool reranked;

    int64_t began_us, lap_us;
    json_t *took; /* microseconds of each part */
};

void search_end(struct search *search);
/* Notes the time since the last lap under this name. */
void search_lap(struct search *search, const char *name);
/* Whether an id may be a hit; whether it may be one that has not all words. */
bool search_admits(const struct search *search, uint64_t id);
bool search_admits_any(const struct search *search, uint64_t id);

/* search_keyword.c: makes the list; the connection says where that failed. */
void search_keyword(struct search *search);

/* search_words.c: takes the query, false after reads_fail; makes the sets; makes `any`. */
bool search_read(struct search *search);
void search_sets(struct search *search);
void search_any(struct search *search);

/* search_vector.c: asks the ring; makes the list of its answer, with what the other list has. */
void search_ask(struct search *search);
void search_vector(struct search *search);
/* The vector of an item in dims components, the caller's, or NULL. */
int8_t *search_vector_of(struct search *search, uint64_t id);

/* search_rows.c: fuses the lists and folds copies. */
void search_fuse(struct search *search);

/* search_order.c */
void search_rerank(struct search *search);
void search_mmr(struct search *search);

/* search_show.c: the answer. */
json_t *search_show(struct search *search);

#endif

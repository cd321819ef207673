/* Rows of full texts.  Writing calls belong to the open transaction. */
#ifndef WEIR_STORER_DB_FULL_H
#define WEIR_STORER_DB_FULL_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db;

enum db_full_state { DB_FULL_ABSENT, DB_FULL_FETCHING, DB_FULL_HERE, DB_FULL_FAILED };

struct db_full {
    enum db_full_state state;
    int64_t asked_ms, until_ms, got_ms, retry_ms; /* UTC */
    struct span hash;                             /* of the blob; empty = none */
    struct span error, final_url;
};
/* The text is appended to space, which must outlive it.  No row is DB_FULL_ABSENT. */
void db_full_get(struct db *db, uint64_t item, struct buf *space, struct db_full *out);

/* What a job takes from an item and its source; as above.  false: there is no such item. */
struct db_full_subject {
    uint64_t source;
    struct span url, source_url, options;
};
bool db_full_subject(struct db *db, uint64_t item, struct buf *space, struct db_full_subject *out);

/* It is fetching; what was here stays meanwhile. */
void db_full_asked(struct db *db, uint64_t item, int64_t now_ms, int64_t until_ms);
/* html and text are kept, in place of what was here.  false: the transaction has failed. */
bool db_full_got(struct db *db, uint64_t item, struct span article, struct span final_url,
                 int64_t now_ms);
/* Nothing came.  What was here before is here again, with the words beside it. */
void db_full_failed(struct db *db, uint64_t item, struct span error, int64_t retry_ms);
/* Calls fn with each that is fetching, and the address of its article. */
void db_full_each(struct db *db,
                  void (*fn)(void *arg, uint64_t item, struct span url, int64_t until_ms),
                  void *arg);

#endif

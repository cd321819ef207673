/* Rows of the set of vectors that is to serve next, and of the items that owe it one (see version 3
 * in db_schema.c).  Writing calls belong to the open transaction. */
#ifndef WEIR_STORER_DB_NEXT_H
#define WEIR_STORER_DB_NEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storer/db.h"
#include "storer/db_item.h"

enum db_next_state {
    DB_NEXT_NONE,   /* it was not asked for */
    DB_NEXT_OWED,   /* asked for, or to be */
    DB_NEXT_FAILED, /* asked for in vain: a row without a vector */
    DB_NEXT_DONE,
};

/* Of an item; *tries: times it was asked for. */
enum db_next_state db_next_state(struct db *db, uint64_t item, uint64_t *tries);
/* The item owes a vector, to be asked for then (> 0). */
void db_next_want(struct db *db, uint64_t item, int64_t due_ms, uint64_t tries);
/* Those that failed are to be asked for again. */
void db_next_retry(struct db *db);
void db_next_put(struct db *db, uint64_t item, const struct msg_vector *vector);
/* There will be none: the set gets a row without a vector. */
void db_next_fail(struct db *db, uint64_t item, const char *model);
/* What it had was for a former revision. */
void db_next_forget(struct db *db, uint64_t item);
/* The serving vector of an item was committed anew. */
void db_next_sequence(struct db *db, uint64_t item, uint64_t sequence);

/* Items that owe a vector and are due, the longest due first; items below an id, downwards. */
void db_next_each_due(struct db *db, int64_t now_ms, db_wanted_fn *fn, void *arg);
void db_next_each_below(struct db *db, uint64_t id, db_wanted_fn *fn, void *arg);
/* Whether any item still owes one. */
bool db_next_owed(struct db *db);
/* How many items there are. */
uint64_t db_next_items(struct db *db);

/* The next set serves from now on, and what served lies in its place. */
void db_next_switch(struct db *db);
/* Deletes some rows of a set that serves nothing; items that have no vector now are wanted then.
 * false: there are none left. */
bool db_next_sweep(struct db *db, size_t most, int64_t wanted_ms);
/* The model of the newest vector that serves; "" where there is none. */
void db_next_model(struct db *db, char model[DB_MODEL]);

#endif

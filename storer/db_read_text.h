/* Whether the full-text index holds what the items say, without writing: FTS5's own
 * 'integrity-check' is an INSERT and would need the writer's lock. */
#ifndef WEIR_STORER_DB_READ_TEXT_H
#define WEIR_STORER_DB_READ_TEXT_H

#include "storer/db_read.h"

/* Told of each item that differs, at most `most` times; what is a constant. */
typedef void db_read_text_fn(void *arg, int64_t item, const char *what);

/* Reads every term of the index and tokenises every item again; both sides add up a hash of (term,
 * item, column, place), in one sum for each of 65,536 groups of items, so memory does not grow with
 * the store.  Returns how many items differ, or -1: the status says why.  Call between
 * db_read_begin and db_read_end. */
int64_t db_read_text_check(struct db_read *db, int most, db_read_text_fn *fn, void *arg);

#endif

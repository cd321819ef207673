/* What a person changes of a source.  Writing calls belong to the open transaction. */
#ifndef WEIR_STORER_DB_SOURCE_SET_H
#define WEIR_STORER_DB_SOURCE_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "storer/db_source.h"

struct db;

/* Appends its address and options (JSON, often empty).  false where there is no such source. */
bool db_source_set_row(struct db *db, uint64_t id, struct buf *url, struct buf *options,
                       enum db_source_state *state);

/* The person's own; empty = the feed's shows again. */
void db_source_set_title(struct db *db, uint64_t id, struct span title);
/* 0 = none.  The next poll, also the one that waits in an accepted fetch, is at next_ms at the
 * latest, unless the source is backing off after an error. */
/* What is kept of it, in days or items; 0: all, -1: as the settings say. */
void db_source_set_keep(struct db *db, uint64_t id, bool days, int64_t limit);
void db_source_set_interval(struct db *db, uint64_t id, int64_t interval_ms, int64_t next_ms);
/* The credentials are part of the source's identity: look with db_source_find first.  What another
 * asker was answered counts no more: validators, body hash and distrust are forgotten, the poll is
 * due, and a source that was said to be gone is active again. */
void db_source_set_options(struct db *db, uint64_t id, struct span options, struct span credentials,
                           int64_t now_ms);
/* Takes it out of every category. */
void db_source_set_no_category(struct db *db, uint64_t id);

#endif

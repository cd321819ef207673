/* Rows of imports: their sources, batches and fetches.  Writing calls belong to the open
 * transaction. */
#ifndef WEIR_STORER_DB_IMPORT_H
#define WEIR_STORER_DB_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct db;

/* The source of this address, made where there is none; never polled.  *fetch: the one that is open
 * of it, 0 = none.  0 after a failure. */
uint64_t db_import_source(struct db *db, struct span url, struct span title, int64_t now_ms,
                          uint64_t *fetch);
/* An accepted fetch of it; 0 after a failure. */
uint64_t db_import_fetch(struct db *db, uint64_t source, int64_t now_ms);
/* The batch of that fetch, of so many items; at most `kept` that are complete stay. */
void db_import_batch(struct db *db, uint64_t fetch, uint64_t source, size_t items, size_t kept,
                     int64_t now_ms);
/* So many items of a fetch were stored, or are dead; nothing where it is no import. */
void db_import_stored(struct db *db, uint64_t fetch, uint64_t items);
void db_import_dead(struct db *db, uint64_t fetch);
/* It is complete, with so many that were stored last; the rest was known. */
void db_import_done(struct db *db, uint64_t fetch, uint64_t stored, int64_t now_ms);

#endif

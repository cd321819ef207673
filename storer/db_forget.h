/* Rows of items that go, and what stays of them: a tombstone for indexes that page, and the key, so
 * that what was deleted does not come back while its feed shows it.  Writing calls belong to the
 * open transaction. */
#ifndef WEIR_STORER_DB_FORGET_H
#define WEIR_STORER_DB_FORGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct db;

/* An item that may have to go. */
struct db_doomed {
    uint64_t id, source, revision, story, copy_of;
    uint8_t key[16];
    int64_t seen_ms;
    uint64_t bytes; /* of its texts */
};

/* false where there is no such item. */
bool db_doomed_of(struct db *db, uint64_t item, struct db_doomed *out);
/* Items with higher ids, the lowest first, of all sources or of one (> 0): id, source and seen_ms
 * alone.  Returns how many were written to out. */
size_t db_doomed_after(struct db *db, uint64_t item, uint64_t source, struct db_doomed *out,
                       size_t most);

/* A source that has an age limit of its own, or more items than its own limit, or where it has none
 * and items_limit > 0 more than that. */
struct db_doomed_source {
    uint64_t id, items;
    int64_t keep_days, keep_items; /* -1: as for all */
};
/* The next one after this id; false: there is none. */
bool db_doomed_source(struct db *db, uint64_t after, uint64_t items_limit,
                      struct db_doomed_source *out);
/* Whether the source has an age limit of its own. */
bool db_doomed_own(struct db *db, uint64_t source);
/* Whether its full text is being fetched. */
bool db_doomed_busy(struct db *db, uint64_t item);

/* Deletes the item with its entry in the text index, its vectors, its enclosures and what else
 * hangs on its row; writes the tombstone with this sequence, and the key.  The story's row and
 * copies of the item are the caller's matter: db_forget_copies first, db_forget_story once all that
 * go are gone. */
void db_forget_rows(struct db *db, const struct db_doomed *item, uint64_t sequence, int64_t now_ms);
/* The first of the item's copies becomes an original, and the others copies of it; fn is told of
 * each, with its new copy_of (0 for the first). */
typedef void db_forget_fn(void *arg, uint64_t item, uint64_t copy_of);
void db_forget_copies(struct db *db, const struct db_doomed *item, db_forget_fn *fn, void *arg);
/* Counts a story's items anew; where its lead went, its first original leads.  An empty one goes:
 * true. */
bool db_forget_story(struct db *db, uint64_t story);

/* Whether this is the key of a deleted item; its feed shows it now, in this revision. */
bool db_forgotten_seen(struct db *db, struct span key, uint64_t revision, int64_t now_ms);
/* Appends key and revision (8 bytes, little endian) of those of a source that were shown since, the
 * latest first. */
void db_forgotten_known(struct db *db, uint64_t source, int64_t since_ms, uint64_t most,
                        struct buf *space);
/* Whether there are any that were not shown since: their feed is to be asked for them. */
bool db_forgotten_due(struct db *db, uint64_t source, int64_t before_ms);
/* The feed was read whole, without being told of those that were not shown since, and showed these
 * keys (16 bytes each): the others have been missed once more, and go with the second time. */
size_t db_forgotten_read(struct db *db, uint64_t source, int64_t before_ms, struct span keys,
                         size_t most);
/* Deletes tombstones of items that went before then, looking at so many. */
size_t db_tombstone_sweep(struct db *db, int64_t before_ms, size_t most);

#endif

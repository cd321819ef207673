/* Table mark, and the counters of each source, which are changed with it in the same transaction.
 * All belongs to the open transaction.
 *
 * source_count has for each source that ever had an item: items (kept by triggers of item), read,
 * starred, hidden, and done: those that are read or hidden.  So unread is items - done. */
#ifndef WEIR_STORER_DB_MARK_H
#define WEIR_STORER_DB_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/mark.h"

struct db;
struct idset;

bool db_mark_has(struct db *db, enum mark_kind kind, uint64_t item);
/* Marks an item, or takes the mark away; the item is there and of this source. */
void db_mark_put(struct db *db, enum mark_kind kind, uint64_t item, uint64_t source, bool on);
/* The same for all members of a set that are items; it is not complemented.  Blocks in which
 * nothing changes are not written.  The ids that changed are added to changed, which may be NULL;
 * their number is returned. */
uint64_t db_mark_set(struct db *db, enum mark_kind kind, const struct idset *set, bool on,
                     struct idset *changed);
/* The item is about to be deleted: its marks go.  Call it before its row goes. */
void db_mark_forget(struct db *db, uint64_t item, uint64_t source);
/* --- copies, in db_mark_copies.c --- */

/* Adds to set the items with ids above `head` that are copies of a member. */
void db_mark_late_copies(struct db *db, struct idset *set, uint64_t head);
/* Adds to set an item, what it is a copy of and all copies; false: there is no such item. */
bool db_mark_group(struct db *db, uint64_t item, struct idset *set);
/* The most words that a marked item of a group of copies has, by its original; 0: none is marked.
 */
uint64_t db_mark_words(struct db *db, enum mark_kind kind, uint64_t original);

/* --- the steps that can be taken back, in db_mark_step.c --- */

struct db_mark_step {
    uint64_t id; /* 0 = there is none */
    enum mark_kind kind;
    bool on;
    uint64_t items;
    int64_t made_ms;
};

struct buf;
struct span;
/* Adds a step with its ids as mark_pack has them, and forgets the oldest beyond most steps or most
 * bytes of ids.  The id of the step. */
uint64_t db_mark_step_add(struct db *db, const struct db_mark_step *step, struct span packed,
                          uint64_t most, uint64_t most_bytes);
/* The last step; its ids are put into packed. */
struct db_mark_step db_mark_step_last(struct db *db, struct buf *packed);
void db_mark_step_end(struct db *db, uint64_t id);

#endif

/* What an item is: applies the judge to what a deduper proposed, to every commit it had not seen,
 * and to the present centres of stories (DESIGN 3.6).
 *
 * The figures of a proposal are used as they are where decide_covers () holds and the deduper
 * compared vectors of the item's model: they are then what scoring the store's own data would give.
 * Otherwise only its ids are used.  Story, original and times are the store's own in any case. */
#ifndef WEIR_STORER_DECIDE_H
#define WEIR_STORER_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct decide;
struct judge_verdict;
struct memory_item;
struct msg_vector;
struct msg_verdict;

struct decide_limits {
    size_t commits; /* remembered */
    size_t items;   /* of which is kept where they stand */
    size_t words;   /* items whose words are kept */
    size_t centres; /* kept */
    int64_t window_ms;
};

/* db is borrowed. */
struct decide *decide_create(struct db *db, const struct decide_limits *limits);
void decide_destroy(struct decide **decide);
/* Takes the last commits from the store again; at start, and after a transaction that failed. */
void decide_load(struct decide *decide);
/* Takes a little more: for moments with nothing else to do.  false: there is no more. */
bool decide_load_more(struct decide *decide);

/* Memory is short, or no longer: caches are half as large for each rung. */
void decide_strain(struct decide *decide, unsigned rung);

/* Other vectors serve from now on, in another epoch: memory is made anew, as it would be at a
 * start, and a proposal must know all commits up to head. */
void decide_forget(struct decide *decide, uint64_t head);

/* Whether memory reaches back to what the proposal had seen, and none of its candidates has changed
 * or gone since (it took the place of one that may now be better).  Otherwise something would be
 * overlooked, and the proposal is better made again. */
bool decide_covers(struct decide *decide, uint64_t epoch, const struct msg_verdict *verdict);
/* The verdict on an item.  self: its id where it is in the store, and then it is not compared with
 * itself; 0: it is new. */
void decide_item(struct decide *decide, uint64_t self, const struct msg_vector *vector,
                 int64_t time_ms, int64_t seen_ms, uint64_t epoch,
                 const struct msg_verdict *verdict, struct judge_verdict *out);
/* Called for an item that was alone in the story `former` and joins the one that has grown; the
 * caller writes the rows, then calls decide_moved (). */
typedef void decide_joins_fn(void *arg, uint64_t id, uint64_t former);
/* The item judged last was stored as this one, as news of that story: judges those again that it
 * resembles and that are alone.  To be called before another item is judged. */
void decide_again(struct decide *decide, uint64_t id, uint64_t story, decide_joins_fn *fn,
                  void *arg);
void decide_moved(struct decide *decide, uint64_t id, uint64_t former, uint64_t story);

/* An item of this story was deleted; its rows are gone. */
void decide_gone(struct decide *decide, uint64_t id, uint64_t story);
/* What an item was a copy of was deleted: it is one of this item now, or (0) an original. */
void decide_copy(struct decide *decide, uint64_t id, uint64_t copy_of);

/* The rows of an item were written: it is remembered, and counts for its story.  fresh: it is new
 * in the store (and founded the story whose id is its own); otherwise it has changed, and may be of
 * another story. */
void decide_learn(struct decide *decide, const struct memory_item *item, bool fresh,
                  const struct msg_vector *vector);

#endif

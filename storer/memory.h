/* The last commits, in memory: what a deduper may not have seen yet (DESIGN 3.6; 5, rule 9).  A
 * ring in the order of sequences.  Pure. */
#ifndef WEIR_STORER_MEMORY_H
#define WEIR_STORER_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/traits.h"

struct judge_params;
struct judge_sketch;
struct judge_words;
struct memory;
struct msg_vector;

struct memory_item {
    uint64_t id; /* 0: a later commit took its place */
    uint64_t sequence, story, copy_of;
    int64_t time_ms, seen_ms;
    uint64_t model; /* hash of its name */
    struct traits traits;
};

struct memory *memory_create(size_t commits);
void memory_destroy(struct memory **memory);
void memory_clear(struct memory *memory);

/* Adds the next commit; a former one of the same item goes, and those before the last so many
 * sequences do.  item->traits are made from vector. */
void memory_add(struct memory *memory, const struct memory_item *item,
                const struct msg_vector *vector);
/* The present state of an item; NULL where it is not remembered. */
const struct memory_item *memory_find(const struct memory *memory, uint64_t id);
/* The next commit after as_of that may matter to what has this sketch, from the *i-th latest on (0
 * at first); *i moves behind it.  NULL: there is none left. */
const struct memory_item *memory_next(const struct memory *memory, uint64_t as_of,
                                      const struct judge_params *params,
                                      const struct judge_sketch *sketch, size_t *i);
/* The words of what is remembered.  Borrowed. */
const struct judge_words *memory_words(const struct memory *memory);
/* An item stands elsewhere now; nothing happens where it is not remembered. */
void memory_move(struct memory *memory, uint64_t id, uint64_t story);
/* It is a copy of another one now, or (0) of none. */
void memory_copy(struct memory *memory, uint64_t id, uint64_t copy_of);
/* An item was deleted. */
void memory_gone(struct memory *memory, uint64_t id);
/* Every commit after this sequence is remembered. */
uint64_t memory_floor(const struct memory *memory);
/* Says that commits up to this sequence are not remembered. */
void memory_forget(struct memory *memory, uint64_t sequence);

/* The traits of a vector frame, seen by an item of this model: vectors of different models are
 * never compared, so that of another model is left out. */
struct traits memory_view(const struct traits *traits, uint64_t model, uint64_t wanted);
uint64_t memory_model(struct span name);

#endif

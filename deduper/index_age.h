/* Which entry is the oldest: a binary heap from which any entry can be taken.  Pure. */
#ifndef WEIR_DEDUPER_INDEX_AGE_H
#define WEIR_DEDUPER_INDEX_AGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct index_aged {
    int64_t time_ms;
    uint64_t id;
    uint32_t slot;
};

/* Starts as {0}; grows by itself. */
struct index_age {
    size_t count, room;
    struct index_aged *heap;
    uint32_t *where; /* of each slot, its place in the heap */
    size_t where_room;
};

/* By time, then by id. */
bool index_age_before(const struct index_aged *a, const struct index_aged *b);
void index_age_add(struct index_age *self, struct index_aged entry);
/* Removes the entry of a slot that was added. */
void index_age_remove(struct index_age *self, uint32_t slot);
/* The oldest entry, or NULL; borrowed until the next change. */
const struct index_aged *index_age_oldest(const struct index_age *self);
void index_age_free(struct index_age *self);

#endif

/* Counts distinct hashes, in the order of their first occurrence.  Open addressing over small
 * indices, so that a text of usual length stays in the first-level cache; memory is kept between
 * texts. */
#ifndef WEIR_EMBEDDER_FEATURES_COUNT_H
#define WEIR_EMBEDDER_FEATURES_COUNT_H

#include <stddef.h>
#include <stdint.h>

/* Start with {0}. */
struct counter {
    uint64_t *hashes; /* n distinct ones */
    uint32_t *counts; /* how often each was added */
    uint32_t *slots;  /* index + 1, or 0: free */
    uint32_t n;
    uint32_t mask;
    size_t room; /* distinct hashes that there is memory for */
};

/* Empties it and makes room for as many distinct hashes. */
void counter_reset(struct counter *counter, size_t room);
void counter_free(struct counter *counter);

/* Adds a hash and returns its index, n - 1 where it is new.  At most room distinct ones. */
static inline uint32_t counter_add(struct counter *counter, uint64_t hash, uint32_t times)
{
    uint32_t at = (uint32_t)hash & counter->mask, index = 0;

    while ((index = counter->slots[at]) != 0) {
        if (counter->hashes[index - 1] == hash) {
            counter->counts[index - 1] += times;
            return index - 1;
        }
        at = (at + 1) & counter->mask;
    }
    counter->slots[at] = ++counter->n;
    counter->hashes[counter->n - 1] = hash;
    counter->counts[counter->n - 1] = times;
    return counter->n - 1;
}

#endif

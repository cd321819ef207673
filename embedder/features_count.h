/* Counts hashes: open addressing, emptied by what was used, memory kept between texts. */
#ifndef WEIR_EMBEDDER_FEATURES_COUNT_H
#define WEIR_EMBEDDER_FEATURES_COUNT_H

#include <stddef.h>
#include <stdint.h>

struct slot {
    uint64_t hash; /* 0: free */
    uint32_t count;
    uint32_t tag; /* the caller's, of the first occurrence */
};

/* Start with {0}. */
struct counter {
    struct slot *slots;
    uint32_t *used; /* places of the n slots in use, in order of first occurrence */
    uint32_t n;
    uint32_t mask;
    size_t cap; /* slots allocated */
};

/* Empties it and makes room for as many distinct hashes. */
void counter_reset(struct counter *counter, size_t room);
void counter_free(struct counter *counter);

/* hash is not 0; at most room distinct ones. */
static inline void counter_add(struct counter *counter, uint64_t hash, uint32_t times, uint32_t tag)
{
    uint32_t i = (uint32_t)hash & counter->mask;
    struct slot *slot = &counter->slots[i];

    while (slot->hash != hash) {
        if (slot->hash == 0) {
            *slot = (struct slot){.hash = hash, .tag = tag};
            counter->used[counter->n++] = i;
            break;
        }
        i = (i + 1) & counter->mask;
        slot = &counter->slots[i];
    }
    slot->count += times;
}

#endif

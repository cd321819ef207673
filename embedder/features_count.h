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

/* 1 where a slot is free, else 0, in a way that a compiler does not turn into a jump. */
static inline uint32_t counter_is_free(uint32_t slot)
{
    uint32_t is_free = slot == 0;

    __asm__("" : "+r"(is_free));
    return is_free;
}

/* Adds a hash and returns its index, n - 1 where it is new.  At most room distinct ones.
 *
 * Whether a hash is new is anyone's guess, so nothing jumps on it: a new one reads what stands
 * behind the last, which counts for nothing, and writes there.  Only a slot that another hash took
 * costs a jump, and few are taken. */
static inline uint32_t counter_add(struct counter *counter, uint64_t hash, uint32_t times)
{
    uint32_t at = (uint32_t)hash & counter->mask, slot = counter->slots[at];
    uint32_t is_free = counter_is_free(slot);
    uint32_t index = slot - 1 + ((0 - is_free) & (counter->n + 1));

    while (__builtin_expect(((counter->hashes[index] ^ hash) & ((uint64_t)is_free - 1)) != 0, 0)) {
        at = (at + 1) & counter->mask;
        slot = counter->slots[at];
        is_free = counter_is_free(slot);
        index = slot - 1 + ((0 - is_free) & (counter->n + 1));
    }
    counter->slots[at] = index + 1;
    counter->hashes[index] = hash;
    counter->counts[index] = (counter->counts[index] & (is_free - 1)) + times;
    counter->n += is_free;
    return index;
}

#endif

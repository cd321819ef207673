/* The weightiest words of a text, for an exact comparison of two texts: a projection to some
 * hundred dimensions has an error that hides what is shared.  Pure. */
#ifndef WEIR_EMBEDDER_TERMS_H
#define WEIR_EMBEDDER_TERMS_H

#include <stdint.h>

#include "common/traits.h"

/* A word with what it weighs: (1 + ln count) * idf, best in a unit that makes the heaviest about
 * 2^20 (heavier ones are put in order all the same, but slowly). */
struct term {
    uint64_t hash;
    uint32_t weight;
    uint8_t count, idf; /* as in struct traits */
};

/* Writes the heaviest TRAITS_TERMS_MAX of n words as struct traits wants them and returns how many;
 * of equal ones those with the smaller hashes.  Two that differ below the upper half of their
 * hashes count as one. */
uint32_t terms_pick(const struct term *words, uint32_t n,
                    uint8_t out[TRAITS_TERMS_MAX * TRAITS_TERM]);

#endif

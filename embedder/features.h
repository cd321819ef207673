/* The weighted features of a text: words, pairs of neighbouring words (x .3) and 4-character pieces
 * of words (x .7).  In scripts without spaces a pair of characters stands for a word, a character
 * for a piece.  Each weighs (1 + ln tf) * ln ((N + 1) / (df + 1)), normalised in its class.  Pure.
 */
#ifndef WEIR_EMBEDDER_FEATURES_H
#define WEIR_EMBEDDER_FEATURES_H

#include "embedder/tokens.h"

#include <stddef.h>
#include <stdint.h>

enum {
    FEATURES_DF_BITS = 20,     /* the df table has 2^20 bytes, found by the top bits of the hash */
    FEATURES_DF_STEPS = 8,     /* a df is kept as round (8 * log2 (df + 1)) */
    FEATURES_WEIGHT_MAX = 127, /* a heavier feature appears in the list several times */
    FEATURES_CLASSES = 3,
};

/* How often each feature occurs in the texts that the table was made from. */
struct df {
    const uint8_t *log; /* 2^20 values; borrowed */
    uint32_t texts;     /* N */
};

/* One feature with its weight as an integer; all weights of a text have one scale. */
struct feature {
    uint64_t hash;
    uint32_t weight; /* 1..FEATURES_WEIGHT_MAX */
    uint32_t unused;
};

struct features;
struct term;

struct features *features_create(struct df df);
void features_destroy(struct features **features);

/* Replaces the content by the features of a text; the title's count twice.  Any order. */
void features_collect(struct features *features, const struct tokens *title,
                      const struct tokens *text);

/* The features found; borrowed until the next call. */
const struct feature *features_list(const struct features *features, uint32_t *count);

/* The same without the weights that only a vector needs; for features_terms (). */
void features_count(struct features *features, const struct tokens *title,
                    const struct tokens *text);

/* The distinct words found, all of any weight; borrowed until the next call. */
const struct term *features_terms(struct features *features, uint32_t *count);

/* The distinct hashes of a text without their weights: what the df table counts.  Calls each for
 * every one of them. */
void features_visit(struct features *features, void (*each)(void *context, uint64_t hash),
                    void *context);

#endif

/* Texts of generated items.  Words follow Zipf's law over STORE_WORDS ranks (rank r with a chance
 * of 1/r), each rank being one word of its own, so that how many documents a word has can be
 * counted while they are made.  Pure; the same number gives the same text. */
#ifndef WEIR_TESTS_BENCH_STORE_TEXTS_H
#define WEIR_TESTS_BENCH_STORE_TEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

enum {
    STORE_WORDS = 200000,
    STORE_TOPIC = 12, /* words that the items of a story share */
};

uint64_t store_random(uint64_t *state);
/* 0 <= x < 1 */
double store_unit(uint64_t *state);
/* 0 .. n - 1 with chances as 1, 1/2, 1/3 ... */
uint32_t store_zipf(uint64_t *state, uint32_t n);

/* Appends the word of a rank (0 .. STORE_WORDS - 1). */
void store_word(struct buf *out, uint32_t rank);

/* For each rank how many documents have it, and the last one that did. */
struct store_counts {
    uint32_t documents[STORE_WORDS];
    uint64_t last[STORE_WORDS];
};

/* Appends so many words with capitals and full stops, of which `shared` of a hundred are words of
 * the topic, and counts them for the document. */
void store_text(struct buf *out, uint64_t *state, uint32_t words, uint32_t shared,
                const uint32_t topic[STORE_TOPIC], uint64_t document, struct store_counts *counts);
void store_topic(uint64_t *state, uint32_t topic[STORE_TOPIC]);

#endif

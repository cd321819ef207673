/* How alike two texts are by the words they share, each weighed by how rare it has been of late.
 * Pure.
 *
 * A vector of some hundred dimensions has an error of about .04 in a cosine, and its weights are
 * those of a frozen table; what tells two stories of one day apart is what is rare that day.  So
 * the best candidates are compared exactly, by their terms (struct traits), with
 *
 *     idf = -ln ((JUDGE_WORDS_PRIOR * p + n) / (JUDGE_WORDS_PRIOR + N)),
 *
 * p being the word's share of texts by the embedder's table, n and N counted over the texts added
 * here.  Counters are shared by words with the same top bits of the hash. */
#ifndef WEIR_COMMON_JUDGE_WORDS_H
#define WEIR_COMMON_JUDGE_WORDS_H

#include <stdint.h>

#include "common/traits.h"

struct judge_words;

enum {
    JUDGE_WORDS_BITS = 20,   /* counters: 2^20, of four bytes */
    JUDGE_WORDS_PRIOR = 100, /* texts that the table weighs as much as */
};

/* Nothing is counted at first: the table alone speaks. */
struct judge_words *judge_words_create(void);
void judge_words_destroy(struct judge_words **self);
void judge_words_clear(struct judge_words *self);
/* A text without terms changes nothing. */
void judge_words_add(struct judge_words *self, const struct traits *text);
/* Of a text that was added. */
void judge_words_remove(struct judge_words *self, const struct traits *text);

/* A text whose terms were weighed, to be compared with several. */
struct judge_weighed {
    const struct traits *text; /* borrowed */
    float length;
    float weights[TRAITS_TERMS_MAX];
};

/* What each of its terms weighs now: (1 + ln count) * idf.  self may be NULL: nothing was
 * counted. */
void judge_words_weigh(const struct judge_words *self, const struct traits *text,
                       struct judge_weighed *out);
/* The cosine of the terms of both: 0..1; -1 where one of them has none.  self as above. */
float judge_words_alike(const struct judge_words *self, const struct judge_weighed *item,
                        const struct traits *other);

#endif

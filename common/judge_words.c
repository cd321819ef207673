#include "common/judge_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/traits.h"

enum { COUNTERS = 1 << JUDGE_WORDS_BITS, IDF_UNIT = 16, BYTE_VALUES = 256 };

struct judge_words {
    uint32_t texts;
    float share[BYTE_VALUES]; /* of texts, by a term's idf, times JUDGE_WORDS_PRIOR */
    float often[BYTE_VALUES]; /* often_of () */
    uint32_t count[COUNTERS];
};

static float share_of(uint8_t idf)
{
    return JUDGE_WORDS_PRIOR * expf(-(float)idf / IDF_UNIT);
}

static float often_of(uint8_t count)
{
    return 1 + logf(count ? count : 1);
}

struct judge_words *judge_words_create(void)
{
    struct judge_words *self = mem_calloc(1, sizeof *self);

    for (int i = 0; i < BYTE_VALUES; i++) {
        self->share[i] = share_of((uint8_t)i);
        self->often[i] = often_of((uint8_t)i);
    }
    return self;
}

void judge_words_destroy(struct judge_words **self)
{
    if (self) {
        free(*self);
        *self = NULL;
    }
}

void judge_words_clear(struct judge_words *self)
{
    self->texts = 0;
    memset(self->count, 0, sizeof self->count);
}

static uint32_t hash_of(const uint8_t *term)
{
    return (uint32_t)term[0] | (uint32_t)term[1] << 8 | (uint32_t)term[2] << 16 |
           (uint32_t)term[3] << 24;
}

static size_t place_of(const uint8_t *term)
{
    return hash_of(term) >> (32 - JUDGE_WORDS_BITS);
}

void judge_words_add(struct judge_words *self, const struct traits *text)
{
    if (text->term_count == 0)
        return;
    self->texts++;
    for (uint32_t i = 0; i < text->term_count; i++)
        self->count[place_of(text->terms + (size_t)TRAITS_TERM * i)]++;
}

void judge_words_remove(struct judge_words *self, const struct traits *text)
{
    if (text->term_count == 0 || self->texts == 0)
        return;
    self->texts--;
    for (uint32_t i = 0; i < text->term_count; i++)
        self->count[place_of(text->terms + (size_t)TRAITS_TERM * i)]--;
}

static float weight(const struct judge_words *self, const uint8_t *term)
{
    float tf = self ? self->often[term[4]] : often_of(term[4]), idf = (float)term[5] / IDF_UNIT;

    if (self)
        idf = -logf((self->share[term[5]] + (float)self->count[place_of(term)]) /
                    (JUDGE_WORDS_PRIOR + (float)self->texts));
    return idf > 0 ? tf * idf : 0;
}

/* Weights of all terms of a text; returns the sum of their squares. */
static float weigh(const struct judge_words *self, const struct traits *text,
                   float weights[TRAITS_TERMS_MAX])
{
    float squares = 0;

    for (uint32_t i = 0; i < text->term_count; i++) {
        weights[i] = weight(self, text->terms + (size_t)TRAITS_TERM * i);
        squares += weights[i] * weights[i];
    }
    return squares;
}

float judge_words_alike(const struct judge_words *self, const struct traits *a,
                        const struct traits *b)
{
    float wa[TRAITS_TERMS_MAX], wb[TRAITS_TERMS_MAX], dot = 0, length = 0;

    if (a->term_count == 0 || b->term_count == 0)
        return -1;
    length = sqrtf(weigh(self, a, wa)) * sqrtf(weigh(self, b, wb));
    for (uint32_t i = 0, j = 0; i < a->term_count && j < b->term_count;) {
        uint32_t x = hash_of(a->terms + (size_t)TRAITS_TERM * i);
        uint32_t y = hash_of(b->terms + (size_t)TRAITS_TERM * j);

        if (x == y)
            dot += wa[i] * wb[j];
        i += x <= y;
        j += y <= x;
    }
    return length > 0 ? fminf(dot / length, 1) : 0;
}

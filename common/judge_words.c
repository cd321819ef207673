#include "common/judge_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/traits.h"

enum { COUNTERS = 1 << JUDGE_WORDS_BITS, IDF_UNIT = 16, BYTE_VALUES = 256, FEW = 16 };

struct judge_words {
    uint32_t texts;
    float share[BYTE_VALUES];    /* of texts, by a term's idf, times JUDGE_WORDS_PRIOR */
    float often[BYTE_VALUES];    /* often_of () */
    float few[FEW][BYTE_VALUES]; /* ln (share + count) of small counts: most are */
    float all;                   /* ln (JUDGE_WORDS_PRIOR + texts) */
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

static void set_texts(struct judge_words *self, uint32_t texts)
{
    self->texts = texts;
    self->all = logf(JUDGE_WORDS_PRIOR + (float)texts);
}

struct judge_words *judge_words_create(void)
{
    struct judge_words *self = mem_calloc(1, sizeof *self);

    for (int i = 0; i < BYTE_VALUES; i++) {
        self->share[i] = share_of((uint8_t)i);
        self->often[i] = often_of((uint8_t)i);
        for (int count = 0; count < FEW; count++)
            self->few[count][i] = logf(self->share[i] + (float)count);
    }
    set_texts(self, 0);
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
    set_texts(self, 0);
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
    set_texts(self, self->texts + 1);
    for (uint32_t i = 0; i < text->term_count; i++)
        self->count[place_of(text->terms + (size_t)TRAITS_TERM * i)]++;
}

void judge_words_remove(struct judge_words *self, const struct traits *text)
{
    if (text->term_count == 0 || self->texts == 0)
        return;
    set_texts(self, self->texts - 1);
    for (uint32_t i = 0; i < text->term_count; i++)
        self->count[place_of(text->terms + (size_t)TRAITS_TERM * i)]--;
}

/* -ln of a word's share of the texts. */
static float idf_of(const struct judge_words *self, const uint8_t *term)
{
    uint32_t count = self->count[place_of(term)];
    float known =
        count < FEW ? self->few[count][term[5]] : logf(self->share[term[5]] + (float)count);

    return self->all - known;
}

static float weight(const struct judge_words *self, const uint8_t *term)
{
    float tf = self ? self->often[term[4]] : often_of(term[4]);
    float idf = self ? idf_of(self, term) : (float)term[5] / IDF_UNIT;

    return idf > 0 ? tf * idf : 0;
}

void judge_words_weigh(const struct judge_words *self, const struct traits *text,
                       struct judge_weighed *out)
{
    float squares = 0;

    out->text = text;
    for (uint32_t i = 0; i < text->term_count; i++) {
        out->weights[i] = weight(self, text->terms + (size_t)TRAITS_TERM * i);
        squares += out->weights[i] * out->weights[i];
    }
    out->length = sqrtf(squares);
}

float judge_words_alike(const struct judge_words *self, const struct judge_weighed *item,
                        const struct traits *other)
{
    const struct traits *text = item->text;
    struct judge_weighed b;
    float dot = 0, length = 0;

    if (text->term_count == 0 || other->term_count == 0)
        return -1;
    judge_words_weigh(self, other, &b);
    length = item->length * b.length;
    for (uint32_t i = 0, j = 0; i < text->term_count && j < other->term_count;) {
        uint32_t x = hash_of(text->terms + (size_t)TRAITS_TERM * i);
        uint32_t y = hash_of(other->terms + (size_t)TRAITS_TERM * j);

        if (x == y)
            dot += item->weights[i] * b.weights[j];
        i += x <= y;
        j += y <= x;
    }
    return length > 0 ? fminf(dot / length, 1) : 0;
}

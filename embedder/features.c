#include "embedder/features.h"

#include "common/mem.h"
#include "embedder/features_count.h"
#include "embedder/mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS, PAIRS, PIECES };
enum { PIECE = 4, TITLE_TIMES = 2, TF_KNOWN = 64 };

static const float class_weights[FEATURES_CLASSES] = {1.0F, 0.3F, 0.7F};
#define PAIR_SEED  0xc2b2ae3d27d4eb4fULL
#define PIECE_SEED 0x165667b19e3779f9ULL

struct features {
    struct df df;
    struct counter classes[FEATURES_CLASSES];
    float idf[256];
    float tf[TF_KNOWN];
    float *weights; /* of the distinct features, one class after the other */
    size_t weights_cap;
    struct feature *list;
    size_t list_cap;
    uint32_t count;
};

struct features *features_create(struct df df)
{
    struct features *features = mem_calloc(1, sizeof *features);
    float most = logf((float)df.texts + 1.0F);

    features->df = df;
    for (int i = 0; i < 256; i++) {
        float idf = most - (float)i / FEATURES_DF_STEPS * 0.69314718F;
        features->idf[i] = idf > 0.0F ? idf : 0.0F;
    }
    for (int i = 1; i < TF_KNOWN; i++)
        features->tf[i] = 1.0F + logf((float)i);
    return features;
}

void features_destroy(struct features **features)
{
    if (!*features)
        return;
    for (int i = 0; i < FEATURES_CLASSES; i++)
        counter_free(&(*features)->classes[i]);
    free((*features)->weights);
    free((*features)->list);
    free(*features);
    *features = NULL;
}

static uint64_t pair_hash(uint64_t first, uint64_t second)
{
    uint64_t hash = mix_two(first + PAIR_SEED, second);
    return hash ? hash : 1;
}

/* As mix_bytes () of 4 bytes. */
static uint64_t piece_hash_ascii(const char *p)
{
    uint64_t hash = mix_two(PIECE_SEED + PIECE, mix_load(p) & 0xffffffffU);
    return hash ? hash : 1;
}

/* The pieces of a word with a space on either side, so that beginnings and ends tell. */
static void add_pieces(struct counter *pieces, const struct token *token, const char *text,
                       uint32_t times)
{
    const char *p = text + token->start - 1, *end = p + token->length + 2, *q = p;

    if (token->kind == TOKEN_ASCII) {
        for (; p + PIECE <= end; p++)
            counter_add(pieces, piece_hash_ascii(p), times, 0);
        return;
    }
    for (int i = 0; i < PIECE && q < end; i++)
        q += tokens_step(*q);
    for (;; q += tokens_step(*q), p += tokens_step(*p)) {
        counter_add(pieces, mix_bytes(p, (uint32_t)(q - p), PIECE_SEED), times, 0);
        if (q >= end)
            break;
    }
}

/* Words and pairs of one token list; a word's pieces come later, once for each distinct word. */
static void add_words(struct features *features, const struct tokens *tokens, uint32_t times,
                      uint32_t tag)
{
    struct counter *words = &features->classes[WORDS], *pairs = &features->classes[PAIRS];
    uint64_t last = 0;
    uint32_t last_kind = TOKEN_ASCII;

    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->list[i];
        uint64_t hash = token->hash;

        if (token->kind == TOKEN_DENSE) {
            counter_add(&features->classes[PIECES], hash, times, 0);
            if (last && last_kind == TOKEN_DENSE)
                counter_add(words, pair_hash(last, hash), times, UINT32_MAX);
        } else {
            counter_add(words, hash, times, 2 * i + tag);
            if (last && last_kind != TOKEN_DENSE)
                counter_add(pairs, pair_hash(last, hash), times, 0);
        }
        last = hash;
        last_kind = token->kind;
    }
}

static void count_all(struct features *features, const struct tokens *title,
                      const struct tokens *text)
{
    struct counter *words = &features->classes[WORDS], *pieces = &features->classes[PIECES];
    size_t tokens = title->count + text->count, bytes = tokens;

    if (title->count)
        bytes += title->list[title->count - 1].start;
    if (text->count)
        bytes += text->list[text->count - 1].start;
    counter_reset(words, tokens);
    counter_reset(&features->classes[PAIRS], tokens);
    counter_reset(pieces, bytes + 2 * (size_t)TOKENS_LENGTH_MAX);
    add_words(features, title, TITLE_TIMES, 0);
    add_words(features, text, 1, 1);
    for (uint32_t i = 0; i < words->n; i++) {
        const struct slot *slot = &words->slots[words->used[i]];
        const struct tokens *from = slot->tag & 1 ? text : title;
        if (slot->tag != UINT32_MAX && from->list[slot->tag / 2].kind != TOKEN_NUMBER)
            add_pieces(pieces, &from->list[slot->tag / 2], from->text, slot->count);
    }
}

/* The weights of one class, normalised; returns how many are above 0. */
static void weigh_class(struct features *features, int which, float *weights)
{
    const struct counter *counter = &features->classes[which];
    float squares = 0.0F;

    for (uint32_t i = 0; i < counter->n; i++) {
        const struct slot *slot = &counter->slots[counter->used[i]];
        float tf =
            slot->count < TF_KNOWN ? features->tf[slot->count] : 1.0F + logf((float)slot->count);
        weights[i] = tf * features->idf[features->df.log[slot->hash >> (64 - FEATURES_DF_BITS)]];
        squares += weights[i] * weights[i];
    }
    float scale = squares > 0.0F ? class_weights[which] / sqrtf(squares) : 0.0F;
    for (uint32_t i = 0; i < counter->n; i++)
        weights[i] *= scale;
}

static void append(struct features *features, uint64_t hash, uint32_t weight)
{
    while (weight) {
        uint32_t part = weight < FEATURES_WEIGHT_MAX ? weight : (uint32_t)FEATURES_WEIGHT_MAX;
        if (features->count == features->list_cap) {
            features->list_cap = 2 * features->list_cap + 1024;
            features->list =
                mem_realloc(features->list, features->list_cap, sizeof *features->list);
        }
        features->list[features->count++] = (struct feature){.hash = hash, .weight = part};
        weight -= part;
    }
}

void features_collect(struct features *features, const struct tokens *title,
                      const struct tokens *text)
{
    size_t total = 0, done = 0;

    count_all(features, title, text);
    for (int c = 0; c < FEATURES_CLASSES; c++)
        total += features->classes[c].n;
    if (total > features->weights_cap) {
        features->weights_cap = total + total / 2;
        free(features->weights);
        features->weights = mem_alloc(features->weights_cap * sizeof *features->weights);
    }
    features->count = 0;
    /* Integers, so that the sums do not depend on the order; the mean weight is about 20. */
    float unit = 16.0F * sqrtf((float)total);
    for (int c = 0; c < FEATURES_CLASSES; c++) {
        const struct counter *counter = &features->classes[c];
        weigh_class(features, c, features->weights + done);
        for (uint32_t i = 0; i < counter->n; i++)
            append(features, counter->slots[counter->used[i]].hash,
                   (uint32_t)(features->weights[done + i] * unit + 0.5F));
        done += counter->n;
    }
}

const struct feature *features_list(const struct features *features, uint32_t *count)
{
    *count = features->count;
    return features->list;
}

void features_visit(struct features *features, void (*each)(void *context, uint64_t hash),
                    void *context)
{
    for (int c = 0; c < FEATURES_CLASSES; c++) {
        const struct counter *counter = &features->classes[c];
        for (uint32_t i = 0; i < counter->n; i++)
            each(context, counter->slots[counter->used[i]].hash);
    }
}

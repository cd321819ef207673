#include "embedder/features.h"

#include "common/mem.h"
#include "embedder/features_count.h"
#include "embedder/mix.h"
#include "embedder/terms.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS, PAIRS, PIECES };
enum { PIECE = 4, TITLE_TIMES = 2, TF_KNOWN = 64, IDFS = 256 };
enum { BATCH = 512, AT_ONCE = 8 }; /* pieces */

/* Factors are kept as integers, so that sums depend neither on the order nor on the compiler. */
enum { TF_UNIT = 64, IDF_UNIT = 256, MEAN_WEIGHT = 16 };

static const float class_weights[FEATURES_CLASSES] = {1.0F, 0.3F, 0.7F};

#define NO_WORD    UINT32_MAX /* as origin: a pair of characters */
#define PAIR_SEED  0xc2b2ae3d27d4eb4fULL
#define PIECE_SEED 0x165667b19e3779f9ULL

struct features {
    struct df df;
    struct counter classes[FEATURES_CLASSES];
    uint32_t *origins; /* of each distinct word: twice the index of a token, + 1 in the text */
    size_t origins_cap;
    uint32_t idf[IDFS];
    uint32_t tf[TF_KNOWN];
    uint32_t *weights; /* of the class at hand */
    size_t weights_cap;
    struct feature *list;
    size_t list_cap;
    uint32_t count;
    struct term *terms;
    size_t terms_cap;
};

static const uint32_t idf_term = IDF_UNIT / 16; /* units of features->idf in one of a term's */

static uint32_t tf_factor(uint32_t count)
{
    return (uint32_t)lround(TF_UNIT * (1.0 + log((double)count)));
}

struct features *features_create(struct df df)
{
    struct features *features = mem_calloc(1, sizeof *features);
    double most = log((double)df.texts + 1.0);

    features->df = df;
    for (uint32_t i = 0; i < IDFS; i++) {
        double idf = most - (double)i / FEATURES_DF_STEPS * log(2.0);
        features->idf[i] = idf > 0.0 ? (uint32_t)lround(IDF_UNIT * idf) : 0;
    }
    for (uint32_t i = 1; i < TF_KNOWN; i++)
        features->tf[i] = tf_factor(i);
    return features;
}

void features_destroy(struct features **features)
{
    if (!*features)
        return;
    for (int i = 0; i < FEATURES_CLASSES; i++)
        counter_free(&(*features)->classes[i]);
    free((*features)->origins);
    free((*features)->weights);
    free((*features)->list);
    free((*features)->terms);
    free(*features);
    *features = NULL;
}

/* Makes room for n values where there is less; what was there is lost. */
static void make_room(uint32_t **values, size_t *cap, size_t n)
{
    if (n <= *cap)
        return;
    free(*values);
    *cap = n + n / 2;
    *values = mem_alloc(*cap * sizeof **values);
}

/* The table is larger than a cache of the second level: ask early for what is needed late. */
static inline void prefetch_df(const struct features *features, uint64_t hash)
{
    __builtin_prefetch(&features->df.log[hash >> (64 - FEATURES_DF_BITS)]);
}

static inline void add_piece(struct features *features, uint64_t hash, uint32_t times)
{
    prefetch_df(features, hash);
    counter_add(&features->classes[PIECES], hash, times);
}

/* Pieces on their way to the counter.  Hashed some words ahead of being counted, the steps of the
 * one fill the waits of the other, and no jump depends on the length of a usual word. */
struct batch {
    uint64_t hashes[BATCH + TOKENS_LENGTH_MAX + AT_ONCE];
    uint32_t times[BATCH + TOKENS_LENGTH_MAX + AT_ONCE];
    uint32_t n;
};

static void count_batch(struct features *features, struct batch *batch)
{
    struct counter pieces = features->classes[PIECES]; /* a copy: in registers */

    for (uint32_t i = 0; i < batch->n; i++) {
        prefetch_df(features, batch->hashes[i]);
        counter_add(&pieces, batch->hashes[i], batch->times[i]);
    }
    features->classes[PIECES].n = pieces.n;
    batch->n = 0;
}

/* As mix_bytes () of 4 bytes. */
static inline uint64_t piece_hash_ascii(const char *p)
{
    return mix_two(PIECE_SEED + PIECE, mix_load(p) & 0xffffffffU);
}

/* The pieces of a word of one byte a character.  They are made AT_ONCE, of which those behind the
 * last are overwritten by the next word's; none where there are none. */
static inline void batch_pieces(struct batch *batch, const char *p, uint32_t n, uint32_t times)
{
    uint32_t k = 0;

    do {
        for (uint32_t i = 0; i < AT_ONCE; i++) {
            batch->hashes[batch->n + k + i] = piece_hash_ascii(p + k + i);
            batch->times[batch->n + k + i] = times;
        }
        k += AT_ONCE;
    } while (__builtin_expect(k < n, 0));
    batch->n += n;
}

/* The pieces of a word with characters of several bytes. */
static void add_pieces_wide(struct features *features, const struct token *token, const char *text,
                            uint32_t times)
{
    const char *p = text + token->start, *end = p + token->length, *q = p;

    for (int i = 0; i < PIECE; i++, q += tokens_step(*q))
        if (q >= end)
            return;
    for (;; q += tokens_step(*q), p += tokens_step(*p)) {
        add_piece(features, mix_bytes(p, (uint32_t)(q - p), PIECE_SEED), times);
        if (q >= end)
            break;
    }
}

/* A word has at most so many pieces. */
static inline uint32_t pieces_max(const struct token *token)
{
    return token->length >= PIECE ? token->length - PIECE + 1U : 0;
}

/* The pieces of all distinct words. */
static void add_pieces(struct features *features, const struct tokens *const *sides)
{
    const struct counter *words = &features->classes[WORDS];
    struct batch batch;

    batch.n = 0;
    for (uint32_t i = 0; i < words->n; i++) {
        uint32_t origin = features->origins[i];
        if (origin == NO_WORD)
            continue;
        const struct tokens *side = sides[origin & 1];
        const struct token *token = &side->list[origin / 2];
        if (token->kind == TOKEN_ASCII)
            batch_pieces(&batch, side->text + token->start, pieces_max(token), words->counts[i]);
        else if (token->kind == TOKEN_WORD)
            add_pieces_wide(features, token, side->text, words->counts[i]);
        if (batch.n >= BATCH)
            count_batch(features, &batch);
    }
    count_batch(features, &batch);
}

/* How many there may be. */
struct room {
    size_t pieces, dense;
};

/* Words and pairs of one token list; pieces come later, once for each distinct word. */
static void add_words(struct features *features, const struct tokens *tokens, uint32_t times,
                      uint32_t in_text, struct room *room)
{
    struct counter words = features->classes[WORDS], pairs = features->classes[PAIRS];
    uint32_t *origins = features->origins;
    const struct token *last = NULL;
    size_t pieces = 0;

    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->list[i];
        bool dense = token->kind == TOKEN_DENSE;
        prefetch_df(features, token->hash);
        room->dense += dense;
        if (!dense) {
            uint32_t known = words.n;
            /* Where the word is known, the next new one overwrites this. */
            origins[known] = 2 * i + in_text;
            counter_add(&words, token->hash, times);
            pieces += pieces_max(token) & (0U - (words.n - known));
        }
        if (last && dense == (last->kind == TOKEN_DENSE)) {
            uint64_t pair = mix_two(last->hash + PAIR_SEED, token->hash);
            prefetch_df(features, pair);
            if (!dense) {
                counter_add(&pairs, pair, times);
            } else {
                origins[words.n] = NO_WORD;
                counter_add(&words, pair, times);
            }
        }
        last = token;
    }
    room->pieces += pieces;
    features->classes[WORDS].n = words.n;
    features->classes[PAIRS].n = pairs.n;
}

/* The characters of scripts without spaces, which are their own pieces. */
static void add_dense(struct features *features, const struct tokens *tokens, uint32_t times)
{
    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->list[i].kind == TOKEN_DENSE)
            add_piece(features, tokens->list[i].hash, times);
}

static void count_all(struct features *features, const struct tokens *title,
                      const struct tokens *text)
{
    const struct tokens *sides[] = {title, text};
    size_t tokens = (size_t)title->count + text->count;
    struct room room = {0};

    counter_reset(&features->classes[WORDS], tokens);
    counter_reset(&features->classes[PAIRS], tokens);
    make_room(&features->origins, &features->origins_cap, tokens + 1);
    add_words(features, title, TITLE_TIMES, 0, &room);
    add_words(features, text, 1, 1, &room);
    counter_reset(&features->classes[PIECES], room.pieces + room.dense);
    if (room.dense) {
        add_dense(features, title, TITLE_TIMES);
        add_dense(features, text, 1);
    }
    add_pieces(features, sides);
}

/* Appends the features of one class; unit is the length that the class gets where it weighs 1. */
static void append_class(struct features *features, int which, float unit)
{
    const struct counter local = features->classes[which], *counter = &local; /* in registers */
    uint32_t *weights = features->weights;
    uint64_t squares = 0;

    for (uint32_t i = 0; i < counter->n; i++) {
        uint32_t n = counter->counts[i], tf = n < TF_KNOWN ? features->tf[n] : tf_factor(n);
        uint8_t df = features->df.log[counter->hashes[i] >> (64 - FEATURES_DF_BITS)];
        weights[i] = tf * features->idf[df];
        squares += (uint64_t)weights[i] * weights[i];
    }
    float scale = squares ? unit * class_weights[which] / sqrtf((float)squares) : 0.0F;
    struct feature *next = features->list + features->count;
    for (uint32_t i = 0; i < counter->n; i++) {
        uint32_t weight = (uint32_t)((float)weights[i] * scale + 0.5F);
        for (; weight > FEATURES_WEIGHT_MAX; weight -= FEATURES_WEIGHT_MAX)
            *next++ = (struct feature){.hash = counter->hashes[i], .weight = FEATURES_WEIGHT_MAX};
        *next = (struct feature){.hash = counter->hashes[i], .weight = weight};
        next += weight > 0;
    }
    features->count = (uint32_t)(next - features->list);
}

void features_collect(struct features *features, const struct tokens *title,
                      const struct tokens *text)
{
    size_t total = 0;

    count_all(features, title, text);
    for (int c = 0; c < FEATURES_CLASSES; c++)
        total += features->classes[c].n;
    float unit = MEAN_WEIGHT * sqrtf((float)total);
    /* A heavy feature takes several entries.  A class of length L and n features has a sum of at
     * most L * sqrt (n), here 2 * 16 * total in all: a quarter of total entries more, and the
     * roundings. */
    size_t entries = 2 * total + 8;
    make_room(&features->weights, &features->weights_cap, total);
    if (entries > features->list_cap) {
        free(features->list);
        features->list_cap = entries + entries / 2;
        features->list = mem_alloc(features->list_cap * sizeof *features->list);
    }
    features->count = 0;
    for (int c = 0; c < FEATURES_CLASSES; c++)
        append_class(features, c, unit);
}

void features_count(struct features *features, const struct tokens *title,
                    const struct tokens *text)
{
    count_all(features, title, text);
}

const struct term *features_terms(struct features *features, uint32_t *count)
{
    const struct counter *words = &features->classes[WORDS];

    if (words->n > features->terms_cap) {
        free(features->terms);
        features->terms_cap = words->n + words->n / 2;
        features->terms = mem_alloc(features->terms_cap * sizeof *features->terms);
    }
    *count = 0;
    for (uint32_t i = 0; i < words->n; i++) {
        uint32_t n = words->counts[i], tf = n < TF_KNOWN ? features->tf[n] : tf_factor(n);
        uint32_t idf = features->idf[features->df.log[words->hashes[i] >> (64 - FEATURES_DF_BITS)]];
        uint32_t unit = (idf + idf_term / 2) / idf_term;

        if (unit > 0)
            features->terms[(*count)++] =
                (struct term){.hash = words->hashes[i],
                              .weight = tf * idf,
                              .count = (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX),
                              .idf = (uint8_t)(unit < UINT8_MAX ? unit : UINT8_MAX)};
    }
    return features->terms;
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
            each(context, counter->hashes[i]);
    }
}

/* Makes the table of document frequencies: df-count OUT TEXTS [TEXTS]...
 *
 * Each file holds texts of one language: title, newline, text, NUL for each.  The first is the
 * base: its counts stand as they are.  Another language raises a feature to the share of texts that
 * it has there, so that "und" is as common for German texts as "and" is for English ones.  What is
 * frequent in most of the other languages is a subject of those texts (they may all be of one kind)
 * and no part of a language, and is left as it is. */
#include "common/buf.h"
#include "common/mem.h"
#include "embedder/features.h"
#include "embedder/tokens.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { SIZE = 1 << FEATURES_DF_BITS, LEVEL = 19, FILES_MAX = 32 };

/* What is rarer, by share or by number of texts, tells nothing about a language. */
#define FREQUENT     0.01
#define FREQUENT_MIN 5

struct language {
    uint32_t counts[SIZE];
    uint32_t texts;
};

static void count(void *context, uint64_t hash)
{
    uint32_t *counts = context;

    counts[hash >> (64 - FEATURES_DF_BITS)]++;
}

static struct language *read_language(const char *path)
{
    struct language *language = mem_calloc(1, sizeof *language);
    uint8_t *zeros = mem_calloc(SIZE, 1);
    struct features *features = features_create((struct df){.log = zeros, .texts = 1});
    struct tokens title = {0}, text = {0};
    FILE *file = fopen(path, "rb");
    char *line = NULL;
    size_t cap = 0;

    if (!file) {
        perror(path);
        exit(74);
    }
    while (getdelim(&line, &cap, '\0', file) > 0) {
        const char *newline = strchr(line, '\n');
        size_t length = newline ? (size_t)(newline - line) : strlen(line);
        tokens_read(&title, span_of(line, length));
        tokens_read(&text, span_str(line + length));
        features_collect(features, &title, &text);
        features_visit(features, count, language->counts);
        language->texts++;
    }
    fclose(file);
    free(line);
    free(zeros);
    tokens_free(&title);
    tokens_free(&text);
    features_destroy(&features);
    return language;
}

static double share(const struct language *language, size_t i)
{
    if (language->counts[i] < FREQUENT_MIN)
        return 0.0;
    return (double)language->counts[i] / language->texts;
}

/* The count of feature i after all languages. */
static double merged(struct language *const *languages, int n, size_t i)
{
    double largest = 0.0;
    int frequent = 0;

    for (int k = 1; k < n; k++) {
        frequent += share(languages[k], i) >= FREQUENT;
        largest = fmax(largest, share(languages[k], i));
    }
    if (largest < FREQUENT || 2 * frequent >= n)
        largest = 0.0;
    return fmax(languages[0]->counts[i], largest * languages[0]->texts);
}

static bool write_table(const char *path, const uint8_t *table, uint32_t texts)
{
    size_t bound = ZSTD_compressBound(SIZE);
    uint8_t *packed = mem_alloc(bound);
    uint8_t head[4] = {(uint8_t)texts, (uint8_t)(texts >> 8), (uint8_t)(texts >> 16),
                       (uint8_t)(texts >> 24)};
    size_t n = ZSTD_compress(packed, bound, table, SIZE, LEVEL);
    FILE *out = fopen(path, "wb");
    bool written =
        out && fwrite(head, 1, sizeof head, out) == sizeof head && fwrite(packed, 1, n, out) == n;

    if (out && fclose(out) != 0)
        written = false;
    if (!written)
        perror(path);
    printf("base_texts=%u bytes=%zu\n", texts, n + sizeof head);
    free(packed);
    return written;
}

int main(int argc, char **argv)
{
    struct language *languages[FILES_MAX] = {NULL};
    int n = argc - 2;

    if (n < 1 || n > FILES_MAX) {
        fprintf(stderr, "usage: df-count OUT TEXTS [TEXTS]...\n");
        return 64;
    }
    for (int i = 0; i < n; i++)
        languages[i] = read_language(argv[i + 2]);
    uint8_t *table = mem_alloc(SIZE);
    for (size_t i = 0; i < SIZE; i++)
        table[i] = (uint8_t)lround(FEATURES_DF_STEPS * log2(merged(languages, n, i) + 1));
    bool written = write_table(argv[1], table, languages[0]->texts);
    for (int i = 0; i < n; i++)
        free(languages[i]);
    free(table);
    return written ? 0 : 74;
}

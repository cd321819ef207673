/* Makes the table of document frequencies.  usage: df-count OUT < TEXTS
 * TEXTS: title, newline, text, NUL for each text.  Run by scripts/make-df. */
#include "common/buf.h"
#include "common/mem.h"
#include "embedder/features.h"
#include "embedder/tokens.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { SIZE = 1 << FEATURES_DF_BITS, LEVEL = 19 };

static void count(void *context, uint64_t hash)
{
    uint32_t *counts = context;

    counts[hash >> (64 - FEATURES_DF_BITS)]++;
}

/* Counts all texts of standard input; returns how many there were. */
static uint32_t read_texts(uint32_t *counts)
{
    uint8_t *zeros = mem_calloc(SIZE, 1);
    struct features *features = features_create((struct df){.log = zeros, .texts = 1});
    struct tokens title = {0}, text = {0};
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = 0;
    uint32_t texts = 0;

    while ((n = getdelim(&line, &cap, '\0', stdin)) > 0) {
        const char *newline = strchr(line, '\n');
        size_t length = newline ? (size_t)(newline - line) : strlen(line);
        tokens_read(&title, span_of(line, length));
        tokens_read(&text, span_str(line + length));
        features_collect(features, &title, &text);
        features_visit(features, count, counts);
        texts++;
    }
    free(line);
    free(zeros);
    tokens_free(&title);
    tokens_free(&text);
    features_destroy(&features);
    return texts;
}

static int write_table(const char *path, const uint32_t *counts, uint32_t texts)
{
    size_t bound = ZSTD_compressBound(SIZE);
    uint8_t *table = mem_alloc(SIZE), *packed = mem_alloc(bound);
    uint8_t head[4] = {(uint8_t)texts, (uint8_t)(texts >> 8), (uint8_t)(texts >> 16),
                       (uint8_t)(texts >> 24)};
    FILE *out = fopen(path, "wb");

    for (size_t i = 0; i < SIZE; i++)
        table[i] = (uint8_t)lround(FEATURES_DF_STEPS * log2((double)counts[i] + 1));
    size_t n = ZSTD_compress(packed, bound, table, SIZE, LEVEL);
    int failed =
        !out || fwrite(head, 1, sizeof head, out) != sizeof head || fwrite(packed, 1, n, out) != n;
    if (out && fclose(out) != 0)
        failed = 1;
    if (failed)
        perror(path);
    printf("texts=%u bytes=%zu\n", texts, n + sizeof head);
    free(table);
    free(packed);
    return failed;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: df-count OUT < TEXTS\n");
        return 64;
    }
    uint32_t *counts = mem_calloc(SIZE, sizeof *counts);
    uint32_t texts = read_texts(counts);
    int failed = write_table(argv[1], counts, texts);

    free(counts);
    return failed ? 74 : 0;
}

/* us per document of the built-in model, beside a bare pass over the same documents that only
 * tokenises and hashes: words, word pairs, pieces of words and pieces of three words, but counts,
 * weighs and projects nothing.
 * usage: embed_bench [TEXTS]; TEXTS: title, newline, text, NUL for each document.  Without it, the
 * documents are made of invented words with the frequencies of a language (Zipf). */
#include "common/buf.h"
#include "common/mem.h"
#include "common/vec.h"
#include "embedder/mix.h"
#include "embedder/model.h"
#include "embedder/tokens.h"
#include "embedder/traits.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DOCUMENTS = 200, ROUNDS = 41, SIZES = 3, VOCABULARY = 30000, TITLE_WORDS = 9, PIECE = 4 };
static const size_t sizes[SIZES] = {900, 2300, 3900};

struct document {
    char *title, *text;
    size_t title_length, text_length;
};

/* CPU time of this one thread: what others do on the machine counts less. */
static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static uint64_t random_next(uint64_t *state)
{
    return mix_two(*state += 0x9e3779b97f4a7c15ULL, 0x2545f4914f6cdd1dULL);
}

static double random_unit(uint64_t *state)
{
    return (double)(random_next(state) >> 11) / 9007199254740992.0;
}

/* Word number `rank`: syllables chosen by the rank, fewer of them for the frequent words. */
static void add_word(struct buf *out, uint64_t rank)
{
    static const char *const syllables[] = {"ta", "ren", "o",  "mis", "ka",  "ver", "in", "sol",
                                            "de", "par", "li", "un",  "gen", "to",  "an", "ber"};
    uint64_t state = rank * 7919 + 1, length = 1 + (rank > 20) + (rank > 400) + (rank > 8000);

    for (uint64_t i = 0; i < length; i++)
        buf_adds(out, syllables[random_next(&state) % 16]);
    buf_addc(out, "snrdtlye"[random_next(&state) % 8]);
}

/* A word or a number, at times with a capital, and what follows it. */
static void add_term(struct buf *out, uint64_t *state)
{
    size_t at = out->len;
    uint64_t dice = random_next(state) % 100;

    if (dice < 3)
        buf_printf(out, "%d", (int)(random_next(state) % 3000));
    else
        add_word(out, (uint64_t)pow((double)VOCABULARY, random_unit(state)));
    if (dice > 85)
        out->data[at] = (char)toupper((unsigned char)out->data[at]);
    buf_adds(out, dice % 20 == 4 ? ". " : dice % 20 == 5 ? ", " : dice % 50 == 6 ? "'s " : " ");
}

static struct document invent(uint64_t seed, size_t bytes)
{
    struct buf title = {0}, text = {0};
    uint64_t state = seed;

    for (size_t words = 0; text.len < bytes; words++)
        add_term(words < TITLE_WORDS ? &title : &text, &state);
    struct document document = {.title_length = title.len, .text_length = text.len};
    document.title = buf_take(&title);
    document.text = buf_take(&text);
    return document;
}

/* Reads documents within 5 % of the size; returns how many. */
static size_t read_texts(const char *path, size_t bytes, struct document *documents)
{
    FILE *file = fopen(path, "rb");
    char *line = NULL;
    size_t cap = 0, n = 0;

    if (!file) {
        perror(path);
        exit(74);
    }
    while (n < DOCUMENTS && getdelim(&line, &cap, '\0', file) > 0) {
        char *newline = strchr(line, '\n');
        size_t length = newline ? strlen(newline) : 0;
        if (length < bytes * 95 / 100 || length > bytes * 105 / 100)
            continue;
        *newline = 0;
        documents[n++] = (struct document){.title = mem_strdup(line),
                                           .text = mem_strdup(newline + 1),
                                           .title_length = strlen(line),
                                           .text_length = length - 1};
    }
    free(line);
    fclose(file);
    return n;
}

/* The hashes of one token list, as many as the model needs, added up. */
static uint64_t hash_all(const struct tokens *tokens)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < tokens->count; i++) {
        const struct token *t = &tokens->list[i];
        const char *p = tokens->text + t->start;
        sum += t->hash;
        if (i > 0)
            sum += mix_two(t[-1].hash, t->hash);
        if (i > 1)
            sum += mix_two(mix_two(t[-2].hash, t[-1].hash), t->hash);
        for (uint32_t k = 0; k + PIECE <= t->length; k++)
            sum += mix_bytes(p + k, PIECE, 1);
    }
    return sum;
}

static uint64_t bare(struct tokens *title, struct tokens *text, const struct document *document)
{
    tokens_read(title, span_of(document->title, document->title_length));
    tokens_read(text, span_of(document->text, document->text_length));
    return hash_all(title) + hash_all(text);
}

static int ascending(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, ascending);
    return values[ROUNDS / 2];
}

static void measure(size_t bytes, const struct document *documents, size_t n)
{
    struct model *model = model_create();
    struct tokens title = {0}, text = {0};
    struct traits_buf found = {0};
    double full_us[ROUNDS], bare_us[ROUNDS], ratios[ROUNDS];
    volatile uint64_t sink = 0;

    for (int round = 0; round < ROUNDS; round++) {
        double start = now_us();
        for (size_t i = 0; i < n; i++)
            model_traits(model, span_of(documents[i].title, documents[i].title_length),
                         span_of(documents[i].text, documents[i].text_length),
                         span_str("https://www.example.com/2026/01/story?id=1"), &found);
        double middle = now_us();
        for (size_t i = 0; i < n; i++)
            sink += bare(&title, &text, &documents[i]);
        full_us[round] = (middle - start) / (double)n;
        bare_us[round] = (now_us() - middle) / (double)n;
        ratios[round] = full_us[round] / bare_us[round];
    }
    printf("embed bytes=%zu documents=%zu path=%s us=%.1f bare_us=%.1f ratio=%.2f\n", bytes, n,
           vec_wide() ? "avx2" : "portable", median(full_us), median(bare_us), median(ratios));
    tokens_free(&title);
    tokens_free(&text);
    model_destroy(&model);
}

int main(int argc, char **argv)
{
    for (int portable = 0; portable < 2; portable++) {
        vec_force_portable(portable);
        for (size_t s = 0; s < SIZES; s++) {
            struct document documents[DOCUMENTS];
            size_t n = DOCUMENTS;
            if (argc > 1)
                n = read_texts(argv[1], sizes[s], documents);
            for (size_t i = 0; argc <= 1 && i < n; i++)
                documents[i] = invent(s * DOCUMENTS + i + 1, sizes[s]);
            measure(sizes[s], documents, n);
            for (size_t i = 0; i < n; i++) {
                free(documents[i].title);
                free(documents[i].text);
            }
        }
    }
    return 0;
}

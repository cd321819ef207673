#include "embedder/embed_cli.h"

#include "common/buf.h"
#include "common/mem.h"
#include "common/vec.h"
#include "embedder/ask.h"
#include "embedder/traits.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Pairs of lines read before their vectors are asked for. */
enum { PAIRS_AT_ONCE = 64 };

static FILE *open_input(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (!file)
        fprintf(stderr, "weir-embedder: %s: %s\n", path, strerror(errno));
    return file;
}

/* Closes the input; 0, or EX_IOERR where reading it or writing the results failed. */
static int finish(FILE *file, const char *path)
{
    int code = EX_OK;

    if (ferror(file)) {
        fprintf(stderr, "weir-embedder: %s: cannot be read: %s\n", path, strerror(errno));
        code = EX_IOERR;
    }
    if (file != stdin)
        fclose(file);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "weir-embedder: standard output: %s\n", strerror(errno));
        code = EX_IOERR;
    }
    return code;
}

static void print_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(json);
}

static json_t *numbers(const uint32_t *values, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer(values[i]));
    return list;
}

static json_t *key(uint64_t value)
{
    return value ? json_sprintf("%016llx", (unsigned long long)value) : json_null();
}

static json_t *describe(const char *name, const struct traits *traits)
{
    json_t *vector = json_array();

    for (size_t i = 0; i < traits->dims; i++)
        json_array_append_new(vector, json_integer(traits->vector[i]));
    return json_pack(
        "{ss si sf so si so so so}", "model", name, "dims", (int)traits->dims, "norm",
        (double)traits->norm, "vector", vector, "words", (int)traits->words, "signature",
        traits->signature ? numbers(traits->signature, TRAITS_SIGNATURE) : json_null(), "title_key",
        key(traits->title_key), "figures", numbers(traits->figures, traits->figure_count));
}

/* The first line is the title. */
static struct ask_item item_of(struct span all)
{
    const char *newline = all.n ? memchr(all.p, '\n', all.n) : NULL;
    size_t title = newline ? (size_t)(newline - all.p) : all.n;

    return (struct ask_item){.title = span_of(all.p, title), .text = span_after(all, title)};
}

int embed_cli(const char *path, const struct config *config)
{
    FILE *file = open_input(path);
    struct traits_buf *found = NULL;
    struct ask *ask = NULL;
    struct buf all = {0};
    char chunk[16384];
    size_t n = 0;
    int code = EX_CONFIG, end = 0;

    if (!file)
        return EX_IOERR;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&all, chunk, n);
    ask = ferror(file) ? NULL : ask_open(config);
    if (ask) {
        struct ask_item item = item_of(buf_span(&all));

        found = mem_calloc(1, sizeof *found);
        code = ask_traits(ask, &item, 1, found);
        struct traits traits = traits_borrow(found);
        if (!code)
            print_json(describe(ask_model(ask), &traits));
    }
    free(found);
    ask_close(&ask);
    buf_free(&all);
    end = finish(file, path);
    return end ? end : code;
}

/* --- pairs ------------------------------------------------------------------------------------ */

/* A line that was understood, and the ids of its two sides. */
struct pair {
    json_t *json;
    json_t *id[2];
};

/* Pairs read and not yet compared. */
struct pairs {
    size_t count;
    struct pair at[PAIRS_AT_ONCE];
    struct ask_item items[2 * PAIRS_AT_ONCE];
    struct traits_buf traits[2 * PAIRS_AT_ONCE];
};

static struct span member(const json_t *item, const char *name)
{
    const json_t *value = json_object_get(item, name);

    return span_of(json_string_value(value), json_string_length(value));
}

/* One side of a pair; returns its id (new reference), or NULL where it is no item. */
static json_t *read_side(const json_t *side, size_t line, struct ask_item *item)
{
    json_t *id = json_object_get(side, "id");

    *item = (struct ask_item){
        .title = member(side, "title"), .text = member(side, "text"), .url = member(side, "url")};
    if (json_is_string(side))
        item->text = span_of(json_string_value(side), json_string_length(side));
    else if (!json_is_object(side))
        return NULL;
    else if (!json_object_get(side, "text"))
        item->text = member(side, "content_text");
    return id ? json_incref(id) : json_integer((json_int_t)line);
}

static void forget(struct pair *pair)
{
    json_decref(pair->id[0]);
    json_decref(pair->id[1]);
    json_decref(pair->json);
    *pair = (struct pair){0};
}

/* Takes the pair of one line; false where the line is none. */
static bool take_line(struct pairs *pairs, const char *text, size_t n, size_t line)
{
    struct pair *pair = &pairs->at[pairs->count];
    struct ask_item *items = &pairs->items[2 * pairs->count];

    pair->json = json_loadb(text, n, 0, NULL);
    pair->id[0] = read_side(json_object_get(pair->json, "a"), line, &items[0]);
    pair->id[1] = read_side(json_object_get(pair->json, "b"), line, &items[1]);
    if (pair->id[0] && pair->id[1]) {
        pairs->count++;
        return true;
    }
    forget(pair);
    return false;
}

static int count_common(const struct traits *a, const struct traits *b)
{
    int common = 0;

    for (uint32_t i = 0, j = 0; i < a->figure_count && j < b->figure_count;) {
        common += a->figures[i] == b->figures[j];
        if (a->figures[i] <= b->figures[j])
            i++;
        else
            j++;
    }
    return common;
}

static json_t *compare(const struct traits *a, const struct traits *b)
{
    bool both = a->signature && b->signature && a->dims == b->dims;
    double score = a->dims == b->dims
                       ? (double)vec_cosine(a->vector, a->norm, b->vector, b->norm, a->dims)
                       : 0.0;

    return json_pack(
        "{sf so sb sb si s[ii]}", "score", score, "overlap",
        both ? json_real((double)vec_same(a->signature, b->signature) / TRAITS_SIGNATURE)
             : json_null(),
        "same_url", a->url_key && a->url_key == b->url_key, "same_title",
        a->title_key && a->title_key == b->title_key, "common_figures", count_common(a, b),
        "figures", (int)a->figure_count, (int)b->figure_count);
}

static void print_pair(const struct pair *pair, const struct traits_buf found[2])
{
    struct traits a = traits_borrow(&found[0]), b = traits_borrow(&found[1]);
    json_t *result = json_pack("{sO sO}", "a", pair->id[0], "b", pair->id[1]);
    json_t *rest = compare(&a, &b);

    json_object_update(result, rest);
    json_decref(rest);
    print_json(result);
}

/* Compares what was read; 0 or 69. */
static int compare_all(struct ask *ask, struct pairs *pairs)
{
    int code = ask_traits(ask, pairs->items, 2 * pairs->count, pairs->traits);

    for (size_t i = 0; i < pairs->count; i++) {
        if (!code)
            print_pair(&pairs->at[i], &pairs->traits[2 * i]);
        forget(&pairs->at[i]);
    }
    pairs->count = 0;
    return code;
}

static int compare_file(struct ask *ask, struct pairs *pairs, FILE *file, const char *path)
{
    char *text = NULL;
    size_t cap = 0;
    ssize_t n = 0;
    int code = EX_OK, failed = 0;

    for (size_t line = 1; !failed && (n = getline(&text, &cap, file)) > 0; line++) {
        if (strspn(text, " \t\r\n") == (size_t)n)
            continue;
        if (!take_line(pairs, text, (size_t)n, line)) {
            fprintf(stderr, "weir-embedder: %s: line %zu is no pair of items\n", path, line);
            code = EX_DATAERR;
        }
        if (pairs->count == PAIRS_AT_ONCE)
            failed = compare_all(ask, pairs);
    }
    if (!failed)
        failed = compare_all(ask, pairs);
    free(text);
    return failed ? failed : code;
}

int compare_cli(const char *path, const struct config *config)
{
    FILE *file = open_input(path);
    struct pairs *pairs = NULL;
    struct ask *ask = NULL;
    int code = EX_CONFIG, end = 0;

    if (!file)
        return EX_IOERR;
    ask = ask_open(config);
    if (ask) {
        pairs = mem_calloc(1, sizeof(*pairs));
        code = compare_file(ask, pairs, file, path);
    }
    free(pairs);
    ask_close(&ask);
    end = finish(file, path);
    return end ? end : code;
}

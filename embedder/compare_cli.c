/* --compare: pairs of texts, and how alike they are. */
#include "embedder/embed_cli.h"

#include "common/mem.h"
#include "common/vec.h"
#include "embedder/ask.h"
#include "embedder/embed_cli_inner.h"
#include "embedder/traits.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Pairs of lines read before their vectors are asked for. */
enum { PAIRS_AT_ONCE = 64 };

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
    cli_print(result);
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
    FILE *file = cli_open(path);
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
    end = cli_finish(file, path);
    return end ? end : code;
}

#include "embedder/embed_cli.h"

#include "common/buf.h"
#include "common/vec.h"
#include "embedder/model.h"
#include "embedder/traits.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

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

int embed_cli(const char *path)
{
    FILE *file = open_input(path);
    struct buf all = {0};
    char chunk[16384];
    size_t n = 0;

    if (!file)
        return EX_IOERR;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&all, chunk, n);
    const char *newline = all.len ? memchr(all.data, '\n', all.len) : NULL;
    size_t title = newline ? (size_t)(newline - all.data) : all.len;
    struct model *model = model_create();
    struct traits_buf found = {0};
    model_traits(model, span_of(all.data, title), span_after(buf_span(&all), title), span_str(NULL),
                 &found);
    struct traits traits = traits_borrow(&found);
    if (!ferror(file))
        print_json(describe(model_name(model), &traits));
    model_destroy(&model);
    buf_free(&all);
    return finish(file, path);
}

static struct span member(const json_t *item, const char *name)
{
    const json_t *value = json_object_get(item, name);

    return span_of(json_string_value(value), json_string_length(value));
}

/* Reads one side of a pair; returns its id (new reference), or NULL where it is no item. */
static json_t *read_side(struct model *model, const json_t *side, size_t line,
                         struct traits_buf *out)
{
    struct span text = span_of(json_string_value(side), json_string_length(side));

    if (!json_is_string(side) && !json_is_object(side))
        return NULL;
    if (json_is_object(side))
        text = json_object_get(side, "text") ? member(side, "text") : member(side, "content_text");
    model_traits(model, member(side, "title"), text, member(side, "url"), out);
    json_t *id = json_object_get(side, "id");
    return id ? json_incref(id) : json_integer((json_int_t)line);
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

/* Compares the pair of one line; false where the line is none. */
static bool compare_line(struct model *model, const char *text, size_t n, size_t line)
{
    struct traits_buf found[2] = {{0}, {0}};
    json_t *pair = json_loadb(text, n, 0, NULL);
    json_t *a = read_side(model, json_object_get(pair, "a"), line, &found[0]);
    json_t *b = read_side(model, json_object_get(pair, "b"), line, &found[1]);

    if (a && b) {
        struct traits x = traits_borrow(&found[0]), y = traits_borrow(&found[1]);
        json_t *result = json_pack("{sO sO}", "a", a, "b", b), *rest = compare(&x, &y);
        json_object_update(result, rest);
        json_decref(rest);
        print_json(result);
    }
    bool understood = a && b;
    json_decref(a);
    json_decref(b);
    json_decref(pair);
    return understood;
}

int compare_cli(const char *path)
{
    FILE *file = open_input(path);
    struct model *model = NULL;
    char *text = NULL;
    size_t cap = 0;
    ssize_t n = 0;
    int code = EX_OK;

    if (!file)
        return EX_IOERR;
    model = model_create();
    for (size_t line = 1; (n = getline(&text, &cap, file)) > 0; line++) {
        if (strspn(text, " \t\r\n") == (size_t)n || compare_line(model, text, (size_t)n, line))
            continue;
        fprintf(stderr, "weir-embedder: %s: line %zu is no pair of items\n", path, line);
        code = EX_DATAERR;
    }
    free(text);
    model_destroy(&model);
    int end = finish(file, path);
    return end ? end : code;
}

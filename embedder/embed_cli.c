#include "embedder/embed_cli.h"

#include "common/buf.h"
#include "common/mem.h"
#include "embedder/ask.h"
#include "embedder/embed_cli_inner.h"
#include "embedder/traits.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

FILE *cli_open(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (!file)
        fprintf(stderr, "weir-embedder: %s: %s\n", path, strerror(errno));
    return file;
}

int cli_finish(FILE *file, const char *path)
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

void cli_print(json_t *json)
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
    FILE *file = cli_open(path);
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
            cli_print(describe(ask_model(ask), &traits));
    }
    free(found);
    ask_close(&ask);
    buf_free(&all);
    end = cli_finish(file, path);
    return end ? end : code;
}

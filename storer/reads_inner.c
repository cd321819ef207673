#include "storer/reads_inner.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/app.h"
#include "common/utf8.h"
#include "storer/db_read.h"

enum { ROWS_MOST = 10000 };

json_t *reads_fail(struct reads *reads, int code, const char *format, ...)
{
    char text[512];
    va_list args;

    if (reads->answer->code != 0)
        return NULL;
    reads->answer->code = code;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_adds(&reads->answer->error, text);
    return NULL;
}

bool reads_ok(const struct reads *reads)
{
    return reads->answer->code == 0;
}

/* --- arguments -------------------------------------------------------------------------------- */

int64_t reads_arg(struct reads *reads, const char *name, int64_t none, int64_t least, int64_t most)
{
    const json_t *value = json_object_get(reads->args, name);

    if (!value || json_is_null(value))
        return none;
    if (!json_is_integer(value)) {
        reads_fail(reads, APP_USAGE, "%s must be an integer", name);
        return none;
    }
    if (json_integer_value(value) < least || json_integer_value(value) > most) {
        reads_fail(reads, APP_USAGE, "%s must be %lld to %lld, not %lld", name, (long long)least,
                   (long long)most, (long long)json_integer_value(value));
        return none;
    }
    return json_integer_value(value);
}

int64_t reads_id(struct reads *reads)
{
    int64_t id = reads_arg(reads, "id", 0, 1, INT64_MAX);

    if (id == 0)
        reads_fail(reads, APP_USAGE, "id is missing");
    return id;
}

int64_t reads_limit(struct reads *reads, int64_t none)
{
    return reads_arg(reads, "limit", none, 1, ROWS_MOST);
}

/* --- answers ---------------------------------------------------------------------------------- */

json_t *reads_json(struct span text)
{
    json_t *value = json_stringn(text.p ? text.p : "", text.n);
    struct buf clean = {0};
    uint32_t c = 0;

    if (value)
        return value;
    for (size_t i = 0; i < text.n;) {
        i += utf8_next(text.p + i, text.p + text.n, &c);
        utf8_add(&clean, c);
    }
    value = json_stringn(clean.data, clean.len);
    buf_free(&clean);
    return value ? value : json_string("");
}

json_t *reads_text(struct db_rows *rows, int column)
{
    return reads_json(db_rows_text(rows, column));
}

void reads_put_text(json_t *object, const char *key, struct db_rows *rows, int column)
{
    json_object_set_new(object, key, reads_text(rows, column));
}

void reads_put_int(json_t *object, const char *key, struct db_rows *rows, int column)
{
    json_object_set_new(object, key, json_integer(db_rows_int(rows, column)));
}

bool reads_fits(struct reads *reads, const json_t *object)
{
    size_t bytes = json_dumpb(object, NULL, 0, JSON_COMPACT) + 1;

    /* A row that is larger than a whole answer is given alone, so that paging gets past it; the
     * answer as a whole is checked in the end. */
    if (reads->bytes > 0 && reads->bytes + bytes > reads->limits->json_bytes / 2)
        return false;
    reads->bytes += bytes;
    return true;
}

void reads_list(struct reads *reads, struct db_rows *rows, int64_t limit,
                json_t *(*make)(struct db_rows *rows), json_t *answer, const char *name)
{
    json_t *list = json_array();

    while (db_rows_next(rows)) {
        json_t *object = make(rows);
        size_t n = json_array_size(list);

        if ((int64_t)n == limit || !reads_fits(reads, object)) {
            json_object_set(answer, "next", json_object_get(json_array_get(list, n - 1), "id"));
            json_decref(object);
            break;
        }
        json_array_append_new(list, object);
    }
    json_object_set_new(answer, name, list);
    db_rows_end(rows);
}

const char *reads_words(struct reads *reads, struct span text)
{
    text = utf8_clip(text, sizeof(reads->words) - 1);
    memcpy(reads->words, text.p ? text.p : "", text.n);
    reads->words[text.n] = '\0';
    return reads->words;
}

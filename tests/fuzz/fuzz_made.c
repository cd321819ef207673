/* Messages made field by field: a byte for the type, then choices.  Each can be written, is read as
 * what it was, is the same bytes when written again, and has a JSON form that is JSON.  One field
 * beyond its limit, and it is not written, or not read. */
#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/msg.h"
#include "common/msg_table.h"
#include "tests/fuzz/take.h"

enum { BROKEN = 1, DEPTH = 3, MEMBERS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fill(struct take *take, enum msg_type type, void *message, struct msg_pool *pool,
                 int depth);

static struct msg_list fill_list(struct take *take, const struct msg_field *field,
                                 struct msg_pool *pool, int depth)
{
    size_t size = msg_table(field->list).size;
    struct msg_list list = {.count = depth ? take_below(take, MEMBERS + 1) : 0};

    if (list.count > field->limit)
        list.count = field->limit;
    if (list.count)
        list.at = msg_pool_take(pool, list.count * size);
    for (size_t i = 0; i < list.count; i++)
        fill(take, field->list, (char *)list.at + i * size, pool, depth - 1);
    return list;
}

static double take_double(struct take *take)
{
    uint64_t bits = take_bytes(take, 8);
    double value = 0;

    memcpy(&value, &bits, sizeof(value));
    return isnan(value) ? 0 : value;
}

static void fill_field(struct take *take, const struct msg_field *field, void *at,
                       struct msg_pool *pool, int depth)
{
    switch (field->kind) {
    case FIELD_U:
        *(uint64_t *)at = take_number(take);
        if (*(uint64_t *)at > field->limit)
            *(uint64_t *)at = field->limit;
        break;
    case FIELD_I:
        *(int64_t *)at = (int64_t)take_number(take);
        break;
    case FIELD_D:
        *(double *)at = take_double(take);
        break;
    case FIELD_S:
        *(struct span *)at = take_span(take, field->limit < 255 ? field->limit : 255);
        break;
    case FIELD_B:
        *(struct span *)at = take_span(take, field->limit < 255 ? field->limit : 255);
        ((struct span *)at)->n -= ((struct span *)at)->n % field->unit;
        break;
    case FIELD_L:
        *(struct msg_list *)at = fill_list(take, field, pool, depth);
        break;
    }
}

static void fill(struct take *take, enum msg_type type, void *message, struct msg_pool *pool,
                 int depth)
{
    struct msg_table table = msg_table(type);

    for (size_t i = 0; i < table.count; i++)
        fill_field(take, &table.fields[i], (char *)message + table.fields[i].offset, pool, depth);
}

static void must_equal(enum msg_type type, const void *one, const void *other)
{
    struct msg_table table = msg_table(type);

    for (size_t i = 0; i < table.count; i++) {
        const struct msg_field *field = &table.fields[i];
        const char *a = (const char *)one + field->offset, *b = (const char *)other + field->offset;
        const struct msg_list *some = (const void *)a, *same = (const void *)b;

        if (field->kind == FIELD_S || field->kind == FIELD_B) {
            if (!span_eq(*(const struct span *)(const void *)a,
                         *(const struct span *)(const void *)b))
                abort();
        } else if (field->kind == FIELD_L) {
            if (some->count != same->count)
                abort();
            for (size_t k = 0; k < some->count; k++)
                must_equal(field->list, (const char *)some->at + k * msg_table(field->list).size,
                           (const char *)same->at + k * msg_table(field->list).size);
        } else if (memcmp(a, b, 8) != 0) {
            abort();
        }
    }
}

/* Every member is there under its name; numbers beyond jansson's are read as reals. */
static void must_be_json(enum msg_type type, const void *message, size_t longest)
{
    struct msg_table table = msg_table(type);
    struct buf text = {0};
    json_t *json = NULL;

    msg_json(type, message, longest, &text);
    json = json_loadb(text.data, text.len,
                      JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);
    if (!json_is_object(json) || json_object_size(json) != table.count)
        abort();
    for (size_t i = 0; i < table.count; i++)
        if (!json_object_get(json, table.fields[i].name))
            abort();
    json_decref(json);
    buf_free(&text);
}

/* A number, or a text, beyond its limit. */
static void must_be_refused(enum msg_type type, void *message, size_t which)
{
    struct msg_table table = msg_table(type);
    const struct msg_field *field = &table.fields[which % table.count];
    struct msg_pool pool = {0};
    struct buf out = {0};
    char *text = NULL;
    void *again = mem_calloc(1, table.size);

    if (field->kind == FIELD_U && field->limit < UINT64_MAX) {
        *(uint64_t *)(void *)((char *)message + field->offset) = field->limit + 1;
    } else if ((field->kind == FIELD_S || field->kind == FIELD_B) && field->limit < 100000) {
        text = mem_calloc(1, field->limit + 8);
        *(struct span *)(void *)((char *)message + field->offset) =
            span_of(text, field->limit + (field->unit ? field->unit : 1));
    } else {
        free(again);
        return;
    }
    if (msg_write(type, message, &out) == 0) {
        if (msg_read(type, buf_span(&out), &pool, again) == 0 || !pool.why)
            abort();
    } else if (out.len) {
        abort();
    }
    buf_free(&out);
    msg_pool_free(&pool);
    free(text);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct take take = {.p = data, .n = size};
    enum msg_type type = (enum msg_type)take_below(&take, MSG_TYPES);
    size_t how = take_below(&take, 256);
    struct msg_pool made = {0}, read = {0};
    struct buf first = {0}, second = {0};
    void *message = mem_calloc(1, msg_table(type).size);
    void *again = mem_calloc(1, msg_table(type).size);

    fill(&take, type, message, &made, DEPTH);
    if (msg_write(type, message, &first) || msg_read(type, buf_span(&first), &read, again) ||
        msg_write(type, again, &second) || !span_eq(buf_span(&first), buf_span(&second)))
        abort();
    must_equal(type, message, again);
    must_be_json(type, message, how % 64);
    if (how & BROKEN)
        must_be_refused(type, message, how / 2);
    free(message);
    free(again);
    buf_free(&first);
    buf_free(&second);
    msg_pool_free(&made);
    msg_pool_free(&read);
    return 0;
}

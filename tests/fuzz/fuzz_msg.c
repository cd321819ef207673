/* The first byte chooses the type, the rest is a frame.  What is read can be written, and what was
 * written reads as the same bytes again; its JSON form is JSON. */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg.h"
#include "common/msg_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_round_trip(enum msg_type type, const void *message)
{
    static _Alignas(16) char again[4096];
    struct msg_pool pool = {0};
    struct buf first = {0};
    struct buf second = {0};

    if (msg_table(type).size > sizeof(again) || msg_write(type, message, &first) ||
        msg_read(type, buf_span(&first), &pool, again) || msg_write(type, again, &second) ||
        !span_eq(buf_span(&first), buf_span(&second)))
        abort();
    buf_free(&first);
    buf_free(&second);
    msg_pool_free(&pool);
}

/* An object; numbers beyond jansson's are read as reals. */
static void must_be_json(struct span text)
{
    json_t *json = json_loadb(
        text.p, text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL, NULL);

    if (!json_is_object(json))
        abort();
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static _Alignas(16) char message[4096];
    struct msg_pool pool = {0};
    struct buf json = {0};
    enum msg_type type = size ? (enum msg_type)(data[0] % MSG_TYPES) : MSG_header;

    if (size == 0)
        return 0;
    if (msg_read(type, span_of(data + 1, size - 1), &pool, message)) {
        if (!pool.why)
            abort();
    } else {
        must_round_trip(type, message);
        msg_json(type, message, size % 50, &json);
        must_be_json(buf_span(&json));
    }
    buf_free(&json);
    msg_pool_free(&pool);
    return 0;
}

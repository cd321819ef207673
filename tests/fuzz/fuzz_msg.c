/* The first byte chooses the type, the rest is a frame.  What is read can be written, and what was
 * written reads as the same bytes again; memory taken is bounded by the frame. */
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
        if (json.len < 2 || json.data[0] != '{' || json.data[json.len - 1] != '}')
            abort();
    }
    buf_free(&json);
    msg_pool_free(&pool);
    return 0;
}

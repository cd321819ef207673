#include "common/msg.h"

#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "common/msg_table.h"

/* Values are read one at a time, so that nothing is allocated for a container before its length was
 * compared with what the table allows and with the bytes that are there. */
struct cursor {
    const char *p;
    size_t left;
    struct msg_pool *pool;
};

static int bad(struct cursor *cursor, const char *why)
{
    cursor->pool->why = why;
    return -1;
}

/* The length of an array, from its head alone. */
static int read_array(struct cursor *cursor, uint64_t *count)
{
    const uint8_t *p = (const uint8_t *)cursor->p;
    size_t head = 0;

    if (cursor->left >= 1 && (p[0] & 0xf0) == 0x90) {
        head = 1;
        *count = p[0] & 0x0f;
    } else if (cursor->left >= 3 && p[0] == 0xdc) {
        head = 3;
        *count = (uint64_t)p[1] << 8 | p[2];
    } else if (cursor->left >= 5 && p[0] == 0xdd) {
        head = 5;
        *count = (uint64_t)p[1] << 24 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 8 | p[4];
    } else {
        return bad(cursor, "not an array");
    }
    cursor->p += head;
    cursor->left -= head;
    return *count > cursor->left ? bad(cursor, "array longer than its frame") : 0;
}

/* A container's first byte: such a value is never a plain one, and msgpack would allocate for it.
 */
static bool is_container(uint8_t first)
{
    return (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf);
}

static int read_value(struct cursor *cursor, msgpack_object *value)
{
    size_t used = 0;
    msgpack_unpack_return result = MSGPACK_UNPACK_PARSE_ERROR;

    if (cursor->left == 0)
        return bad(cursor, "too short");
    if (is_container((uint8_t)cursor->p[0]))
        return bad(cursor, "unexpected container");
    result = msgpack_unpack(cursor->p, cursor->left, &used, cursor->pool->zone, value);
    if (result != MSGPACK_UNPACK_SUCCESS && result != MSGPACK_UNPACK_EXTRA_BYTES)
        return bad(cursor, "damaged value");
    if (result == MSGPACK_UNPACK_SUCCESS)
        used = cursor->left;
    cursor->p += used;
    cursor->left -= used;
    return 0;
}

static int read_struct(struct cursor *cursor, enum msg_type type, char *out);

static int read_list(struct cursor *cursor, const struct msg_field *field, struct msg_list *out)
{
    size_t size = msg_table(field->list).size;
    uint64_t count = 0;

    if (read_array(cursor, &count))
        return -1;
    if (count > field->limit)
        return bad(cursor, "list too long");
    /* A member is a head and a byte a field at least: memory taken is bounded by the frame. */
    if (count > cursor->left / (msg_table(field->list).count + 1))
        return bad(cursor, "list longer than its frame");
    *out = (struct msg_list){.at = msg_pool_take(cursor->pool, size * count), .count = count};
    for (uint64_t i = 0; i < count; i++)
        if (read_struct(cursor, field->list, (char *)out->at + i * size))
            return -1;
    return 0;
}

static int read_number(struct cursor *cursor, const struct msg_field *field,
                       const msgpack_object *value, char *out)
{
    if (field->kind == FIELD_U) {
        if (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return bad(cursor, "not an unsigned integer");
        if (value->via.u64 > field->limit)
            return bad(cursor, "number too large");
        memcpy(out, &value->via.u64, 8);
    } else if (field->kind == FIELD_I) {
        if (value->type != MSGPACK_OBJECT_NEGATIVE_INTEGER &&
            (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER || value->via.u64 > INT64_MAX))
            return bad(cursor, "not an integer");
        memcpy(out, &value->via.i64, 8);
    } else {
        if (value->type != MSGPACK_OBJECT_FLOAT64)
            return bad(cursor, "not a double");
        memcpy(out, &value->via.f64, 8);
    }
    return 0;
}

static int read_bytes(struct cursor *cursor, const struct msg_field *field,
                      const msgpack_object *value, struct span *out)
{
    bool text = field->kind == FIELD_S;

    if (value->type != (text ? MSGPACK_OBJECT_STR : MSGPACK_OBJECT_BIN))
        return bad(cursor, text ? "not a text" : "not bytes");
    *out = text ? span_of(value->via.str.ptr, value->via.str.size)
                : span_of(value->via.bin.ptr, value->via.bin.size);
    if (out->n > field->limit)
        return bad(cursor, "text or bytes too long");
    if (!text && out->n % field->unit)
        return bad(cursor, "bytes of a broken length");
    return 0;
}

static int read_field(struct cursor *cursor, const struct msg_field *field, char *out)
{
    msgpack_object value;

    if (field->kind == FIELD_L)
        return read_list(cursor, field, (void *)out);
    if (read_value(cursor, &value))
        return -1;
    if (field->kind == FIELD_S || field->kind == FIELD_B)
        return read_bytes(cursor, field, &value, (void *)out);
    return read_number(cursor, field, &value, out);
}

static int read_struct(struct cursor *cursor, enum msg_type type, char *out)
{
    struct msg_table table = msg_table(type);
    uint64_t count = 0;

    if (read_array(cursor, &count))
        return -1;
    if (count != table.count)
        return bad(cursor, "wrong number of fields");
    for (size_t i = 0; i < table.count; i++)
        if (read_field(cursor, &table.fields[i], out + table.fields[i].offset))
            return -1;
    return 0;
}

int msg_read(enum msg_type type, struct span frame, struct msg_pool *pool, void *message)
{
    struct cursor cursor = {.p = frame.p, .left = frame.n, .pool = pool};

    /* Nothing is ever put into it, but without one msgpack makes its own for each text, and leaves
     * it behind. */
    if (!pool->zone)
        pool->zone = msgpack_zone_new(MSGPACK_ZONE_CHUNK_SIZE);
    if (!pool->zone)
        abort(); /* out of memory, as in mem.h */
    if (read_struct(&cursor, type, message))
        return -1;
    return cursor.left ? bad(&cursor, "bytes behind the end") : 0;
}

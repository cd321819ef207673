#include "common/msg.h"

#include <msgpack.h>

#include "common/msg_table.h"

static int sink(void *arg, const char *data, size_t n)
{
    buf_add(arg, data, n);
    return 0;
}

static int write_struct(msgpack_packer *packer, enum msg_type type, const char *message);

static int write_list(msgpack_packer *packer, const struct msg_field *field,
                      const struct msg_list *list)
{
    size_t size = msg_table(field->list).size;

    if (list->count > field->limit)
        return -1;
    msgpack_pack_array(packer, list->count);
    for (size_t i = 0; i < list->count; i++)
        if (write_struct(packer, field->list, (const char *)list->at + i * size))
            return -1;
    return 0;
}

static int write_field(msgpack_packer *packer, const struct msg_field *field, const char *at)
{
    const struct span *span = (const void *)at;

    switch (field->kind) {
    case FIELD_U:
        return *(const uint64_t *)(const void *)at > field->limit
                   ? -1
                   : msgpack_pack_uint64(packer, *(const uint64_t *)(const void *)at);
    case FIELD_I:
        return msgpack_pack_int64(packer, *(const int64_t *)(const void *)at);
    case FIELD_D:
        return msgpack_pack_double(packer, *(const double *)(const void *)at);
    case FIELD_S:
        return span->n > field->limit ? -1 : msgpack_pack_str_with_body(packer, span->p, span->n);
    case FIELD_B:
        return span->n > field->limit || span->n % field->unit
                   ? -1
                   : msgpack_pack_bin_with_body(packer, span->p, span->n);
    case FIELD_L:
        return write_list(packer, field, (const void *)at);
    }
    return -1;
}

static int write_struct(msgpack_packer *packer, enum msg_type type, const char *message)
{
    struct msg_table table = msg_table(type);

    msgpack_pack_array(packer, table.count);
    for (size_t i = 0; i < table.count; i++)
        if (write_field(packer, &table.fields[i], message + table.fields[i].offset))
            return -1;
    return 0;
}

int msg_write(enum msg_type type, const void *message, struct buf *out)
{
    msgpack_packer packer;
    size_t before = out->len;

    msgpack_packer_init(&packer, out, sink);
    if (write_struct(&packer, type, message) == 0)
        return 0;
    out->len = before;
    return -1;
}

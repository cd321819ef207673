/* The frames as data: what msg.c, msg_json.c and the tests walk over. */
#ifndef WEIR_COMMON_MSG_TABLE_H
#define WEIR_COMMON_MSG_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "common/msg.h"

enum msg_field_kind { FIELD_U, FIELD_I, FIELD_D, FIELD_S, FIELD_B, FIELD_L };

struct msg_field {
    const char *name;
    enum msg_field_kind kind;
    size_t offset;
    uint64_t limit;     /* largest value, longest text, most members */
    uint32_t unit;      /* of bytes */
    enum msg_type list; /* type of the members */
};

struct msg_table {
    const char *name;
    size_t size; /* of the struct */
    size_t count;
    const struct msg_field *fields;
};

/* All zero for MSG_TYPES. */
struct msg_table msg_table(enum msg_type type);

/* Memory that lives until the pool is reset, aligned for anything. */
void *msg_pool_take(struct msg_pool *pool, size_t bytes);

#endif

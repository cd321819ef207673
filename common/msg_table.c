#include "common/msg_table.h"

/* A macro cannot hand its own argument down to the field macros, so each frame's struct is first
 * given a fixed name in a scope of its own: a function that returns the fields. */
#define T_U(field, most)                                                                           \
    {.name = #field, .kind = FIELD_U, .offset = offsetof(struct this, field), .limit = (most)},
#define T_I(field) {.name = #field, .kind = FIELD_I, .offset = offsetof(struct this, field)},
#define T_D(field) {.name = #field, .kind = FIELD_D, .offset = offsetof(struct this, field)},
#define T_S(field, most)                                                                           \
    {.name = #field, .kind = FIELD_S, .offset = offsetof(struct this, field), .limit = (most)},
#define T_B(field, most, of)                                                                       \
    {.name = #field,                                                                               \
     .kind = FIELD_B,                                                                              \
     .offset = offsetof(struct this, field),                                                       \
     .limit = (most),                                                                              \
     .unit = (of)},
#define T_L(field, type, most)                                                                     \
    {.name = #field,                                                                               \
     .kind = FIELD_L,                                                                              \
     .offset = offsetof(struct this, field),                                                       \
     .limit = (most),                                                                              \
     .list = MSG_##type},

#define TABLE(type)                                                                                \
    static struct msg_table table_##type(void)                                                     \
    {                                                                                              \
        struct this {MSG_FIELDS_##type(MSG_C_U, MSG_C_I, MSG_C_D, MSG_C_S, MSG_C_B, MSG_C_L)};     \
        static const struct msg_field fields[] = {                                                 \
            MSG_FIELDS_##type(T_U, T_I, T_D, T_S, T_B, T_L)};                                      \
        return (struct msg_table){.name = #type,                                                   \
                                  .size = sizeof(struct this),                                     \
                                  .count = sizeof(fields) / sizeof(fields[0]),                     \
                                  .fields = fields};                                               \
    }
MSG_ALL(TABLE)

struct msg_table msg_table(enum msg_type type)
{
    switch (type) {
#define CASE(name)                                                                                 \
    case MSG_##name:                                                                               \
        return table_##name();
        MSG_ALL(CASE)
    case MSG_TYPES:
        break;
    }
    return (struct msg_table){0};
}

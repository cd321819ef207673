/* The codec: frames as C structs, made from messages.def.
 *
 * A frame is one MessagePack array (msgpack.org specification) of the fields of its struct, in
 * order.  Reading checks the number of fields, every type, length and range, and that nothing
 * follows; what is read borrows its text and bytes from the frame that was given, and its lists
 * from a pool.  Pure. */
#ifndef WEIR_COMMON_MSG_H
#define WEIR_COMMON_MSG_H

#include <stdint.h>

#include "common/buf.h"
#include "common/messages.def"

enum { MSG_PROTOCOL = 4 };

enum msg_kind {
    MSG_KIND_FETCH = 1,
    MSG_KIND_WANTED,
    MSG_KIND_JUDGE,
    MSG_KIND_SEARCH,
    MSG_KIND_RERANK,
    MSG_KIND_FULL,
    MSG_KINDS
};
enum msg_flag { MSG_FLAG_REPLAY = 1, MSG_FLAG_ALONE = 2 };

/* What became of a fetch. */
enum msg_outcome {
    MSG_OUTCOME_READ,         /* a feed was read; its new items follow */
    MSG_OUTCOME_NOT_MODIFIED, /* 304 */
    MSG_OUTCOME_UNCHANGED,    /* 200 with the body that was read last time */
    MSG_OUTCOME_FAILED,       /* error_kind and error say why */
    MSG_OUTCOME_ABORTED,      /* handed back without blame */
    MSG_OUTCOMES
};

enum msg_error {
    MSG_ERROR_NONE,
    MSG_ERROR_DNS,
    MSG_ERROR_CONNECT,
    MSG_ERROR_TLS,
    MSG_ERROR_TIMEOUT,
    MSG_ERROR_TOO_LARGE,
    MSG_ERROR_REDIRECT,
    MSG_ERROR_ADDRESS, /* not allowed to be fetched from */
    MSG_ERROR_HTTP,    /* http_status says which */
    MSG_ERROR_NOT_A_FEED,
    MSG_ERROR_TRANSFER,
    MSG_ERROR_CHALLENGE, /* the site wants a browser, or a person */
    MSG_ERROR_OFFLINE,   /* this machine has no route to anywhere */
    MSG_ERRORS
};

enum msg_purpose { MSG_PURPOSE_NONE, MSG_PURPOSE_LEAVE, MSG_PURPOSE_SHUTDOWN };

struct msg_list {
    void *at; /* an array of count structs of the list's type */
    size_t count;
};

#define MSG_C_U(name, ...) uint64_t name;
#define MSG_C_I(name)      int64_t name;
#define MSG_C_D(name)      double name;
#define MSG_C_S(name, ...) struct span name;
#define MSG_C_B(name, ...) struct span name;
#define MSG_C_L(name, ...) struct msg_list name;
#define MSG_C(type)                                                                                \
    struct msg_##type {                                                                            \
        MSG_FIELDS_##type(MSG_C_U, MSG_C_I, MSG_C_D, MSG_C_S, MSG_C_B, MSG_C_L)                    \
    };
MSG_ALL(MSG_C)

/* One value a frame type: MSG_header, MSG_job, ... */
#define MSG_E(type) MSG_##type,
enum msg_type { MSG_ALL(MSG_E) MSG_TYPES };

/* Memory for what was read; reused from message to message.  Start with {0}. */
struct msg_pool {
    struct msg_block *blocks;
    struct msgpack_zone *zone; /* msgpack's own; always empty */
    const char *why;           /* after a failed read: what was wrong, a constant */
};

/* Makes everything read with this pool invalid and keeps the memory. */
void msg_pool_reset(struct msg_pool *pool);
void msg_pool_free(struct msg_pool *pool);

/* Appends the frame to out.  Text that is longer than its limit, or a list, is a bug of the caller:
 * it returns -1 and leaves out as it was; 0 otherwise. */
int msg_write(enum msg_type type, const void *message, struct buf *out);
/* Reads a whole frame into *message; 0, or -1 with pool->why.  After -1 *message is undefined. */
int msg_read(enum msg_type type, struct span frame, struct msg_pool *pool, void *message);

/* The same with the types checked: msg_header_write (&header, out), msg_header_read (span, pool,
 * &header), ... */
#define MSG_W(type)                                                                                \
    static inline int msg_##type##_write(const struct msg_##type *message, struct buf *out)        \
    {                                                                                              \
        return msg_write(MSG_##type, message, out);                                                \
    }                                                                                              \
    static inline int msg_##type##_read(struct span frame, struct msg_pool *pool,                  \
                                        struct msg_##type *message)                                \
    {                                                                                              \
        return msg_read(MSG_##type, frame, pool, message);                                         \
    }
MSG_ALL(MSG_W)

/* The name of a type ("header"), and the type of a name; MSG_TYPES where there is none. */
const char *msg_name(enum msg_type type);
enum msg_type msg_type_of(struct span name);
/* Names for people. */
const char *msg_error_name(enum msg_error error);
const char *msg_outcome_name(enum msg_outcome outcome);
/* Appends the message as a JSON object; text and bytes beyond longest are cut ("..."), bytes are
 * given as hexadecimal.  longest 0: no limit. */
void msg_json(enum msg_type type, const void *message, size_t longest, struct buf *out);

/* Little-endian pieces of a B field. */
uint64_t msg_get_u64(const char *p);
void msg_put_u64(struct buf *out, uint64_t value);
uint32_t msg_get_u32(const char *p);
void msg_put_u32(struct buf *out, uint32_t value);

/* When an item happened, for judging and sorting: when it was published, or when it was seen where
 * that is not said or lies in the future. */
int64_t msg_item_time(const struct msg_item *item);

struct traits;
/* What judging needs of a vector or an entry frame.  signature and figures are copied into space
 * (aligned, 192 values), vector is borrowed from the frame. */
void msg_vector_traits(const struct msg_vector *vector, uint32_t space[192], struct traits *out);
void msg_entry_traits(const struct msg_entry *entry, uint32_t space[192], struct traits *out);

struct judge_candidate;
/* A candidate as a deduper proposes it: the id, and how alike it is. */
void msg_candidate_of(const struct judge_candidate *found, struct msg_candidate *out);
/* The way back.  Story, original and time are not told and are 0.  false: these are no figures of
 * judge_score (). */
bool msg_candidate_judged(const struct msg_candidate *candidate, struct judge_candidate *out);

#endif

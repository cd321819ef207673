/* Names, little-endian pieces, and what judging needs of a frame. */
#include "common/msg.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "common/judge.h"
#include "common/msg_table.h"
#include "common/traits.h"
#include "common/vec.h"

uint64_t msg_get_u64(const char *p)
{
    uint64_t value = 0;

    memcpy(&value, p, sizeof(value));
    return le64toh(value);
}

uint32_t msg_get_u32(const char *p)
{
    uint32_t value = 0;

    memcpy(&value, p, sizeof(value));
    return le32toh(value);
}

void msg_put_u64(struct buf *out, uint64_t value)
{
    value = htole64(value);
    buf_add(out, &value, sizeof(value));
}

void msg_put_u32(struct buf *out, uint32_t value)
{
    value = htole32(value);
    buf_add(out, &value, sizeof(value));
}

const char *msg_name(enum msg_type type)
{
    return type < MSG_TYPES ? msg_table(type).name : "?";
}

enum msg_type msg_type_of(struct span name)
{
    enum msg_type type = 0;

    while (type < MSG_TYPES && !span_eq(name, span_str(msg_table(type).name)))
        type++;
    return type;
}

const char *msg_error_name(enum msg_error error)
{
    static const char *const names[MSG_ERRORS] = {
        "none",    "dns",  "connect",    "tls",      "timeout",   "too-large", "redirect",
        "address", "http", "not-a-feed", "transfer", "challenge", "offline"};

    return error < MSG_ERRORS ? names[error] : "?";
}

const char *msg_outcome_name(enum msg_outcome outcome)
{
    static const char *const names[MSG_OUTCOMES] = {"read", "not-modified", "unchanged", "failed",
                                                    "aborted"};

    return outcome < MSG_OUTCOMES ? names[outcome] : "?";
}

int64_t msg_item_time(const struct msg_item *item)
{
    bool said = item->published_ms > 0 && item->published_ms <= item->seen_ms;

    return said ? item->published_ms : item->seen_ms;
}

/* Values in the frame may lie at any address; the judge reads aligned ones. */
static const uint32_t *values(struct span bytes, uint32_t *space)
{
    for (size_t i = 0; i < bytes.n / 4; i++)
        space[i] = msg_get_u32(bytes.p + 4 * i);
    return space;
}

void msg_vector_traits(const struct msg_vector *vector, uint32_t space[192], struct traits *out)
{
    *out = (struct traits){
        .dims = (uint32_t)vector->vector.n,
        .vector = (const int8_t *)vector->vector.p,
        .norm = vec_norm((const int8_t *)vector->vector.p, vector->vector.n),
        .signature = vector->signature.n ? values(vector->signature, space) : NULL,
        .words = (uint32_t)vector->words,
        .url_key = vector->url_key,
        .title_key = vector->title_key,
        .figures = values(vector->figures, space + TRAITS_SIGNATURE),
        .figure_count = (uint32_t)(vector->figures.n / 4),
        .terms = (const uint8_t *)vector->terms.p,
        .term_count = (uint32_t)(vector->terms.n / TRAITS_TERM),
    };
}

void msg_entry_traits(const struct msg_entry *entry, uint32_t space[192], struct traits *out)
{
    struct msg_vector vector = {
        .vector = entry->vector,
        .signature = entry->signature,
        .words = entry->words,
        .url_key = entry->url_key,
        .title_key = entry->title_key,
        .figures = entry->figures,
    };

    msg_vector_traits(&vector, space, out);
}

void msg_candidate_of(const struct judge_candidate *found, struct msg_candidate *out)
{
    *out = (struct msg_candidate){.id = found->id,
                                  .same = found->same,
                                  .cosine = (double)found->cosine,
                                  .flags = found->flags};
}

/* A cosine of rounded components may pass 1 by some rounding. */
bool msg_candidate_judged(const struct msg_candidate *candidate, struct judge_candidate *out)
{
    static const double most = 1.001;

    *out = (struct judge_candidate){.id = candidate->id,
                                    .same = (uint32_t)candidate->same,
                                    .cosine = (float)candidate->cosine,
                                    .flags = (uint32_t)candidate->flags};
    return candidate->cosine >= -most && candidate->cosine <= most;
}

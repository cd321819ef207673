/* A growing byte buffer, and a borrowed piece of bytes. */
#ifndef WEIR_COMMON_BUF_H
#define WEIR_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes that somebody else owns; p may be NULL when n is 0.  Not NUL-terminated. */
struct span {
    const char *p;
    size_t n;
};

static inline struct span span_of(const void *p, size_t n)
{
    return (struct span){.p = p, .n = n};
}

/* The bytes of a C string; NULL gives the empty span. */
static inline struct span span_str(const char *text)
{
    return (struct span){.p = text, .n = text ? strlen(text) : 0};
}

/* The place behind the last byte; NULL of an empty span without bytes, where p + n is undefined. */
static inline const char *span_end(struct span span)
{
    return span.n ? span.p + span.n : span.p;
}

/* What is left behind the first n bytes. */
static inline struct span span_after(struct span span, size_t n)
{
    return n ? span_of(span.p + n, span.n - n) : span;
}

static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Start with {0}; the data always have a NUL behind them once anything was added. */
struct buf {
    char *data;
    size_t len;
    size_t cap;
};

void buf_add(struct buf *buf, const void *data, size_t n);
void buf_addc(struct buf *buf, char c);
void buf_adds(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3), nonnull(2)));
/* Forgets the content and keeps the memory. */
void buf_clear(struct buf *buf);
/* Releases the memory; buf is {0} again. */
void buf_free(struct buf *buf);
/* Hands the content over as a C string ("" where empty); buf is {0} again.  Caller owns it. */
char *buf_take(struct buf *buf);

static inline struct span buf_span(const struct buf *buf)
{
    return (struct span){.p = buf->data, .n = buf->len};
}

#endif

/* Choices out of the fuzzer's bytes: when they are used up, everything is 0. */
#ifndef WEIR_FUZZ_TAKE_H
#define WEIR_FUZZ_TAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"

struct take {
    const uint8_t *p;
    size_t n;
};

static inline uint64_t take_bytes(struct take *take, size_t bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < bytes && take->n > 0; i++, take->n--)
        value = value << 8 | *take->p++;
    return value;
}

/* 0 .. below - 1; below is at most 65536. */
static inline size_t take_below(struct take *take, size_t below)
{
    return (size_t)take_bytes(take, below > 256 ? 2 : 1) % below;
}

/* At most so many of the bytes that follow. */
static inline struct span take_span(struct take *take, size_t most)
{
    size_t n = take_below(take, 256) % (most + 1);
    struct span span = {.p = (const char *)take->p, .n = n < take->n ? n : take->n};

    take->p += span.n;
    take->n -= span.n;
    return span;
}

/* Small numbers, and those at the ends of what 64 bits hold. */
static inline uint64_t take_number(struct take *take)
{
    size_t how = take_below(take, 256);

    if (how < 128)
        return how;
    if (how < 192)
        return take_bytes(take, 1 + how % 8);
    return how < 224 ? UINT64_MAX - (how - 192) : (uint64_t)1 << (how - 192 + 31) % 64;
}

#endif

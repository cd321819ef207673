/* Hashes of a few bytes, for the features of a text.  The same on every machine. */
#ifndef WEIR_EMBEDDER_MIX_H
#define WEIR_EMBEDDER_MIX_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* A full 64 x 64 bit product, folded (after wyhash, Wang Yi, public domain). */
static inline uint64_t mix_two(uint64_t a, uint64_t b)
{
    unsigned __int128 product =
        (unsigned __int128)(a ^ 0xa0761d6478bd642fULL) * (b ^ 0xe7037ed1a0b428dbULL);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t mix_load(const char *p)
{
    uint64_t value;

    memcpy(&value, p, sizeof value);
    return le64toh(value);
}

/* The first n bytes (0..8) at p, of which 8 must be readable. */
static inline uint64_t mix_head(const char *p, uint32_t n)
{
    return n >= 8 ? mix_load(p) : mix_load(p) & ((1ULL << 8 * n) - 1);
}

/* n bytes at p; 8 bytes behind them must be readable.  Never 0. */
static inline uint64_t mix_bytes(const char *p, uint32_t n, uint64_t seed)
{
    uint64_t hash = seed;

    for (; n > 8; p += 8, n -= 8)
        hash = mix_two(hash, mix_load(p));
    hash = mix_two(hash + n, mix_head(p, n));
    return hash ? hash : 1;
}

#endif

#include "deduper/flat_scan.h"

#include "common/vec.h"

#define INLINE static inline __attribute__((always_inline))

/* One body, compiled for several instruction sets and for the usual width of 512 bits. */
INLINE size_t scan(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                   uint32_t limit, uint32_t *out)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        const uint64_t *s = signs + i * words;
        uint64_t apart = 0;
        for (size_t w = 0; w < words; w++)
            apart += (uint64_t)__builtin_popcountll(s[w] ^ query[w]);
        out[found] = (uint32_t)i;
        found += apart <= limit;
    }
    return found;
}

static size_t scan_portable(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                            uint32_t limit, uint32_t *out)
{
    return scan(signs, n, words, query, limit, out);
}

#if defined(__x86_64__)
#define POPCNT __attribute__((target("popcnt")))

/* The query stays in registers; compilers do not unroll by themselves at -O2. */
POPCNT static size_t scan_512(const uint64_t *signs, size_t n, const uint64_t *q, uint32_t limit,
                              uint32_t *out)
{
    const uint64_t a = q[0], b = q[1], c = q[2], d = q[3], e = q[4], f = q[5], g = q[6], h = q[7];
    size_t found = 0;
    for (size_t i = 0; i < n; i++, signs += 8) {
        int one = __builtin_popcountll(signs[0] ^ a) + __builtin_popcountll(signs[1] ^ b) +
                  __builtin_popcountll(signs[2] ^ c) + __builtin_popcountll(signs[3] ^ d);
        int two = __builtin_popcountll(signs[4] ^ e) + __builtin_popcountll(signs[5] ^ f) +
                  __builtin_popcountll(signs[6] ^ g) + __builtin_popcountll(signs[7] ^ h);
        out[found] = (uint32_t)i;
        found += (uint32_t)(one + two) <= limit;
    }
    return found;
}

POPCNT static size_t scan_popcnt(const uint64_t *signs, size_t n, size_t words,
                                 const uint64_t *query, uint32_t limit, uint32_t *out)
{
    return scan(signs, n, words, query, limit, out);
}
#endif

size_t flat_scan(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                 uint32_t limit, uint32_t *out)
{
#if defined(__x86_64__)
    if (vec_wide() && words == 8)
        return scan_512(signs, n, query, limit, out);
    if (vec_wide())
        return scan_popcnt(signs, n, words, query, limit, out);
#endif
    return scan_portable(signs, n, words, query, limit, out);
}

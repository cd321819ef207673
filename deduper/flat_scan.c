#include "deduper/flat_scan.h"

#include <stdbool.h>

#include "common/vec.h"

static uint32_t apart(const uint64_t *a, const uint64_t *b, size_t words)
{
    uint32_t bits = 0;
    for (size_t w = 0; w < words; w++)
        bits += (uint32_t)__builtin_popcountll(a[w] ^ b[w]);
    return bits;
}

static size_t scan_portable(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                            uint32_t limit, uint32_t first, uint32_t *out)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        out[found] = first + (uint32_t)i;
        found += apart(signs + i * words, query, words) <= limit;
    }
    return found;
}

static void apart_portable(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                           uint16_t *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint16_t)apart(signs + i * words, query, words);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE   __attribute__((target("avx2")))
#define INLINE WIDE static inline __attribute__((always_inline))

enum {
    LANE = 4,     /* words of a register */
    GROUP = 4,    /* sign vectors at a time, so that four sums make one comparison */
    USUAL = 8,    /* words of 512 bits */
    AHEAD = 1024, /* bytes; the hardware by itself stops at each page */
};

INLINE __m256i load(const uint64_t *words)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)words);
}

/* Set bits of each byte, by a table of nibbles (Mula, Kurz, Lemire: Faster population counts using
 * AVX2 instructions, 2018). */
INLINE __m256i bits_of(__m256i v)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    __m256i high = _mm256_and_si256(_mm256_srli_epi16(v, 4), low);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, _mm256_and_si256(v, low)),
                           _mm256_shuffle_epi8(table, high));
}

/* Bits that differ, in four parts; a byte counts at most 8 * 16 for 4,096 dimensions. */
INLINE __m256i parts_apart(const uint64_t *signs, const uint64_t *query, size_t words)
{
    __m256i bytes = _mm256_setzero_si256();
    for (size_t w = 0; w < words; w += LANE)
        bytes = _mm256_add_epi8(bytes, bits_of(_mm256_xor_si256(load(signs + w), load(query + w))));
    return _mm256_sad_epu8(bytes, _mm256_setzero_si256());
}

/* The sums of four vectors, one in each 64 bits. */
INLINE __m256i group_apart(const uint64_t *signs, const uint64_t *query, size_t words)
{
    __m256i a = parts_apart(signs, query, words), b = parts_apart(signs + words, query, words);
    __m256i c = parts_apart(signs + 2 * words, query, words);
    __m256i d = parts_apart(signs + 3 * words, query, words);
    __m256i ab = _mm256_add_epi64(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b));
    __m256i cd = _mm256_add_epi64(_mm256_unpacklo_epi64(c, d), _mm256_unpackhi_epi64(c, d));
    for (size_t at = 0; at < words * sizeof *signs * GROUP; at += FLAT_SCAN_ALIGN)
        __builtin_prefetch((const char *)signs + AHEAD + at);
    return _mm256_add_epi64(_mm256_permute2x128_si256(ab, cd, 0x20),
                            _mm256_permute2x128_si256(ab, cd, 0x31));
}

INLINE size_t scan(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                   uint32_t limit, uint32_t first, uint32_t *out)
{
    const __m256i most = _mm256_set1_epi64x(limit);
    size_t found = 0, i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        __m256i beyond = _mm256_cmpgt_epi64(group_apart(signs + i * words, query, words), most);
        uint32_t within = ~(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(beyond)) & 15;
        for (; within; within &= within - 1)
            out[found++] = first + (uint32_t)i + (uint32_t)__builtin_ctz(within);
    }
    return found + scan_portable(signs + i * words, n - i, words, query, limit, first + (uint32_t)i,
                                 out + found);
}

WIDE static size_t scan_usual(const uint64_t *signs, size_t n, const uint64_t *query,
                              uint32_t limit, uint32_t first, uint32_t *out)
{
    return scan(signs, n, USUAL, query, limit, first, out);
}

WIDE static size_t scan_wide(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                             uint32_t limit, uint32_t first, uint32_t *out)
{
    return scan(signs, n, words, query, limit, first, out);
}

WIDE static void apart_wide(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                            uint16_t *out)
{
    uint64_t sums[GROUP];
    size_t i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        _mm256_storeu_si256((__m256i *)(void *)sums, group_apart(signs + i * words, query, words));
        for (size_t k = 0; k < GROUP; k++)
            out[i + k] = (uint16_t)sums[k];
    }
    apart_portable(signs + i * words, n - i, words, query, out + i);
}

static bool wide(size_t words)
{
    return words % LANE == 0 && vec_wide();
}
#endif

size_t flat_scan(const uint64_t *signs, size_t n, size_t words, const uint64_t *query,
                 uint32_t limit, uint32_t first, uint32_t *out)
{
#if defined(__x86_64__)
    if (words == USUAL && wide(words))
        return scan_usual(signs, n, query, limit, first, out);
    if (wide(words))
        return scan_wide(signs, n, words, query, limit, first, out);
#endif
    return scan_portable(signs, n, words, query, limit, first, out);
}

void flat_apart(const uint64_t *signs, size_t n, size_t words, const uint64_t *query, uint16_t *out)
{
#if defined(__x86_64__)
    if (wide(words)) {
        apart_wide(signs, n, words, query, out);
        return;
    }
#endif
    apart_portable(signs, n, words, query, out);
}

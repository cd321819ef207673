#include "deduper/flat_scan.h"

#include <stdbool.h>
#include <string.h>

#include "common/vec.h"

enum {
    GROUP = FLAT_SCAN_GROUP,
    HALF = 16,  /* values of half a byte */
    CHUNK = 31, /* bytes of a sign vector of which the sum of set bits fits into a byte */
};

void flat_scan_put(uint8_t *signs, size_t at, const uint64_t *vector, size_t words)
{
    const uint8_t *bytes = (const uint8_t *)vector;
    uint8_t *group = signs + at / GROUP * GROUP * words * sizeof *vector;
    for (size_t i = 0; i < words * sizeof *vector; i++)
        group[i * GROUP + at % GROUP] = bytes[i];
}

/* Two tables of 16 for each byte, and behind them the query's bytes as they are. */
void flat_scan_table(const uint64_t *query, size_t words, uint8_t *table)
{
    const uint8_t *bytes = (const uint8_t *)query;
    size_t n = words * sizeof *query;
    for (size_t i = 0; i < n; i++)
        for (unsigned value = 0; value < HALF; value++) {
            table[i * 2 * HALF + value] =
                (uint8_t)__builtin_popcount(value ^ (bytes[i] % (unsigned)HALF));
            table[i * 2 * HALF + HALF + value] =
                (uint8_t)__builtin_popcount(value ^ (bytes[i] / (unsigned)HALF));
        }
    memcpy(table + n * 2 * HALF, bytes, n);
}

static size_t end_of_chunk(size_t from, size_t bytes)
{
    return bytes - from < CHUNK ? bytes : from + CHUNK;
}

/* --- everywhere ------------------------------------------------------------------------------- */

/* Set bits of each byte. */
static uint64_t bits_of(uint64_t v)
{
    v -= (v >> 1) & UINT64_C(0x5555555555555555);
    v = (v & UINT64_C(0x3333333333333333)) + ((v >> 2) & UINT64_C(0x3333333333333333));
    return (v + (v >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

/* Adds what the bytes from..to differ in. */
static void add_chunk(const uint8_t *group, const uint8_t *query, size_t from, size_t to,
                      uint16_t *out)
{
    uint64_t sums[GROUP / 8] = {0}, eight;
    for (size_t i = from; i < to; i++)
        for (size_t k = 0; k < GROUP / 8; k++) {
            memcpy(&eight, group + i * GROUP + k * 8, 8);
            sums[k] += bits_of(eight ^ query[i] * UINT64_C(0x0101010101010101));
        }
    for (size_t i = 0; i < GROUP; i++)
        out[i] = (uint16_t)(out[i] + ((const uint8_t *)sums)[i]);
}

static void apart_portable(const uint8_t *signs, size_t n, size_t bytes, const uint8_t *table,
                           uint16_t *out)
{
    const uint8_t *query = table + bytes * 2 * HALF;
    memset(out, 0, n * sizeof *out);
    for (size_t at = 0; at < n; at += GROUP)
        for (size_t from = 0, to; from < bytes; from = to) {
            to = end_of_chunk(from, bytes);
            add_chunk(signs + at * bytes, query, from, to, out + at);
        }
}

static size_t within_portable(const uint16_t *apart, size_t n, uint32_t limit, uint32_t first,
                              uint32_t *out)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        out[found] = first + (uint32_t)i;
        found += apart[i] <= limit;
    }
    return found;
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WIDE   __attribute__((target("avx2")))
#define INLINE WIDE static inline __attribute__((always_inline))
/* Sums have to stay in registers. */
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 4")
#endif

enum {
    GROUPS = 2,  /* passed at a time ... */
    QUERIES = 4, /* ... for so many queries: their sums fill half of the registers */
};

INLINE __m256i load(const void *bytes)
{
    return _mm256_loadu_si256(bytes);
}

INLINE __m256i table_of(const uint8_t *half)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)half));
}

INLINE void add_wide(__m256i sums, uint16_t *out)
{
    __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(sums));
    __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(sums, 1));
    _mm256_storeu_si256((__m256i *)(void *)out, _mm256_add_epi16(low, load(out)));
    _mm256_storeu_si256((__m256i *)(void *)(out + HALF), _mm256_add_epi16(high, load(out + HALF)));
}

/* Looks up one half of a byte of all groups, for all queries. */
INLINE void look_up(const uint8_t *const *tables, size_t queries, size_t at,
                    const __m256i halves[GROUPS], __m256i sums[QUERIES][GROUPS])
{
    UNROLLED
    for (size_t q = 0; q < queries; q++) {
        __m256i table = table_of(tables[q] + at);
        UNROLLED
        for (size_t g = 0; g < GROUPS; g++)
            sums[q][g] = _mm256_add_epi8(sums[q][g], _mm256_shuffle_epi8(table, halves[g]));
    }
}

INLINE void chunk_wide(const uint8_t *signs, size_t bytes, size_t from, size_t to,
                       const uint8_t *const *tables, size_t queries, uint16_t *const *out,
                       size_t at)
{
    const __m256i half = _mm256_set1_epi8(HALF - 1);
    __m256i sums[QUERIES][GROUPS], low[GROUPS], high[GROUPS];
    UNROLLED
    for (size_t q = 0; q < queries; q++)
        UNROLLED
    for (size_t g = 0; g < GROUPS; g++)
        sums[q][g] = _mm256_setzero_si256();
    for (size_t i = from; i < to; i++) {
        UNROLLED
        for (size_t g = 0; g < GROUPS; g++) {
            __m256i v = load(signs + (at + g * GROUP) * bytes + i * GROUP);
            low[g] = _mm256_and_si256(v, half);
            high[g] = _mm256_and_si256(_mm256_srli_epi16(v, 4), half);
        }
        look_up(tables, queries, i * 2 * HALF, low, sums);
        look_up(tables, queries, i * 2 * HALF + HALF, high, sums);
    }
    UNROLLED
    for (size_t q = 0; q < queries; q++)
        UNROLLED
    for (size_t g = 0; g < GROUPS; g++)
        add_wide(sums[q][g], out[q] + at + g * GROUP);
}

INLINE void apart_of(const uint8_t *signs, size_t n, size_t bytes, const uint8_t *const *tables,
                     size_t queries, uint16_t *const *out)
{
    for (size_t q = 0; q < queries; q++)
        memset(out[q], 0, n * sizeof **out);
    for (size_t at = 0; at < n; at += GROUPS * GROUP)
        for (size_t from = 0, to; from < bytes; from = to) {
            to = end_of_chunk(from, bytes);
            chunk_wide(signs, bytes, from, to, tables, queries, out, at);
        }
}

/* Code of its own for each number of queries. */
WIDE static void apart_wide(const uint8_t *signs, size_t n, size_t bytes,
                            const uint8_t *const *tables, size_t queries, uint16_t *const *out)
{
    if (queries == QUERIES)
        apart_of(signs, n, bytes, tables, QUERIES, out);
    else if (queries == 3)
        apart_of(signs, n, bytes, tables, 3, out);
    else if (queries == 2)
        apart_of(signs, n, bytes, tables, 2, out);
    else
        apart_of(signs, n, bytes, tables, 1, out);
}

WIDE static size_t within_wide(const uint16_t *apart, size_t n, uint32_t limit, uint32_t first,
                               uint32_t *out)
{
    const __m256i most = _mm256_set1_epi16((int16_t)limit);
    size_t found = 0;
    for (size_t i = 0; i < n; i += GROUP) {
        __m256i low = _mm256_cmpgt_epi16(load(apart + i), most);
        __m256i high = _mm256_cmpgt_epi16(load(apart + i + HALF), most);
        __m256i beyond = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8);
        uint32_t within = ~(uint32_t)_mm256_movemask_epi8(beyond);
        for (; within; within &= within - 1)
            out[found++] = first + (uint32_t)i + (uint32_t)__builtin_ctz(within);
    }
    return found;
}
#endif

void flat_scan_apart(const uint8_t *signs, size_t n, size_t words, const uint8_t *const *tables,
                     size_t queries, uint16_t *const *out)
{
    size_t bytes = words * sizeof(uint64_t), q = 0;
#if defined(__x86_64__)
    for (size_t some; vec_wide() && q < queries; q += some) {
        some = queries - q < QUERIES ? queries - q : QUERIES;
        apart_wide(signs, n, bytes, tables + q, some, out + q);
    }
#endif
    for (; q < queries; q++)
        apart_portable(signs, n, bytes, tables[q], out[q]);
}

size_t flat_scan_within(const uint16_t *apart, size_t n, uint32_t limit, uint32_t first,
                        uint32_t *out)
{
#if defined(__x86_64__)
    if (vec_wide())
        return within_wide(apart, n, limit, first, out);
#endif
    return within_portable(apart, n, limit, first, out);
}

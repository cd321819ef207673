#include "embedder/model_project.h"

#include "common/vec.h"
#include "embedder/features.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2")))
#endif

/* The signs of a feature are 16 words of 32 bits, two registers of 8: word i of register 0 is mixed
 * from the hash's low half, of register 1 from its high half, each with its own constants.  A
 * set bit means plus.  The sums stand in the order that suits the registers (see place ()). */
enum { REGISTERS = 2, WORDS = 8, BYTES = 32, BITS = 8, BLOCKS = 4, LANES = 16 };

#define MIX_SECOND 0x7feb352dU /* lowbias32, Chris Wellons, public domain */

static const uint32_t flips[REGISTERS][WORDS] = {
    {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98,
     0xec4e6c89},
    {0x452821e6, 0x38d01377, 0xbe5466cf, 0x34e90c6c, 0xc0ac29b7, 0xc97c50dd, 0x3f84d5b5,
     0xb5470917},
};
static const uint32_t factors[REGISTERS][WORDS] = {
    {0x9216d5d9, 0x8979fb1b, 0xd1310ba7, 0x98dfb5ad, 0x2ffd72db, 0xd01adfb7, 0xb8e1afed,
     0x6a267e97},
    {0xba7c9045, 0xf12c7f99, 0x24a19947, 0xb3916cf7, 0x0801f2e3, 0x858efc17, 0x636920d9,
     0x71574e69},
};

static uint32_t mix(uint32_t x, uint32_t flip, uint32_t factor)
{
    x = (x ^ flip) * factor;
    x ^= x >> 15;
    x *= MIX_SECOND;
    return x ^ x >> 16;
}

/* Where bit `bit` of byte `byte` of register `reg` is summed up. */
static size_t place(size_t reg, size_t byte, size_t bit)
{
    size_t block = 2 * reg + (byte % LANES >= 8), lane = byte / LANES * 8 + byte % 8;

    return block * (LANES * BITS) + bit * LANES + lane;
}

static void project_portable(const struct feature *features, size_t n, int32_t *plus)
{
    for (size_t i = 0; i < n; i++) {
        int32_t weight = (int32_t)features[i].weight;
        for (size_t reg = 0; reg < REGISTERS; reg++) {
            uint32_t half = (uint32_t)(features[i].hash >> (32 * reg));
            for (size_t byte = 0; byte < BYTES; byte++) {
                uint32_t x = mix(half, flips[reg][byte / 4], factors[reg][byte / 4]);
                x >>= byte % 4 * 8;
                for (size_t bit = 0; bit < BITS; bit++)
                    plus[place(reg, byte, bit)] += (x >> bit & 1) ? weight : 0;
            }
        }
    }
}

#if defined(__x86_64__)

/* Two features at a time: their sign bytes alternate, so that one multiply-add of bytes sums both.
 * PAIRS pairs, whose 16-bit sums stay below 2 * 127 * PAIRS, are kept in registers. */
enum { PAIRS = 64 };

struct pairs {
    __m256i signs[BLOCKS][PAIRS];
    __m256i weights[PAIRS];
};

WIDE static inline __m256i mix_wide(uint32_t half, size_t reg)
{
    __m256i flip = _mm256_loadu_si256((const __m256i *)(const void *)flips[reg]);
    __m256i factor = _mm256_loadu_si256((const __m256i *)(const void *)factors[reg]);
    __m256i x = _mm256_xor_si256(_mm256_set1_epi32((int)half), flip);

    x = _mm256_mullo_epi32(x, factor);
    x = _mm256_xor_si256(x, _mm256_srli_epi32(x, 15));
    x = _mm256_mullo_epi32(x, _mm256_set1_epi32(MIX_SECOND));
    return _mm256_xor_si256(x, _mm256_srli_epi32(x, 16));
}

WIDE static void fill(struct pairs *pairs, size_t at, const struct feature *a,
                      const struct feature *b)
{
    for (size_t reg = 0; reg < REGISTERS; reg++) {
        __m256i x = mix_wide((uint32_t)(a->hash >> (32 * reg)), reg);
        __m256i y = mix_wide((uint32_t)(b->hash >> (32 * reg)), reg);
        pairs->signs[2 * reg][at] = _mm256_unpacklo_epi8(x, y);
        pairs->signs[2 * reg + 1][at] = _mm256_unpackhi_epi8(x, y);
    }
    pairs->weights[at] = _mm256_set1_epi16((short)(a->weight | b->weight << 8));
}

WIDE static void flush(const __m256i *sums, int32_t *plus)
{
    for (size_t bit = 0; bit < BITS; bit++, plus += LANES) {
        __m256i *out = (__m256i *)(void *)plus;
        __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(sums[bit]));
        __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(sums[bit], 1));
        _mm256_storeu_si256(out, _mm256_add_epi32(_mm256_loadu_si256(out), low));
        _mm256_storeu_si256(out + 1, _mm256_add_epi32(_mm256_loadu_si256(out + 1), high));
    }
}

WIDE static void add_block(const __m256i *signs, const __m256i *weights, size_t n, int32_t *plus)
{
    const __m256i ones = _mm256_set1_epi8(1);
    __m256i sums[BITS];

    for (size_t bit = 0; bit < BITS; bit++)
        sums[bit] = _mm256_setzero_si256();
    for (size_t i = 0; i < n; i++) {
        __m256i x = signs[i], weight = weights[i];
#define ADD(bit)                                                                                   \
    sums[bit] = _mm256_add_epi16(                                                                  \
        sums[bit],                                                                                 \
        _mm256_maddubs_epi16(_mm256_and_si256(_mm256_srli_epi16(x, bit), ones), weight))
        ADD(0);
        ADD(1);
        ADD(2);
        ADD(3);
        ADD(4);
        ADD(5);
        ADD(6);
        ADD(7);
#undef ADD
    }
    flush(sums, plus);
}

WIDE static void project_wide(const struct feature *features, size_t n, int32_t *plus)
{
    static const struct feature nothing;
    struct pairs pairs;

    while (n) {
        size_t now = n < 2 * (size_t)PAIRS ? n : 2 * (size_t)PAIRS, count = (now + 1) / 2;
        for (size_t i = 0; i < count; i++) {
            const struct feature *a = features + 2 * i;
            fill(&pairs, i, a, 2 * i + 1 < now ? a + 1 : &nothing);
        }
        for (size_t block = 0; block < BLOCKS; block++)
            add_block(pairs.signs[block], pairs.weights, count, plus + block * LANES * BITS);
        features += now;
        n -= now;
    }
}
#else
#define project_wide project_portable
#endif

void project(const struct feature *features, size_t n, int32_t *sums)
{
    int32_t plus[PROJECT_DIMS] = {0}, total = 0;

    (vec_wide() ? project_wide : project_portable)(features, n, plus);
    for (size_t i = 0; i < n; i++)
        total += (int32_t)features[i].weight;
    /* Plus minus the rest, which is the total less plus. */
    for (size_t i = 0; i < PROJECT_DIMS; i++)
        sums[i] += 2 * plus[i] - total;
}

#include "embedder/signature.h"

#include "common/traits.h"
#include "common/vec.h"
#include "embedder/mix.h"
#include "embedder/tokens.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { BATCH = 256, BLOCK = 64, LANES = 8, REGISTERS = BLOCK / LANES };

/* Value i is the least of (piece ^ flips[i]) * factors[i] mod 2^32: a multiplication by an odd
 * number permutes the hashes, each i in another way. */
struct constants {
    uint32_t flips[TRAITS_SIGNATURE];
    uint32_t factors[TRAITS_SIGNATURE];
};

static void constants_make(struct constants *constants)
{
    for (uint32_t i = 0; i < TRAITS_SIGNATURE; i++) {
        uint64_t hash = mix_two(i + 1, 0x5851f42d4c957f2dULL);
        constants->flips[i] = (uint32_t)hash;
        constants->factors[i] = (uint32_t)(hash >> 32) | 1;
    }
}

static void least_portable(const struct constants *c, const uint32_t *pieces, size_t n,
                           uint32_t *out)
{
    for (size_t i = 0; i < TRAITS_SIGNATURE; i++) {
        uint32_t least = out[i];
        for (size_t k = 0; k < n; k++) {
            uint32_t value = (pieces[k] ^ c->flips[i]) * c->factors[i];
            least = value < least ? value : least;
        }
        out[i] = least;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
least_wide(const struct constants *c, const uint32_t *pieces, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < TRAITS_SIGNATURE; i += BLOCK) {
        __m256i least[REGISTERS];
        for (size_t r = 0; r < REGISTERS; r++)
            least[r] = _mm256_loadu_si256((const __m256i *)(const void *)(out + i + r * LANES));
        for (size_t k = 0; k < n; k++) {
            __m256i piece = _mm256_set1_epi32((int)pieces[k]);
            for (size_t r = 0; r < REGISTERS; r++) {
                const void *flip = c->flips + i + r * LANES, *factor = c->factors + i + r * LANES;
                __m256i x = _mm256_xor_si256(piece, _mm256_loadu_si256((const __m256i *)flip));
                x = _mm256_mullo_epi32(x, _mm256_loadu_si256((const __m256i *)factor));
                least[r] = _mm256_min_epu32(least[r], x);
            }
        }
        for (size_t r = 0; r < REGISTERS; r++)
            _mm256_storeu_si256((__m256i *)(void *)(out + i + r * LANES), least[r]);
    }
}
#else
#define least_wide least_portable
#endif

bool signature_make(const struct tokens *tokens, uint32_t *out)
{
    struct constants constants;
    uint32_t pieces[BATCH];
    size_t count = tokens->count;

    if (count < SIGNATURE_PIECE)
        return false;
    constants_make(&constants);
    memset(out, 0xff, TRAITS_SIGNATURE * sizeof *out);
    for (size_t done = 0, last = count - SIGNATURE_PIECE + 1; done < last;) {
        size_t n = last - done < BATCH ? last - done : (size_t)BATCH;
        for (size_t k = 0; k < n; k++) {
            const struct token *t = tokens->list + done + k;
            pieces[k] = (uint32_t)(mix_two(mix_two(t[0].hash, t[1].hash), t[2].hash) >> 32);
        }
        (vec_wide() ? least_wide : least_portable)(&constants, pieces, n, out);
        done += n;
    }
    return true;
}

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

/* Value i is the least of piece * factors[i] mod 2^32: a multiplication by an odd number permutes
 * the hashes, each i in another way.  The factors are drawn at random. */
static const uint32_t factors[TRAITS_SIGNATURE] = {
    0x6e012941, 0x2d73b643, 0xecae0347, 0xac188849, 0x6b4b154d, 0x2aa5e251, 0xea106f53, 0xa942f457,
    0x68bd4159, 0x17efce5d, 0xd75a5b5f, 0x96b52023, 0x55e7ad25, 0x15523a29, 0xd48c872b, 0xb98dec8d,
    0x78f8798f, 0x382ac693, 0xe7855395, 0xa6f7d899, 0x6622a59b, 0x259d329f, 0xe4cfbf61, 0xa43a0465,
    0x63949169, 0x22c71e6b, 0xe231eb6f, 0xa16c7071, 0x60defd75, 0x20094a77, 0xef7bd77b, 0x9907fde1,
    0x58724ae3, 0x07acd7e7, 0xc71f5ce9, 0x864a29ed, 0x45a4b6ef, 0x051703f3, 0xc44188f5, 0x83bc15f9,
    0x42eee2fb, 0x02596fff, 0xc18bf4c1, 0x80e641c5, 0x4050cec9, 0x0f835bcb, 0xcefe20cf, 0x93ff0c2f,
    0x53299931, 0x12846635, 0xd1f6f339, 0x9121783b, 0x5093c53f, 0x1fce5201, 0xdf38df05, 0x9e6ba407,
    0x5dc6310b, 0x1d30be0d, 0xdc630b11, 0x9bdd9013, 0x5b081d17, 0x1a7aea19, 0xd9d5771d, 0xda0be339,
    0x9966683b, 0x58d0f53f, 0x18034201, 0xc77dcf05, 0x86a85409, 0x461b210b, 0x0575ae0f, 0xc4a03b11,
    0x84128015, 0x434d0d17, 0x02bf9a1b, 0xc1ea671d, 0x8144ede1, 0x40b77ae3, 0x0fe1c7e7, 0xd4e33347,
    0x945db84b, 0x5388054d, 0x12fa9251, 0xd2551f53, 0x9187e457, 0x50f27159, 0x102cfe5d, 0xdf9f4b21,
    0x9ec9d023, 0x5e245d27, 0x1d972a29, 0xdcc1b72d, 0x9c3c3c2f, 0x5b6e8933, 0x1ad91635, 0xb4653cdb,
    0x73d789df, 0x330216a1, 0xf27ce3a5, 0xb1af68a7, 0x7119f5ab, 0x307442ad, 0xffa6cfb1, 0xbf1154b3,
    0x7e4c21b7, 0x3dbeaeb9, 0xfce93bbd, 0xbc5b8081, 0x7bb60d83, 0x3ae09a87, 0xfa536789, 0xcf5c4ce9,
    0x8e8ed9ed, 0x4df9a6f1, 0x0d5433f3, 0xcc86b8f7, 0x8bf105f9, 0x4b2392fd, 0x0a9e1fff, 0xc9c8e4c3,
    0x893b71c5, 0x4895fec9, 0xf7c04bcb, 0xb732d0cf, 0x766d5dd1, 0x35d82ad5, 0xf50ab7d9, 0xf56923f3};

static void least_portable(const uint32_t *pieces, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < TRAITS_SIGNATURE; i++) {
        uint32_t least = out[i];
        for (size_t k = 0; k < n; k++) {
            uint32_t value = pieces[k] * factors[i];
            least = value < least ? value : least;
        }
        out[i] = least;
    }
}

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx2")))

WIDE static inline __m256i load(const uint32_t *lanes)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)lanes);
}

WIDE static void least_wide(const uint32_t *pieces, size_t n, uint32_t *out)
{
    for (size_t i = 0; i < TRAITS_SIGNATURE; i += BLOCK) {
        __m256i least[REGISTERS];
        for (size_t r = 0; r < REGISTERS; r++)
            least[r] = load(out + i + r * LANES);
        for (size_t k = 0; k < n; k++) {
            __m256i piece = _mm256_set1_epi32((int)pieces[k]);
            for (size_t r = 0; r < REGISTERS; r++) {
                __m256i x = _mm256_mullo_epi32(piece, load(factors + i + r * LANES));
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
    uint32_t pieces[BATCH];
    size_t count = tokens->count;

    if (count < SIGNATURE_PIECE)
        return false;
    memset(out, 0xff, TRAITS_SIGNATURE * sizeof *out);
    for (size_t done = 0, last = count - SIGNATURE_PIECE + 1; done < last;) {
        size_t n = last - done < BATCH ? last - done : (size_t)BATCH;
        for (size_t k = 0; k < n; k++) {
            const struct token *t = tokens->list + done + k;
            pieces[k] = (uint32_t)(mix_two(mix_two(t[0].hash, t[1].hash), t[2].hash) >> 32);
        }
        (vec_wide() ? least_wide : least_portable)(pieces, n, out);
        done += n;
    }
    return true;
}

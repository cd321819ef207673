#include "common/vec.h"

#include "common/traits.h"

#include <float.h>
#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define WIDE __attribute__((target("avx2,popcnt")))
#endif

static bool force_portable;

void vec_force_portable(bool portable)
{
    force_portable = portable;
}

bool vec_wide(void)
{
#if defined(__x86_64__)
    return !force_portable && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

float vec_norm(const int8_t *v, size_t n)
{
    return sqrtf((float)vec_dot(v, v, n));
}

float vec_cosine(const int8_t *a, float norm_a, const int8_t *b, float norm_b, size_t n)
{
    if (norm_a <= 0.0F || norm_b <= 0.0F)
        return 0.0F;
    return (float)vec_dot(a, b, n) / (norm_a * norm_b);
}

/* The largest component's size; infinite where one is infinite or no number. */
static float largest_portable(const float *in, size_t n)
{
    float largest = 0.0F;

    for (size_t i = 0; i < n; i++) {
        float size = fabsf(in[i]);
        largest = size <= largest ? largest : size <= FLT_MAX ? size : INFINITY;
    }
    return largest;
}

static void scale_portable(const float *in, size_t n, float scale, int8_t *out)
{
    for (size_t i = 0; i < n; i++) {
        float scaled = in[i] * scale;
        out[i] = (int8_t)(scaled + copysignf(0.5F, scaled));
    }
}

static int32_t dot_portable(const int8_t *a, const int8_t *b, size_t n)
{
    int32_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void signs_portable(const int8_t *v, size_t n, uint64_t *out)
{
    memset(out, 0, (n + 63) / 64 * sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i / 64] |= (uint64_t)(v[i] >= 0) << (i % 64);
}

static uint32_t hamming_portable(const uint64_t *a, const uint64_t *b, size_t words)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < words; i++)
        bits += (uint32_t)__builtin_popcountll(a[i] ^ b[i]);
    return bits;
}

/* Eight at a time, counted in the eight bytes of a word, which are added up before they overflow.
 */
static uint32_t apart_portable(const int8_t *a, const int8_t *b, size_t n)
{
    uint32_t apart = 0;
    size_t i = 0;

    while (i + 8 <= n) {
        uint64_t counts = 0;

        for (int k = 0; k < UINT8_MAX && i + 8 <= n; k++, i += 8) {
            uint64_t x = 0, y = 0;

            memcpy(&x, a + i, 8);
            memcpy(&y, b + i, 8);
            counts += ((x ^ y) >> 7) & UINT64_C(0x0101010101010101);
        }
        counts = (counts & UINT64_C(0x00ff00ff00ff00ff)) +
                 ((counts >> 8) & UINT64_C(0x00ff00ff00ff00ff));
        apart += (uint32_t)((counts * UINT64_C(0x0001000100010001)) >> 48);
    }
    for (; i < n; i++)
        apart += (a[i] < 0) != (b[i] < 0);
    return apart;
}

static uint32_t same_portable(const uint32_t *a, const uint32_t *b)
{
    uint32_t same = 0;

    for (size_t i = 0; i < TRAITS_SIGNATURE; i++)
        same += a[i] == b[i];
    return same;
}

static uint32_t same_bytes_portable(const uint8_t *a, const uint8_t *b)
{
    uint32_t same = 0;

    for (size_t i = 0; i < TRAITS_SIGNATURE; i++)
        same += a[i] == b[i];
    return same;
}

#if defined(__x86_64__)

WIDE static float largest_wide(const float *in, size_t n)
{
    const __m256 sign = _mm256_set1_ps(-0.0F), most = _mm256_set1_ps(FLT_MAX);
    __m256 largest = _mm256_setzero_ps(), bad = _mm256_setzero_ps();
    float lanes[8];
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256 size = _mm256_andnot_ps(sign, _mm256_loadu_ps(in + i));
        bad = _mm256_or_ps(bad, _mm256_cmp_ps(size, most, _CMP_NLE_UQ));
        largest = _mm256_max_ps(largest, size);
    }
    if (_mm256_movemask_ps(bad))
        return INFINITY;
    _mm256_storeu_ps(lanes, largest);
    return fmaxf(largest_portable(lanes, 8), largest_portable(in + i, n - i));
}

WIDE static void scale_wide(const float *in, size_t n, float scale, int8_t *out)
{
    const __m256 sign = _mm256_set1_ps(-0.0F), half = _mm256_set1_ps(0.5F);
    const __m256i first = _mm256_set1_epi64x(0x0c080400);
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(in + i), _mm256_set1_ps(scale));
        __m256 rounded = _mm256_add_ps(scaled, _mm256_or_ps(_mm256_and_ps(scaled, sign), half));
        /* The lowest byte of each lane. */
        __m256i bytes = _mm256_shuffle_epi8(_mm256_cvttps_epi32(rounded), first);
        int32_t low = _mm256_extract_epi32(bytes, 0), high = _mm256_extract_epi32(bytes, 4);
        memcpy(out + i, &low, 4);
        memcpy(out + i + 4, &high, 4);
    }
    scale_portable(in + i, n - i, scale, out + i);
}

WIDE static int32_t sum_lanes(__m256i v)
{
    __m128i x = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

    x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
    x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1));
    return _mm_cvtsi128_si32(x);
}

WIDE static __m256i dot_16(const int8_t *a, const int8_t *b)
{
    __m256i x = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)a));
    __m256i y = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)b));

    return _mm256_madd_epi16(x, y);
}

WIDE static int32_t dot_wide(const int8_t *a, const int8_t *b, size_t n)
{
    __m256i even = _mm256_setzero_si256(), odd = _mm256_setzero_si256();
    size_t i = 0;

    for (; i + 32 <= n; i += 32) {
        even = _mm256_add_epi32(even, dot_16(a + i, b + i));
        odd = _mm256_add_epi32(odd, dot_16(a + i + 16, b + i + 16));
    }
    return sum_lanes(_mm256_add_epi32(even, odd)) + (i < n ? dot_portable(a + i, b + i, n - i) : 0);
}

WIDE static void signs_wide(const int8_t *v, size_t n, uint64_t *out)
{
    size_t i = 0;

    for (; i + 64 <= n; i += 64) {
        __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(v + i));
        __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(v + i + 32));
        uint64_t negative = (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 |
                            (uint32_t)_mm256_movemask_epi8(low);
        out[i / 64] = ~negative;
    }
    if (i < n)
        signs_portable(v + i, n - i, out + i / 64);
}

WIDE static uint32_t hamming_wide(const uint64_t *a, const uint64_t *b, size_t words)
{
    uint64_t bits = 0;

    for (size_t i = 0; i < words; i++)
        bits += (uint64_t)_mm_popcnt_u64(a[i] ^ b[i]);
    return (uint32_t)bits;
}

WIDE static uint32_t apart_wide(const int8_t *a, const int8_t *b, size_t n)
{
    uint32_t apart = 0;
    size_t i = 0;

    for (; i + 32 <= n; i += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b + i));
        apart += (uint32_t)_mm_popcnt_u32((uint32_t)_mm256_movemask_epi8(_mm256_xor_si256(x, y)));
    }
    return apart + apart_portable(a + i, b + i, n - i);
}

WIDE static uint32_t same_wide(const uint32_t *a, const uint32_t *b)
{
    __m256i same = _mm256_setzero_si256();

    for (size_t i = 0; i < TRAITS_SIGNATURE; i += 8) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b + i));
        same = _mm256_sub_epi32(same, _mm256_cmpeq_epi32(x, y));
    }
    return (uint32_t)sum_lanes(same);
}

WIDE static uint32_t same_bytes_wide(const uint8_t *a, const uint8_t *b)
{
    uint32_t same = 0;

    for (size_t i = 0; i < TRAITS_SIGNATURE; i += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b + i));
        same += (uint32_t)_mm_popcnt_u32((uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, y)));
    }
    return same;
}

#else
#define largest_wide    largest_portable
#define scale_wide      scale_portable
#define dot_wide        dot_portable
#define signs_wide      signs_portable
#define hamming_wide    hamming_portable
#define apart_wide      apart_portable
#define same_wide       same_portable
#define same_bytes_wide same_bytes_portable
#endif

int32_t vec_dot(const int8_t *a, const int8_t *b, size_t n)
{
    return vec_wide() ? dot_wide(a, b, n) : dot_portable(a, b, n);
}

void vec_signs(const int8_t *v, size_t n, uint64_t *out)
{
    if (vec_wide())
        signs_wide(v, n, out);
    else
        signs_portable(v, n, out);
}

uint32_t vec_hamming(const uint64_t *a, const uint64_t *b, size_t words)
{
    return vec_wide() ? hamming_wide(a, b, words) : hamming_portable(a, b, words);
}

uint32_t vec_apart(const int8_t *a, const int8_t *b, size_t n)
{
    return vec_wide() ? apart_wide(a, b, n) : apart_portable(a, b, n);
}

uint32_t vec_same(const uint32_t *a, const uint32_t *b)
{
    return vec_wide() ? same_wide(a, b) : same_portable(a, b);
}

uint32_t vec_same_bytes(const uint8_t *a, const uint8_t *b)
{
    return vec_wide() ? same_bytes_wide(a, b) : same_bytes_portable(a, b);
}

float vec_quantise(const float *in, size_t n, int8_t *out)
{
    float largest = vec_wide() ? largest_wide(in, n) : largest_portable(in, n);

    if (!isfinite(largest) || largest < 1e-30F) {
        memset(out, 0, n);
        return 0.0F;
    }
    (vec_wide() ? scale_wide : scale_portable)(in, n, 127.0F / largest, out);
    return vec_norm(out, n);
}

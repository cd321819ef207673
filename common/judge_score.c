/* Comparing two items. */
#include "common/judge.h"

#include <stdbool.h>
#include <string.h>

#include "common/traits.h"
#include "common/vec.h"

enum { PER_MILLE = 1000 };

/* Sign bits that differ, read off the int8 vectors eight at a time. */
static uint32_t signs_apart(const int8_t *a, const int8_t *b, size_t n)
{
    uint32_t apart = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t x, y;
        memcpy(&x, a + i, 8);
        memcpy(&y, b + i, 8);
        x = ((x ^ y) >> 7) & UINT64_C(0x0101010101010101);
        apart += (uint32_t)((x * UINT64_C(0x0101010101010101)) >> 56);
    }
    for (; i < n; i++)
        apart += (a[i] < 0) != (b[i] < 0);
    return apart;
}

static bool bands_meet(const uint32_t *a, const uint32_t *b)
{
    for (size_t i = 0; i < TRAITS_SIGNATURE; i += TRAITS_SIGNATURE / JUDGE_BANDS)
        if (a[i] == b[i] && a[i + 1] == b[i + 1])
            return true;
    return false;
}

/* A full list holds the lowest hashes of a longer one, so the two are compared only as far as both
 * are known (bottom-k sketches, Cohen and Kaplan 2007). */
static uint32_t figures_known(const struct traits *t, uint32_t limit)
{
    uint32_t n = t->figure_count;
    while (n > 0 && t->figures[n - 1] > limit)
        n--;
    return n;
}

static uint32_t figures_limit(const struct traits *t)
{
    return t->figure_count < TRAITS_FIGURES_MAX ? UINT32_MAX : t->figures[t->figure_count - 1];
}

/* In percent of the fewer of the two; 100 where one has none. */
static uint32_t figures_shared(const struct traits *a, const struct traits *b)
{
    uint32_t la = figures_limit(a), lb = figures_limit(b), limit = la < lb ? la : lb;
    uint32_t na = figures_known(a, limit), nb = figures_known(b, limit), both = 0;
    uint32_t fewer = na < nb ? na : nb;
    if (fewer == 0)
        return 100;
    for (uint32_t i = 0, j = 0; i < na && j < nb;) {
        uint32_t x = a->figures[i], y = b->figures[j];
        both += x == y;
        i += x <= y;
        j += y <= x;
    }
    return 100 * both / fewer;
}

static bool near(const struct judge_params *params, const struct traits *a, const struct traits *b)
{
    uint64_t apart = signs_apart(a->vector, b->vector, a->dims);
    return apart * PER_MILLE <= (uint64_t)params->apart_max * a->dims;
}

static uint32_t flag(bool set, uint32_t value)
{
    return set ? value : 0;
}

void judge_score(const struct judge_params *params, const struct traits *item,
                 const struct traits *other, struct judge_candidate *out)
{
    bool vectors = item->dims > 0 && item->dims == other->dims;
    bool signatures = item->signature && other->signature;
    out->cosine =
        vectors ? vec_cosine(item->vector, item->norm, other->vector, other->norm, item->dims) : 0;
    out->same = signatures ? vec_same(item->signature, other->signature) : 0;
    out->flags = flag(item->url_key && item->url_key == other->url_key, JUDGE_URL) |
                 flag(item->title_key && item->title_key == other->title_key, JUDGE_TITLE) |
                 flag(signatures && bands_meet(item->signature, other->signature), JUDGE_BAND) |
                 flag(item->words < JUDGE_SHORT || other->words < JUDGE_SHORT, JUDGE_BRIEF) |
                 flag(vectors && near(params, item, other), JUDGE_NEAR) |
                 flag(figures_shared(item, other) < params->figures_min, JUDGE_FIGURES);
}

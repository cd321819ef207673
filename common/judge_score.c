/* Comparing two items. */
#include "common/judge.h"

#include <stdbool.h>
#include <string.h>

#include "common/traits.h"
#include "common/vec.h"

enum { PER_MILLE = 1000, BAND = TRAITS_SIGNATURE / JUDGE_BANDS };

/* A table: so many figures, and one in so many words at least (results, dividends, prices). */
enum { TABLE_FIGURES = 2, TABLE_WORDS = 10 };

static bool bands_meet(const uint32_t *a, const uint32_t *b)
{
    for (size_t i = 0; i < TRAITS_SIGNATURE; i += BAND)
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

/* Counts the figures that both have, and those of the one that has fewer. */
static uint32_t figures_shared(const struct traits *a, const struct traits *b, uint32_t *fewer)
{
    uint32_t la = figures_limit(a), lb = figures_limit(b), limit = la < lb ? la : lb;
    uint32_t na = figures_known(a, limit), nb = figures_known(b, limit), both = 0;
    *fewer = na < nb ? na : nb;
    for (uint32_t i = 0, j = 0; i < na && j < nb;) {
        uint32_t x = a->figures[i], y = b->figures[j];
        both += x == y;
        i += x <= y;
        j += y <= x;
    }
    return both;
}

static bool near(const struct judge_params *params, const struct traits *a, const struct traits *b)
{
    uint64_t apart = vec_apart(a->vector, b->vector, a->dims);
    return apart * PER_MILLE <= (uint64_t)params->apart_max * a->dims;
}

static uint32_t flag(bool set, uint32_t value)
{
    return set ? value : 0;
}

static uint32_t figure_flags(const struct judge_params *params, const struct traits *a,
                             const struct traits *b)
{
    uint32_t fewer, both = figures_shared(a, b, &fewer);
    if (fewer == 0)
        return 0;
    return flag(100 * both < params->figures_min * fewer, JUDGE_FIGURES) |
           flag(2 * both >= fewer, JUDGE_AGREE);
}

static bool is_table(const struct traits *t)
{
    return t->figure_count >= TABLE_FIGURES && t->figure_count * TABLE_WORDS >= t->words;
}

bool judge_other_tables(const struct judge_params *params, const struct traits *a,
                        const struct traits *b)
{
    return is_table(a) && is_table(b) && (figure_flags(params, a, b) & JUDGE_FIGURES);
}

/* Asked of every item that came since, so what is cheap and true of most strangers comes first. */
bool judge_matters(const struct judge_params *params, const struct traits *a,
                   const struct traits *b)
{
    if (a->dims > 0 && a->dims == b->dims && near(params, a, b))
        return true;
    if ((a->url_key && a->url_key == b->url_key) || (a->title_key && a->title_key == b->title_key))
        return true;
    return a->signature && b->signature &&
           vec_same(a->signature, b->signature) >= judge_same_min(params);
}

void judge_score(const struct judge_params *params, const struct traits *a, const struct traits *b,
                 struct judge_candidate *out)
{
    bool vectors = a->dims > 0 && a->dims == b->dims;
    bool signatures = a->signature && b->signature;
    uint32_t words = a->words < b->words ? a->words : b->words;
    out->cosine = vectors ? vec_cosine(a->vector, a->norm, b->vector, b->norm, a->dims) : 0;
    out->same = signatures ? vec_same(a->signature, b->signature) : 0;
    out->flags = flag(a->url_key && a->url_key == b->url_key, JUDGE_URL) |
                 flag(a->title_key && a->title_key == b->title_key, JUDGE_TITLE) |
                 flag(out->same >= BAND && bands_meet(a->signature, b->signature), JUDGE_BAND) |
                 flag(words < JUDGE_SHORT, JUDGE_IS_SHORT) |
                 flag(words < JUDGE_BRIEF, JUDGE_IS_BRIEF) | figure_flags(params, a, b);
    out->flags |=
        flag(vectors && near(params, a, b) && !judge_other_tables(params, a, b), JUDGE_NEAR);
}

#include "common/judge.h"

#include <string.h>

#include "common/judge_rules.h"
#include "common/traits.h"
#include "common/vec.h"

static const struct judge_params table[] = {
#define THRESHOLDS(NAME, SAME, COSINE, BARE_SAME, BARE_COSINE, FIGURES, TEMPLATE, TEMPLATE_COSINE, \
                   STORY, TERSE, SHORT, CENTRE, WORDING, AGREEMENT, APART)                         \
    {.model = NAME,                                                                                \
     .copy_same = SAME,                                                                            \
     .copy_cosine = COSINE,                                                                        \
     .bare_same = BARE_SAME,                                                                       \
     .bare_cosine = BARE_COSINE,                                                                   \
     .figures_min = FIGURES,                                                                       \
     .template_same = TEMPLATE,                                                                    \
     .template_cosine = TEMPLATE_COSINE,                                                           \
     .story_score = STORY,                                                                         \
     .terse_rise = TERSE,                                                                          \
     .short_rise = SHORT,                                                                          \
     .centre_weight = CENTRE,                                                                      \
     .wording = WORDING,                                                                           \
     .agreement = AGREEMENT,                                                                       \
     .apart_max = APART,                                                                           \
     .window_ms = 72 * 3600 * INT64_C(1000)},
#include "common/thresholds.def"
#undef THRESHOLDS
};

const struct judge_params *judge_params_of(const char *model)
{
    for (size_t i = 0; model && i < sizeof table / sizeof table[0]; i++)
        if (strcmp(table[i].model, model) == 0)
            return &table[i];
    return &table[0];
}

/* Far below every threshold, and above chance: places are not wasted on strangers. */
uint32_t judge_same_min(const struct judge_params *params)
{
    uint32_t least = params->copy_same < params->bare_same ? params->copy_same : params->bare_same;
    return least < params->template_same ? least : params->template_same;
}

bool judge_in_window(const struct judge_params *params, int64_t a_ms, int64_t b_ms)
{
    uint64_t gap = a_ms > b_ms ? (uint64_t)a_ms - (uint64_t)b_ms : (uint64_t)b_ms - (uint64_t)a_ms;
    return gap <= (uint64_t)params->window_ms;
}

bool judge_is_sibling(const struct judge_params *params, const struct judge_candidate *c)
{
    bool alike = c->same >= params->template_same || c->cosine >= params->template_cosine;
    return alike && (c->flags & JUDGE_FIGURES);
}

/* A signature that is alike, and a vector that does not speak against it (a missing one is 0). */
static bool same_text(const struct judge_params *params, const struct judge_candidate *c)
{
    bool title = (c->flags & JUDGE_TITLE) != 0;
    if (!title && !(c->flags & JUDGE_BAND)) /* no index would have found it */
        return false;
    if (c->flags & (JUDGE_FIGURES | JUDGE_IS_SHORT))
        return false;
    if (c->same < (title ? params->copy_same : params->bare_same))
        return false;
    return c->cosine == 0 || c->cosine >= (title ? params->copy_cosine : params->bare_cosine);
}

bool judge_is_copy(const struct judge_params *params, const struct judge_candidate *c)
{
    bool alike = c->cosine >= JUDGE_ALIKE || c->same >= params->bare_same;
    if ((c->flags & JUDGE_URL) && (alike || (c->flags & JUDGE_TITLE)))
        return true;
    if (c->flags & JUDGE_IS_SHORT)
        return (c->flags & JUDGE_TITLE) && c->cosine >= JUDGE_ALIKE;
    return same_text(params, c);
}

float judge_copy_score(const struct judge_candidate *c)
{
    float same = (float)c->same / (float)TRAITS_SIGNATURE;
    return same > c->cosine ? same : c->cosine;
}

/* The copy with most signature values in common, then the lowest id (the list ascends by id). */
static const struct judge_candidate *best_copy(const struct judge_params *params,
                                               const struct judge_candidate *c, size_t n)
{
    const struct judge_candidate *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (judge_is_copy(params, &c[i]) && (!best || c[i].same > best->same))
            best = &c[i];
    return best;
}

/* How much one member speaks for its story, beyond the cosine: shared wording and figures. */
static float beyond_cosine(const struct judge_params *params, const struct judge_candidate *c)
{
    uint32_t same = c->same < JUDGE_WORDING ? c->same : JUDGE_WORDING;
    return params->wording * (float)same / JUDGE_WORDING +
           (c->flags & JUDGE_AGREE ? params->agreement : 0);
}

static float bar_of(const struct judge_params *params, const struct judge_candidate *c)
{
    return params->story_score + (c->flags & JUDGE_IS_TERSE ? params->terse_rise : 0) +
           (c->flags & JUDGE_IS_SHORT ? params->short_rise : 0);
}

struct story {
    const struct judge_candidate *best; /* member */
    float score;
    float bar; /* what the score has to reach */
};

/* The member that speaks most for a story, or NULL where a sibling bars the item from it. */
static const struct judge_candidate *best_member(const struct judge_params *params,
                                                 const struct judge_candidate *c, size_t n,
                                                 uint64_t story)
{
    const struct judge_candidate *best = NULL;
    float most = 0;
    for (size_t i = 0; i < n; i++) {
        if (c[i].story != story)
            continue;
        if (judge_is_sibling(params, &c[i]))
            return NULL;
        float now = c[i].cosine + beyond_cosine(params, &c[i]);
        if ((c[i].flags & JUDGE_NEAR) && (!best || now > most)) {
            best = &c[i];
            most = now;
        }
    }
    return best;
}

static bool seen_before(const struct judge_candidate *c, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (c[j].story == c[i].story)
            return true;
    return false;
}

static float story_score(const struct judge_params *params, const struct traits *item,
                         const struct judge_candidate *best, judge_centre_fn *centre, void *arg)
{
    const struct judge_centre *c = centre ? centre(arg, best->story) : NULL;
    float w = c && c->members >= 2 ? params->centre_weight : 0;
    float middle = w > 0 ? judge_centre_score(c, item) : 0;
    return w * middle + (1 - w) * best->cosine + beyond_cosine(params, best);
}

/* The story that an item fits best; a tie goes to the lower id. */
static struct story best_story(const struct judge_params *params, const struct traits *item,
                               const struct judge_candidate *c, size_t n, judge_centre_fn *centre,
                               void *arg)
{
    struct story top = {NULL, 0, 0};
    for (size_t i = 0; i < n; i++) {
        const struct judge_candidate *best =
            seen_before(c, i) ? NULL : best_member(params, c, n, c[i].story);
        if (!best)
            continue;
        struct story s = {best, story_score(params, item, best, centre, arg), bar_of(params, best)};
        float margin = s.score - s.bar, lead = top.score - top.bar;
        if (!top.best || margin > lead || (margin == lead && best->story < top.best->story))
            top = s;
    }
    return top;
}

void judge_decide(const struct judge_params *params, const struct traits *item, int64_t time_ms,
                  const struct judge_candidate *candidates, size_t n, judge_centre_fn *centre,
                  void *arg, struct judge_verdict *out)
{
    struct judge_candidate c[JUDGE_BEST];
    size_t count = judge_select(params, time_ms, candidates, n, c);
    *out = (struct judge_verdict){.kind = JUDGE_UNIQUE};
    const struct judge_candidate *copy = best_copy(params, c, count);
    if (copy) {
        *out = (struct judge_verdict){.kind = JUDGE_COPY,
                                      .copy_of = copy->copy_of ? copy->copy_of : copy->id,
                                      .story = copy->story,
                                      .match = copy->id,
                                      .score = judge_copy_score(copy)};
        return;
    }
    struct story s = best_story(params, item, c, count, centre, arg);
    if (s.best && s.score >= s.bar)
        *out = (struct judge_verdict){.kind = JUDGE_STORY,
                                      .story = s.best->story,
                                      .match = s.best->id,
                                      .score = s.score < 1 ? s.score : 1};
}

enum judge_kind judge_pair(const struct judge_params *params, const struct traits *a,
                           const struct traits *b, float *score)
{
    struct judge_candidate c = {.id = 1, .story = 1};
    struct judge_verdict v;
    judge_score(params, a, b, &c);
    judge_decide(params, a, 0, &c, 1, NULL, NULL, &v);
    *score = v.kind == JUDGE_COPY ? v.score : c.cosine > 0 ? c.cosine : 0;
    return v.kind;
}

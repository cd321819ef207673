#include "common/judge.h"

#include <string.h>

#include "common/judge_rules.h"
#include "common/traits.h"
#include "common/vec.h"

static const struct judge_params table[] = {
#define THRESHOLDS(NAME, SAME, FIGURES, TEMPLATE, STORY, BRIEF, CENTRE, APART)                     \
    {.model = NAME,                                                                                \
     .copy_same = SAME,                                                                            \
     .figures_min = FIGURES,                                                                       \
     .template_same = TEMPLATE,                                                                    \
     .story_score = STORY,                                                                         \
     .brief_score = BRIEF,                                                                         \
     .centre_weight = CENTRE,                                                                      \
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

uint32_t judge_same_min(const struct judge_params *params)
{
    return params->copy_same < params->template_same ? params->copy_same : params->template_same;
}

bool judge_in_window(const struct judge_params *params, int64_t a_ms, int64_t b_ms)
{
    uint64_t gap = a_ms > b_ms ? (uint64_t)a_ms - (uint64_t)b_ms : (uint64_t)b_ms - (uint64_t)a_ms;
    return gap <= (uint64_t)params->window_ms;
}

bool judge_is_sibling(const struct judge_params *params, const struct judge_candidate *c)
{
    return c->same >= params->template_same && (c->flags & JUDGE_FIGURES);
}

bool judge_is_copy(const struct judge_params *params, const struct judge_candidate *c)
{
    bool alike = c->cosine >= JUDGE_ALIKE || c->same >= params->copy_same;
    if ((c->flags & JUDGE_URL) && (alike || (c->flags & JUDGE_TITLE)))
        return true;
    if (c->flags & JUDGE_BRIEF)
        return (c->flags & JUDGE_TITLE) && c->cosine >= JUDGE_ALIKE;
    return (c->flags & JUDGE_BAND) && !(c->flags & JUDGE_FIGURES) && c->same >= params->copy_same;
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

struct story {
    const struct judge_candidate *best; /* member */
    float score;
    float bar; /* what the score has to reach */
};

static const struct judge_candidate *best_member(const struct judge_candidate *c, size_t n,
                                                 uint64_t story, bool *barred,
                                                 const struct judge_params *params)
{
    const struct judge_candidate *best = NULL;
    for (size_t i = 0; i < n; i++) {
        if (c[i].story != story)
            continue;
        *barred = *barred || judge_is_sibling(params, &c[i]);
        if (!best || c[i].cosine > best->cosine)
            best = &c[i];
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
    if (!c || c->members < 2)
        return best->cosine;
    float w = params->centre_weight;
    return w * judge_centre_score(c, item) + (1 - w) * best->cosine;
}

/* The story that an item fits best; a tie goes to the lower id. */
static struct story best_story(const struct judge_params *params, const struct traits *item,
                               const struct judge_candidate *c, size_t n, judge_centre_fn *centre,
                               void *arg)
{
    struct story top = {NULL, 0, 0};
    for (size_t i = 0; i < n; i++) {
        bool barred = false;
        if (seen_before(c, i))
            continue;
        const struct judge_candidate *best = best_member(c, n, c[i].story, &barred, params);
        if (barred || !(best->flags & JUDGE_NEAR))
            continue;
        struct story s = {best, story_score(params, item, best, centre, arg), 0};
        s.bar = best->flags & JUDGE_BRIEF ? params->brief_score : params->story_score;
        bool first = !top.best || s.score - s.bar > top.score - top.bar;
        bool tie = top.best && s.score - s.bar == top.score - top.bar;
        if (first || (tie && best->story < top.best->story))
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
        *out = (struct judge_verdict){
            .kind = JUDGE_STORY, .story = s.best->story, .match = s.best->id, .score = s.score};
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

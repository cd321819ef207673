#include "common/judge.h"

#include <string.h>

#include "common/judge_rules.h"
#include "common/judge_words.h"
#include "common/traits.h"
#include "common/vec.h"

static const struct judge_params table[] = {
#define THRESHOLDS(NAME, SAME, COSINE, BARE_SAME, BARE_COSINE, FIGURES, TEMPLATE, TEMPLATE_COSINE, \
                   STORY, TERSE, STORY_COSINE, AGAIN, COMPANY, CENTRE, WORDING, AGREEMENT,         \
                   DISSENT, APART)                                                                 \
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
     .again_rise = AGAIN,                                                                          \
     .story_cosine = STORY_COSINE,                                                                 \
     .company = COMPANY,                                                                           \
     .centre_min = CENTRE,                                                                         \
     .wording = WORDING,                                                                           \
     .agreement = AGREEMENT,                                                                       \
     .dissent = DISSENT,                                                                           \
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

void judge_decide(const struct judge_params *params, const struct traits *item, int64_t time_ms,
                  const struct judge_candidate *candidates, size_t n,
                  const struct judge_asked *asked, struct judge_verdict *out)
{
    struct judge_candidate c[JUDGE_BEST];
    size_t count = judge_select(params, time_ms, candidates, n, c);
    *out = (struct judge_verdict){.kind = JUDGE_UNIQUE};
    const struct judge_candidate *copy = best_copy(params, c, count);
    if (!copy) {
        judge_story(params, item, c, count, asked, out);
        return;
    }
    *out = (struct judge_verdict){.kind = JUDGE_COPY,
                                  .copy_of = copy->copy_of ? copy->copy_of : copy->id,
                                  .story = copy->story,
                                  .match = copy->id,
                                  .score = judge_copy_score(copy)};
}

struct pair {
    const struct judge_words *words;
    const struct traits *a, *b;
};

static float pair_alike(void *arg, const struct judge_candidate *candidate)
{
    const struct pair *pair = arg;
    struct judge_weighed a;
    (void)candidate;
    judge_words_weigh(pair->words, pair->a, &a);
    return judge_words_alike(pair->words, &a, pair->b);
}

enum judge_kind judge_pair(const struct judge_params *params, const struct judge_words *words,
                           const struct traits *a, const struct traits *b, float *score)
{
    struct judge_candidate c = {.id = 1, .story = 1};
    struct pair pair = {words, a, b};
    struct judge_verdict v;
    judge_score(params, a, b, &c);
    judge_decide(params, a, 0, &c, 1, &(struct judge_asked){.alike = pair_alike, .arg = &pair}, &v);
    *score = v.kind == JUDGE_COPY ? v.score : c.cosine > 0 ? c.cosine : 0;
    return v.kind;
}

/* Which story an item is news of. */
#include "common/judge_rules.h"
#include "common/traits.h"

/* Beyond the likeness of words: shared wording and figures. */
static float beyond_words(const struct judge_params *params, const struct judge_candidate *c)
{
    uint32_t same = c->same < JUDGE_WORDING ? c->same : JUDGE_WORDING;
    return params->wording * (float)same / JUDGE_WORDING +
           (c->flags & JUDGE_AGREE ? params->agreement : 0) -
           ((c->flags & JUDGE_FIGURES) && (c->flags & JUDGE_IS_BRIEF) ? params->dissent : 0);
}

static float bar_of(const struct judge_params *params, const struct traits *item)
{
    if (item->words >= JUDGE_TERSE)
        return params->story_score;
    return params->story_score +
           params->terse_rise * (float)(JUDGE_TERSE - item->words) / (float)JUDGE_TERSE;
}

/* Whether fewer than JUDGE_ASKED are nearer. */
static bool is_asked(const struct judge_candidate *c, size_t n, size_t at)
{
    size_t nearer = 0;
    for (size_t i = 0; i < n; i++)
        nearer +=
            (c[i].flags & JUDGE_NEAR) &&
            (c[i].cosine > c[at].cosine || (c[i].cosine == c[at].cosine && c[i].id < c[at].id));
    return (c[at].flags & JUDGE_NEAR) && nearer < JUDGE_ASKED;
}

static void ask_alike(const struct judge_params *params, struct judge_candidate *c,
                      const struct judge_asked *asked)
{
    c->alike = asked && asked->alike ? asked->alike(asked->arg, c) : -1;
    if (c->alike < 0) /* a cosine on the scale of words */
        c->alike = c->cosine * params->story_score / params->story_cosine;
}

/* The members that speak for a story, best first. */
struct speakers {
    size_t count;
    const struct judge_candidate *best[JUDGE_FEW];
};

static float voice(const struct judge_params *params, const struct judge_candidate *c)
{
    return c->alike + beyond_words(params, c);
}

static void hear(const struct judge_params *params, struct speakers *s,
                 const struct judge_candidate *c)
{
    size_t at = s->count;
    if (at == JUDGE_FEW && voice(params, c) <= voice(params, s->best[at - 1]))
        return;
    if (at == JUDGE_FEW)
        at--;
    else
        s->count++;
    for (; at > 0 && voice(params, s->best[at - 1]) < voice(params, c); at--)
        s->best[at] = s->best[at - 1];
    s->best[at] = c;
}

/* None where a sibling bars the item from the story. */
static struct speakers speakers_of(const struct judge_params *params,
                                   const struct judge_candidate *c, size_t n, uint64_t story)
{
    struct speakers s = {0};
    for (size_t i = 0; i < n; i++) {
        if (c[i].story != story)
            continue;
        if (judge_is_sibling(params, &c[i]))
            return (struct speakers){0};
        if (is_asked(c, n, i))
            hear(params, &s, &c[i]);
    }
    return s;
}

/* Whether the middle of the story is too far away. */
static bool is_chain(const struct judge_params *params, const struct traits *item, uint64_t story,
                     const struct judge_asked *asked)
{
    const struct judge_centre *c = asked && asked->centre ? asked->centre(asked->arg, story) : NULL;
    return c && c->members >= 2 && c->dims == item->dims &&
           judge_centre_score(c, item) < params->centre_min;
}

static float score_of(const struct judge_params *params, const struct speakers *s)
{
    float mean = 0;
    for (size_t i = 0; i < s->count; i++)
        mean += s->best[i]->alike / (float)s->count;
    return (1 - params->company) * s->best[0]->alike + params->company * mean +
           beyond_words(params, s->best[0]);
}

static bool seen_before(const struct judge_candidate *c, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (c[j].story == c[i].story)
            return true;
    return false;
}

/* A tie goes to the lower id. */
void judge_story(const struct judge_params *params, const struct traits *item,
                 struct judge_candidate *c, size_t n, const struct judge_asked *asked,
                 struct judge_verdict *out)
{
    const struct judge_candidate *top = NULL;
    float most = 0, bar = bar_of(params, item);
    for (size_t i = 0; i < n; i++) {
        c[i].alike = 0; /* says nothing for its story */
        if (is_asked(c, n, i))
            ask_alike(params, &c[i], asked);
    }
    for (size_t i = 0; i < n; i++) {
        struct speakers s = {0};
        if (!seen_before(c, i))
            s = speakers_of(params, c, n, c[i].story);
        if (s.count == 0)
            continue;
        float score = score_of(params, &s);
        if (score < bar || is_chain(params, item, s.best[0]->story, asked))
            continue;
        if (!top || score > most || (score == most && s.best[0]->story < top->story)) {
            top = s.best[0];
            most = score;
        }
    }
    if (top)
        *out = (struct judge_verdict){.kind = JUDGE_STORY,
                                      .story = top->story,
                                      .match = top->id,
                                      .score = most < 1 ? most : 1};
}

void judge_again(const struct judge_params *params, const struct traits *item,
                 struct judge_candidate *c, size_t n, const struct judge_asked *asked,
                 struct judge_verdict *out)
{
    struct judge_params again = *params;
    again.story_score += params->again_rise;
    again.story_cosine *= again.story_score / params->story_score; /* a cosine says what it did */
    judge_story(&again, item, c, n, asked, out);
}

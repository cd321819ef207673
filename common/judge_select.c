/* Cutting candidates to those that matter: each kind of evidence keeps its best by a total order,
 * so what is cut could not have come back.  Together the kinds keep at most JUDGE_BEST. */
#include <stdlib.h>

#include "common/judge_rules.h"
#include "common/traits.h"

enum { BY_COSINE, BY_SIGNATURE, BY_KEY, KINDS };
enum { COSINE_BEST = 12, SIGNATURE_BEST = 5, KEY_BEST = 3 };
_Static_assert(COSINE_BEST + SIGNATURE_BEST + KEY_BEST == JUDGE_BEST, "places are given out once");

static const size_t places[KINDS] = {COSINE_BEST, SIGNATURE_BEST, KEY_BEST};

struct shelf {
    size_t n;
    const struct judge_candidate *best[COSINE_BEST];
};

static bool belongs(int kind, const struct judge_params *params, const struct judge_candidate *c)
{
    switch (kind) {
    case BY_COSINE:
        return (c->flags & JUDGE_NEAR) != 0;
    case BY_SIGNATURE:
        return (c->flags & JUDGE_BAND) && c->same >= judge_same_min(params);
    default:
        return (c->flags & (JUDGE_URL | JUDGE_TITLE)) != 0;
    }
}

static int keys_of(const struct judge_candidate *c)
{
    return ((c->flags & JUDGE_URL) ? 2 : 0) + ((c->flags & JUDGE_TITLE) ? 1 : 0);
}

static bool before(int kind, const struct judge_candidate *a, const struct judge_candidate *b)
{
    if (kind == BY_COSINE && a->cosine != b->cosine)
        return a->cosine > b->cosine;
    if (kind == BY_SIGNATURE && a->same != b->same)
        return a->same > b->same;
    if (kind == BY_KEY && keys_of(a) != keys_of(b))
        return keys_of(a) > keys_of(b);
    return a->id < b->id;
}

static void shelve(struct shelf *shelf, int kind, const struct judge_candidate *c)
{
    size_t at = shelf->n;
    if (at == places[kind] && !before(kind, c, shelf->best[at - 1]))
        return;
    for (size_t i = 0; i < shelf->n; i++)
        if (shelf->best[i]->id == c->id)
            return;
    if (at == places[kind])
        at--;
    else
        shelf->n++;
    for (; at > 0 && before(kind, c, shelf->best[at - 1]); at--)
        shelf->best[at] = shelf->best[at - 1];
    shelf->best[at] = c;
}

static int by_id(const void *a, const void *b)
{
    const struct judge_candidate *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

size_t judge_select(const struct judge_params *params, int64_t time_ms,
                    const struct judge_candidate *in, size_t n,
                    struct judge_candidate out[JUDGE_BEST])
{
    struct shelf shelves[KINDS] = {0};
    for (size_t i = 0; i < n; i++) {
        if (!judge_in_window(params, in[i].time_ms, time_ms))
            continue;
        for (int kind = 0; kind < KINDS; kind++)
            if (belongs(kind, params, &in[i]))
                shelve(&shelves[kind], kind, &in[i]);
    }
    size_t count = 0, kept = 0;
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t i = 0; i < shelves[kind].n; i++)
            out[count++] = *shelves[kind].best[i];
    qsort(out, count, sizeof *out, by_id);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || out[kept - 1].id != out[i].id)
            out[kept++] = out[i];
    return kept;
}

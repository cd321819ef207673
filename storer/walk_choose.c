#include "storer/walk_choose.h"

#include <math.h>
#include <stdlib.h>

#include "common/mem.h"

static const double clear = 0.35, flat = 0.6; /* of G */
static const double alpha_least = 1.1, alpha_more = 0.7;
static const double share_least = 0.05, share_most = 0.30;

/* Gives G. */
static double normalise(const double *raw, size_t count, double *p)
{
    double sum = 0, squares = 0;

    for (size_t i = 0; i < count; i++) {
        p[i] = raw[i] > 0 ? raw[i] : 0;
        sum += p[i];
    }
    for (size_t i = 0; i < count && sum > 0; i++) {
        p[i] /= sum;
        squares += p[i] * p[i];
    }
    return sum > 0 ? 1 - squares : 0;
}

static size_t least_below(const double *raw, size_t count)
{
    size_t best = 0;

    for (size_t i = 1; i < count; i++)
        if (raw[i] > raw[best])
            best = i;
    return best;
}

static size_t weighted(const double *p, size_t count, double alpha, double chance)
{
    double sum = 0, so_far = 0;
    size_t last = 0;

    for (size_t i = 0; i < count; i++)
        sum += pow(p[i], alpha);
    for (size_t i = 0; i < count; i++) {
        if (p[i] <= 0)
            continue;
        so_far += pow(p[i], alpha);
        last = i;
        if (chance * sum < so_far)
            break;
    }
    return last;
}

struct ranked {
    double p;
    size_t place;
};

static int better(const void *a, const void *b)
{
    const struct ranked *one = a, *other = b;

    if (one->p != other->p)
        return one->p > other->p ? -1 : 1;
    return (one->place > other->place) - (one->place < other->place);
}

/* How many are the best; none of them has no chance. */
static size_t top_of(const double *p, size_t count, double g)
{
    double share = share_least + (share_most - share_least) * (g - flat) / (1 - flat);
    size_t top = (size_t)ceil(share * (double)count), able = 0;

    for (size_t i = 0; i < count; i++)
        able += p[i] > 0;
    top = top < able ? top : able;
    return top > 0 ? top : 1;
}

static size_t one_of_best(const double *p, size_t count, size_t top, double chance)
{
    struct ranked *ranked = mem_alloc(count * sizeof(*ranked));
    size_t at = (size_t)(chance * (double)top), chosen = 0;

    for (size_t i = 0; i < count; i++)
        ranked[i] = (struct ranked){.p = p[i], .place = i};
    qsort(ranked, count, sizeof(*ranked), better);
    chosen = ranked[at < top ? at : top - 1].place;
    free(ranked);
    return chosen;
}

size_t walk_choose(const double *raw, size_t count, double chance, double *p,
                   struct walk_draw *draw)
{
    double g = normalise(raw, count, p), r = (g - clear) / (flat - clear);

    *draw = (struct walk_draw){.g = g, .r = r < 0 ? 0 : r > 1 ? 1 : r};
    if (p[least_below(raw, count)] <= 0) {
        draw->how = WALK_LEAST;
        return least_below(raw, count);
    }
    if (g > flat) {
        draw->how = WALK_TOP;
        draw->top = top_of(p, count, g);
        return one_of_best(p, count, draw->top, chance);
    }
    draw->how = WALK_WEIGHTED;
    draw->alpha = alpha_least + alpha_more * (1 - draw->r);
    return weighted(p, count, draw->alpha, chance);
}

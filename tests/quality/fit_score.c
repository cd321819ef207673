/* The same figures that the labelled sets' own score.py prints. */
#include "tests/quality/fit.h"

#include <math.h>

#include "common/judge_words.h"

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double f1(double p, double r)
{
    return ratio(2 * p * r, p + r);
}

static uint32_t gold_root(const struct fit_set *set, uint32_t i)
{
    while (set->items[i].gold_copy)
        i = set->items[i].gold_copy - 1;
    return i + 1;
}

static void score_copies(const struct fit_set *set, const struct fit_said *said,
                         struct fit_figures *f)
{
    double found = 0, gold = 0, both = 0;
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t j = 0; j < i; j++) {
            bool mine = said[i].original == said[j].original;
            bool true_pair = gold_root(set, i) == gold_root(set, j);
            found += mine;
            gold += true_pair;
            both += mine && true_pair;
        }
    f->copy_p = ratio(both, found);
    f->copy_r = ratio(both, gold);
    f->copy_f1 = f1(f->copy_p, f->copy_r);
}

static void score_stories(const struct fit_set *set, const struct fit_said *said,
                          struct fit_figures *f)
{
    double p = 0, r = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        double found = 0, gold = 0, both = 0;
        for (uint32_t j = 0; j < set->count; j++) {
            bool mine = said[i].story == said[j].story;
            bool true_pair = set->items[i].gold_story == set->items[j].gold_story;
            found += mine;
            gold += true_pair;
            both += mine && true_pair;
        }
        p += both / found;
        r += both / gold;
    }
    f->b3_p = p / (double)set->count;
    f->b3_r = r / (double)set->count;
    f->b3_f1 = f1(f->b3_p, f->b3_r);
}

struct fit_figures fit_score(const struct fit_set *set, const struct fit_said *said)
{
    struct fit_figures f = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    if (set->has_copies)
        score_copies(set, said, &f);
    if (set->has_stories)
        score_stories(set, said, &f);
    return f;
}

struct fit_figures fit_score_pairs(const struct fit_set *set, const struct judge_params *params)
{
    struct fit_figures f = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    double n = (double)set->pair_count, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    double found = 0, gold = 0, both = 0;
    struct judge_words *words = judge_words_create();
    for (size_t i = 0; i < set->count; i++)
        judge_words_add(words, &set->items[i].traits);
    for (size_t i = 0; i < set->pair_count; i++) {
        const struct fit_pair *p = &set->pairs[i];
        float score = 0;
        bool same = judge_pair(params, words, &set->items[p->a].traits, &set->items[p->b].traits,
                               &score) != JUDGE_UNIQUE;
        double x = score, y = 4 - p->human;
        sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
        found += same;
        gold += p->human <= 2;
        both += same && p->human <= 2;
    }
    judge_words_destroy(&words);
    double spread = sqrt((sxx - sx * sx / n) * (syy - sy * sy / n));
    f.pearson = ratio(sxy - sx * sy / n, spread);
    f.same_p = ratio(both, found);
    f.same_r = ratio(both, gold);
    f.same_f1 = f1(f.same_p, f.same_r);
    return f;
}

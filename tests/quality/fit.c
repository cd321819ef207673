/* fit: how well a set of thresholds does on the labelled sets, and which would do better.
 *
 *   fit [--set name=value]... [--orders N] [--flat] [--refit]
 *       [--vectors DIR] [--model NAME] DIR
 *
 * DIR holds the sets (DIR/copies.json and so on).  --orders N: N shuffled orders of arrival as
 * well: their mean, lowest and highest.  --flat: candidates from the deduper's
 * index; counts the verdicts that a full scan would have given otherwise.  --refit: moves one
 * threshold at a time as long as less is missing to the aims, and prints the line for
 * common/thresholds.def.  --vectors: vectors of another model, from files DIR/copies.jsonl and so
 * on (tests/quality/vectors makes them); --model: its name, on that line, and whose thresholds are
 * the first (those for models that are not named, where it has none).  Exit 0 where every aim is
 * met, 1 where not, 64 wrong usage or a set that cannot be read. */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/quality/fit.h"
#include "tests/quality/fit_aims.h"

enum { ORDERS_MAX = 20, KNOBS_MAX = 32 };

static const char *const names[] = {"copies", "events_news", "events_short",
                                    "scoop",  "similarity",  "templates"};
enum { SETS = sizeof names / sizeof names[0] };

static void print_figures(const char *label, const struct fit_figures *f)
{
    printf("%-14s", label);
    if (f->copy_f1 >= 0)
        printf(" copy_p=%.3f copy_r=%.3f copy_f1=%.3f", f->copy_p, f->copy_r, f->copy_f1);
    if (f->b3_f1 >= 0)
        printf(" b3_p=%.3f b3_r=%.3f b3_f1=%.3f", f->b3_p, f->b3_r, f->b3_f1);
    if (f->same_f1 >= 0)
        printf(" pearson=%.3f same_p=%.3f same_r=%.3f same_f1=%.3f", f->pearson, f->same_p,
               f->same_r, f->same_f1);
}

static void print_orders(const struct fit_set *set, struct fit_options *options, uint32_t orders,
                         double first)
{
    double sum = 0, low = 1, high = 0;
    for (uint32_t seed = 1; seed <= orders; seed++) {
        struct fit_figures f = fit_measure(set, options, seed);
        double v = fit_aim_value(set->name, &f);
        sum += v;
        low = fmin(low, v);
        high = fmax(high, v);
    }
    double mean = sum / orders;
    printf("  shuffled mean=%.3f low=%.3f high=%.3f (file order %+.3f)", mean, low, high,
           first - mean);
}

static bool print_set(const struct fit_set *set, struct fit_options *options, uint32_t orders)
{
    struct fit_figures f = fit_measure(set, options, 0);
    double value = fit_aim_value(set->name, &f), aim = fit_aim(set->name);
    print_figures(set->name, &f);
    if (orders && !set->pairs)
        print_orders(set, options, orders, value);
    printf("  aim %.3f: %s\n", aim, value >= aim ? "met" : "missed");
    return value >= aim;
}

static int usage(void)
{
    fputs("usage: fit [--set name=value]... [--orders N] [--flat] [--refit] [--vectors DIR]"
          " [--model NAME] DIR\n",
          stderr);
    return 64;
}

struct asked {
    struct fit_options options;
    uint32_t orders;
    bool refit;
    const char *model, *vectors;
};

static bool options_read(int argc, char **argv, struct asked *asked)
{
    static const struct option list[] = {{"set", 1, NULL, 's'},   {"orders", 1, NULL, 'o'},
                                         {"flat", 0, NULL, 'f'},  {"refit", 0, NULL, 'r'},
                                         {"model", 1, NULL, 'm'}, {"vectors", 1, NULL, 'v'},
                                         {NULL, 0, NULL, 0}};
    char *knobs[KNOBS_MAX];
    int count = 0;
    for (int c; (c = getopt_long(argc, argv, "", list, NULL)) != -1;) {
        if (c == '?' || (c == 's' && count == KNOBS_MAX))
            return false;
        if (c == 's')
            knobs[count++] = optarg;
        if (c == 'o' && (asked->orders = (uint32_t)atoi(optarg)) > ORDERS_MAX)
            return false;
        if (c == 'm')
            asked->model = optarg;
        if (c == 'v')
            asked->vectors = optarg;
        asked->options.flat |= c == 'f';
        asked->refit |= c == 'r';
    }
    asked->options.params = *judge_params_of(asked->model);
    asked->options.params.model = asked->model;
    for (int i = 0; i < count; i++)
        if (!fit_knob_set(&asked->options.params, knobs[i]))
            return false;
    return optind + 1 == argc;
}

static bool load(struct fit_set *sets, const char *dir, const char *vectors)
{
    for (size_t i = 0; i < SETS; i++)
        if (!fit_load(&sets[i], dir, names[i]) || (vectors && !fit_vectors(&sets[i], vectors)))
            return false;
    return true;
}

int main(int argc, char **argv)
{
    struct asked asked = {.model = "builtin-512-v1"};
    struct fit_options *options = &asked.options;
    struct fit_set sets[SETS] = {0};
    bool met = true;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!options_read(argc, argv, &asked))
        return usage();
    if (!load(sets, argv[optind], asked.vectors))
        return 64;
    if (asked.refit)
        fit_refit(sets, SETS, options);
    for (size_t i = 0; i < SETS; i++)
        met &= print_set(&sets[i], options, asked.orders);
    fit_knobs_print(&options->params);
    if (options->flat)
        printf("verdicts=%llu other_than_full_scan=%llu\n", (unsigned long long)options->judged,
               (unsigned long long)options->lost);
    for (size_t i = 0; i < SETS; i++)
        fit_unload(&sets[i]);
    return met ? 0 : 1;
}

#include "tests/quality/fit_aims.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/quality/fit.h"

enum figure { COPY, B3, PEARSON, SAME };
enum { REFIT_ORDERS = 3 };

static const struct {
    const char *set;
    enum figure figure;
    double value;
} aims[] = {
    {"copies", COPY, .992}, {"events_news", B3, .82},     {"events_short", B3, .82},
    {"scoop", B3, .95},     {"similarity", PEARSON, .55}, {"templates", SAME, .50},
};
enum { AIMS = sizeof aims / sizeof aims[0] };

static size_t aim_of(const char *set)
{
    size_t i = 0;
    while (i + 1 < AIMS && strcmp(aims[i].set, set) != 0)
        i++;
    return i;
}

double fit_aim(const char *set)
{
    return aims[aim_of(set)].value;
}

double fit_aim_value(const char *set, const struct fit_figures *f)
{
    const double values[] = {
        [COPY] = f->copy_f1, [B3] = f->b3_f1, [PEARSON] = f->pearson, [SAME] = f->same_f1};
    return values[aims[aim_of(set)].figure];
}

/* The thresholds, each with the step by which a refit moves it. */
#define KNOBS(X)                                                                                   \
    X(copy_same, 2, "%.0f")                                                                        \
    X(copy_cosine, .05, "%.2ff")                                                                   \
    X(bare_same, 2, "%.0f")                                                                        \
    X(bare_cosine, .05, "%.2ff")                                                                   \
    X(figures_min, 5, "%.0f")                                                                      \
    X(template_same, 4, "%.0f")                                                                    \
    X(template_cosine, .05, "%.2ff")                                                               \
    X(story_score, .01, "%.2ff")                                                                   \
    X(terse_rise, .01, "%.2ff")                                                                    \
    X(story_cosine, .02, "%.2ff")                                                                  \
    X(again_rise, .01, "%.2ff")                                                                    \
    X(company, .1, "%.2ff")                                                                        \
    X(centre_min, .02, "%.2ff")                                                                    \
    X(wording, .02, "%.2ff")                                                                       \
    X(agreement, .01, "%.2ff")                                                                     \
    X(dissent, .01, "%.2ff")                                                                       \
    X(apart_max, 10, "%.0f")

enum knob {
#define X(NAME, STEP, FORMAT) KNOB_##NAME,
    KNOBS(X)
#undef X
        KNOB_COUNT
};

static void knob_put(struct judge_params *p, enum knob knob, double value)
{
    switch (knob) {
#define X(NAME, STEP, FORMAT)                                                                      \
    case KNOB_##NAME:                                                                              \
        p->NAME = (__typeof__(p->NAME))value;                                                      \
        break;
        KNOBS(X)
#undef X
    default:
        break;
    }
}

static double knob_get(const struct judge_params *p, enum knob knob)
{
    const double values[] = {
#define X(NAME, STEP, FORMAT) (double)p->NAME,
        KNOBS(X)
#undef X
    };
    return values[knob];
}

static const struct {
    const char *name;
    double step;
    const char *format;
} knobs[] = {
#define X(NAME, STEP, FORMAT) {#NAME, STEP, FORMAT},
    KNOBS(X)
#undef X
};

bool fit_knob_set(struct judge_params *params, const char *text)
{
    const char *equals = strchr(text, '=');
    for (int k = 0; equals && k < KNOB_COUNT; k++)
        if (strlen(knobs[k].name) == (size_t)(equals - text) &&
            strncmp(text, knobs[k].name, (size_t)(equals - text)) == 0) {
            knob_put(params, (enum knob)k, atof(equals + 1));
            return true;
        }
    return false;
}

void fit_knobs_print(const struct judge_params *params)
{
    printf("THRESHOLDS(\"%s\"", params->model);
    for (int k = 0; k < KNOB_COUNT; k++) {
        double value = knob_get(params, (enum knob)k);
        bool whole = strcmp(knobs[k].format, "%.0f") == 0;
        printf(whole ? ", %.0f" : ", %.2ff", value);
    }
    puts(")");
}

/* What is missing to the aims, in shares of what is left above each, and a little of what is over,
 * to tell equals apart. */
static double worth(const struct fit_set *sets, size_t count, struct fit_options *options)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        double value = 0, aim = fit_aim(sets[i].name);
        uint32_t orders = sets[i].pairs ? 1 : REFIT_ORDERS;
        for (uint32_t seed = 0; seed < orders; seed++) {
            struct fit_figures f = fit_measure(&sets[i], options, seed);
            value += fit_aim_value(sets[i].name, &f) / orders;
        }
        double margin = (value - aim) / (1 - aim);
        sum += fmin(margin, 0) + .05 * fmin(margin, .3);
    }
    return sum;
}

/* Steps are tried small and large, so that a shallow dip does not end the search. */
static const double strides[] = {1, -1, 3, -3};
enum { STRIDES = sizeof strides / sizeof strides[0] };

void fit_refit(const struct fit_set *sets, size_t count, struct fit_options *options)
{
    double best = worth(sets, count, options);
    for (bool moved = true; moved;) {
        moved = false;
        for (int k = 0; k < STRIDES * KNOB_COUNT; k++) {
            struct judge_params kept = options->params;
            enum knob knob = (enum knob)(k / STRIDES);
            double step = strides[k % STRIDES] * knobs[knob].step;
            knob_put(&options->params, knob, knob_get(&kept, knob) + step);
            double now = worth(sets, count, options);
            if (now > best + 1e-9) {
                printf("%s=%g worth=%.4f\n", knobs[knob].name, knob_get(&options->params, knob),
                       now);
                best = now;
                moved = true;
                k--; /* the same step again */
            } else {
                options->params = kept;
            }
        }
    }
}

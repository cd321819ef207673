/* What is aimed at on each set, and the thresholds that can be moved to get there. */
#ifndef WEIR_TESTS_QUALITY_FIT_AIMS_H
#define WEIR_TESTS_QUALITY_FIT_AIMS_H

#include <stdbool.h>
#include <stddef.h>

struct fit_figures;
struct fit_options;
struct fit_set;
struct judge_params;

double fit_aim(const char *set);
/* The figure that the aim is about. */
double fit_aim_value(const char *set, const struct fit_figures *figures);
/* "name=value"; false: unknown name. */
bool fit_knob_set(struct judge_params *params, const char *text);
/* The line for common/thresholds.def. */
void fit_knobs_print(const struct judge_params *params);
/* Moves one threshold at a time as long as less is missing to the aims, over several orders of
 * arrival. */
void fit_refit(const struct fit_set *sets, size_t count, struct fit_options *options);

#endif

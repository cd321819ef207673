/* Inside the judge: the predicates its files share.  Pure. */
#ifndef WEIR_COMMON_JUDGE_RULES_H
#define WEIR_COMMON_JUDGE_RULES_H

#include <stdbool.h>

#include "common/judge.h"

/* Vectors this near say that two short texts, or two texts behind one URL, are the same. */
#define JUDGE_ALIKE .8f

bool judge_in_window(const struct judge_params *params, int64_t a_ms, int64_t b_ms);
/* Two texts of one template with other numbers. */
bool judge_is_sibling(const struct judge_params *params, const struct judge_candidate *c);
bool judge_is_copy(const struct judge_params *params, const struct judge_candidate *c);
float judge_copy_score(const struct judge_candidate *c);

#endif

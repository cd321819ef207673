/* A short form of an item's traits, enough to tell most strangers apart without reading the traits:
 * three cache lines in place of twenty.  Pure. */
#ifndef WEIR_COMMON_JUDGE_SKETCH_H
#define WEIR_COMMON_JUDGE_SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/traits.h"

struct judge_params;

enum { JUDGE_SKETCH_DIMS = 512 };

struct judge_sketch {
    uint64_t signs[JUDGE_SKETCH_DIMS / 64]; /* of the first components */
    uint8_t signature[TRAITS_SIGNATURE];    /* the lowest byte of each value */
    uint64_t url_key, title_key;
    uint32_t dims;
    bool has_signature;
};

void judge_sketch_of(const struct traits *traits, struct judge_sketch *out);
/* true: judge_matters () would say no to the two.  false: it has to be asked. */
bool judge_sketch_strangers(const struct judge_params *params, const struct judge_sketch *a,
                            const struct judge_sketch *b);

#endif

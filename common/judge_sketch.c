#include "common/judge_sketch.h"

#include <string.h>

#include "common/judge.h"
#include "common/vec.h"

enum { PER_MILLE = 1000, WORDS = JUDGE_SKETCH_DIMS / 64 };

void judge_sketch_of(const struct traits *traits, struct judge_sketch *out)
{
    uint32_t dims = traits->dims < JUDGE_SKETCH_DIMS ? traits->dims : JUDGE_SKETCH_DIMS;

    *out = (struct judge_sketch){.url_key = traits->url_key,
                                 .title_key = traits->title_key,
                                 .dims = traits->dims,
                                 .has_signature = traits->signature != NULL};
    if (dims > 0)
        vec_signs(traits->vector, dims, out->signs);
    for (size_t i = 0; traits->signature && i < TRAITS_SIGNATURE; i++)
        out->signature[i] = (uint8_t)traits->signature[i];
}

/* What differs in some of the components differs in all of them, and equal values have equal
 * bytes: both counts err on the side of asking. */
bool judge_sketch_strangers(const struct judge_params *params, const struct judge_sketch *a,
                            const struct judge_sketch *b)
{
    if ((a->url_key && a->url_key == b->url_key) || (a->title_key && a->title_key == b->title_key))
        return false;
    if (a->dims > 0 && a->dims == b->dims &&
        (uint64_t)vec_hamming(a->signs, b->signs, WORDS) * PER_MILLE <=
            (uint64_t)params->apart_max * a->dims)
        return false;
    return !a->has_signature || !b->has_signature ||
           vec_same_bytes(a->signature, b->signature) < judge_same_min(params);
}

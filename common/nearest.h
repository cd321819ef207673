/* "Did you mean": the known word that is nearest to one that was mistyped.  Pure. */
#ifndef WEIR_COMMON_NEAREST_H
#define WEIR_COMMON_NEAREST_H

#include <stddef.h>

/* Changes that make b of a: one letter put in, left out, another, or two neighbours swapped
 * (optimal string alignment distance).  Words beyond 64 bytes are far from all others. */
size_t nearest_distance(const char *a, const char *b);

/* The best so far.  Start with {0} and say each known word. */
struct nearest {
    const char *word; /* borrowed; NULL: nothing is near enough to be meant */
    size_t distance;
};
void nearest_try(struct nearest *nearest, const char *mistyped, const char *known);

#endif

/* The random projection: features to sums.  Pure. */
#ifndef WEIR_EMBEDDER_MODEL_PROJECT_H
#define WEIR_EMBEDDER_MODEL_PROJECT_H

#include <stddef.h>
#include <stdint.h>

struct feature;

enum { PROJECT_DIMS = 512 };

/* Adds, for each of n features, its weight or minus its weight to each of PROJECT_DIMS sums.  The
 * signs are 512 bits mixed from the feature's hash. */
void project(const struct feature *features, size_t n, int32_t *sums);

#endif

/* An order in which hits do not repeat each other: maximal marginal relevance (Carbonell,
 * Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
 * Summaries", SIGIR 1998): the next hit is the one with the greatest
 *
 *     lambda * relevance - (1 - lambda) * the greatest likeness to one that was chosen
 *
 * Pure. */
#ifndef WEIR_STORER_RANK_MMR_H
#define WEIR_STORER_RANK_MMR_H

#include <stddef.h>
#include <stdint.h>

struct mmr_hit {
    float relevance;      /* any scale: the best and the worst are taken for 1 and 0 */
    const int8_t *vector; /* dims components; NULL = it is like no other */
};

/* Writes the places of the first `most` of n hits, in the order chosen; ties keep theirs.  Returns
 * how many.  Time: n * most cosines. */
size_t rank_mmr(const struct mmr_hit *hits, size_t n, size_t dims, float lambda, size_t most,
                size_t *order);

#endif

/* Lists ranked by different means, made one: reciprocal rank fusion (Cormack, Clarke, Büttcher,
 * "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009),
 * the sum over the lists of weight / (60 + rank), rank from 1.  Pure. */
#ifndef WEIR_STORER_RANK_FUSE_H
#define WEIR_STORER_RANK_FUSE_H

#include <stddef.h>
#include <stdint.h>

enum { FUSE_FLAT = 60, FUSE_LISTS = 2 };

struct fuse_list {
    const uint64_t *ids; /* best first; an id that comes again counts once, where it came first */
    size_t count;
    float weight;
};

struct fused {
    uint64_t id;
    float score;
    uint32_t ranks[FUSE_LISTS]; /* from 1; 0 = not in that list */
};

/* Writes every id of n <= FUSE_LISTS lists once, best first, ties by the higher id; out has room
 * for all their entries.  Returns how many. */
size_t rank_fuse(const struct fuse_list *lists, size_t n, struct fused *out);

#endif

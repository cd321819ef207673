/* Copies of one article among ranked hits become one hit: at the best place that one of them has,
 * it is shown as the original where that is among them, else as the copy that stood there.  Pure.
 */
#ifndef WEIR_STORER_RANK_FOLD_H
#define WEIR_STORER_RANK_FOLD_H

#include <stddef.h>
#include <stdint.h>

struct fold {
    uint64_t id;
    uint64_t copy_of; /* the original's id; 0 = it is one */
    size_t at;        /* the caller's: which hit this is */
    size_t folded;    /* out: other hits that this one stands for */
};

/* Folds n hits, best first, in place; returns how many are left, in their order. */
size_t rank_fold(struct fold *hits, size_t n);

#endif

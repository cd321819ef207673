/* A draw among weights (REQUIREMENTS E.4): p = weight / sum; their diversity G = 1 - sum p^2 (the
 * Gini-Simpson index).  Pure; chance is an argument.
 *
 * Where G is small a reader's habit is clear and is followed: a draw weighted with p^alpha, alpha =
 * 1.1 + 0.7 (1 - r), where r says how far G is from 0.35 (r = 0, also below) to 0.6 (r = 1). Above
 * 0.6 all are about as good: one of the best is taken, each as likely as the others; these are 5 %
 * of all at G = 0.6 and 30 % at G = 1, and one at least. */
#ifndef WEIR_STORER_WALK_CHOOSE_H
#define WEIR_STORER_WALK_CHOOSE_H

#include <stddef.h>
#include <stdint.h>

enum walk_how {
    WALK_WEIGHTED, /* with p^alpha */
    WALK_TOP,      /* one of the first `top` */
    WALK_LEAST,    /* every weight is 0: the one that is least below it */
};

struct walk_draw {
    enum walk_how how;
    double g, r, alpha; /* alpha: 0 where it was not used */
    size_t top;         /* 0 where it was not used */
};

/* The place of the one that is drawn among count (> 0).  raw: weights before they were cut at 0; p
 * gets their probabilities, which sum to 1, or are all 0 where all weights are.  chance: 0 .. 1, 1
 * excluded. Of equals the earlier one is the better. */
size_t walk_choose(const double *raw, size_t count, double chance, double *p,
                   struct walk_draw *draw);

#endif

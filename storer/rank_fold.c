#include "storer/rank_fold.h"

static uint64_t original_of(const struct fold *hit)
{
    return hit->copy_of ? hit->copy_of : hit->id;
}

/* Lists are of some hundred hits at most. */
size_t rank_fold(struct fold *hits, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        size_t at = 0;

        hits[i].folded = 0;
        while (at < kept && original_of(&hits[at]) != original_of(&hits[i]))
            at++;
        if (at == kept) {
            hits[kept++] = hits[i];
            continue;
        }
        if (!hits[i].copy_of) {
            hits[i].folded = hits[at].folded;
            hits[at] = hits[i];
        }
        hits[at].folded++;
    }
    return kept;
}

#include "storer/rank_fuse.h"

#include <stdlib.h>

static int by_id(const void *x, const void *y)
{
    const struct fused *a = x, *b = y;

    return a->id < b->id ? -1 : a->id > b->id;
}

static int by_score(const void *x, const void *y)
{
    const struct fused *a = x, *b = y;

    if (a->score < b->score || a->score > b->score)
        return a->score < b->score ? 1 : -1;
    return a->id < b->id ? 1 : -(a->id > b->id);
}

/* Neighbours of one id become one; of two places in a list the better one stands. */
static size_t merge(struct fused *all, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        struct fused *to = kept ? &all[kept - 1] : NULL;

        if (!to || to->id != all[i].id) {
            all[kept++] = all[i];
            continue;
        }
        for (size_t l = 0; l < FUSE_LISTS; l++)
            if (all[i].ranks[l] && (!to->ranks[l] || all[i].ranks[l] < to->ranks[l]))
                to->ranks[l] = all[i].ranks[l];
    }
    return kept;
}

size_t rank_fuse(const struct fuse_list *lists, size_t n, struct fused *out)
{
    size_t count = 0;

    for (size_t l = 0; l < n; l++)
        for (size_t i = 0; i < lists[l].count; i++) {
            out[count] = (struct fused){.id = lists[l].ids[i]};
            out[count++].ranks[l] = (uint32_t)i + 1;
        }
    if (count == 0)
        return 0;
    qsort(out, count, sizeof(*out), by_id);
    count = merge(out, count);
    for (size_t i = 0; i < count; i++)
        for (size_t l = 0; l < n; l++)
            if (out[i].ranks[l])
                out[i].score += lists[l].weight / (float)(FUSE_FLAT + out[i].ranks[l]);
    qsort(out, count, sizeof(*out), by_score);
    return count;
}

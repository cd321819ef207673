#include "deduper/engine.h"

static bool before(const struct engine_hit *a, const struct engine_hit *b)
{
    return a->cosine != b->cosine ? a->cosine > b->cosine : a->id < b->id;
}

bool engine_ranks(const struct engine_hit *hits, size_t n, size_t k, const struct engine_hit *hit)
{
    return n < k || (k > 0 && before(hit, &hits[n - 1]));
}

size_t engine_keep(struct engine_hit *hits, size_t n, size_t k, struct engine_hit hit)
{
    if (!engine_ranks(hits, n, k, &hit))
        return n;
    size_t at = n < k ? n++ : n - 1;
    for (; at > 0 && before(&hit, &hits[at - 1]); at--)
        hits[at] = hits[at - 1];
    hits[at] = hit;
    return n;
}

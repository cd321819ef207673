#include "deduper/engine.h"

size_t engine_find(struct engine *engine, const struct engine_query *query, size_t k,
                   struct engine_hit *hits)
{
    size_t count = 0;
    engine->search(engine, query, 1, k, hits, &count);
    return count;
}

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

/* Lets the hit at the top sink to its place in the heap; the nearest is at the top. */
static void sink(struct engine_hit *heap, size_t count, size_t at)
{
    struct engine_hit hit = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(&heap[child + 1], &heap[child]))
            child++;
        if (!before(&heap[child], &hit))
            break;
        heap[at] = heap[child];
    }
    heap[at] = hit;
}

/* Accepting looks at what lies far away in memory, so it is asked of the nearest ones alone. */
size_t engine_take(const struct engine_query *query, struct engine_hit *found, size_t count,
                   struct engine_hit *hits, size_t n, size_t k)
{
    for (size_t i = count / 2; i-- > 0;)
        sink(found, count, i);
    while (count > 0 && engine_ranks(hits, n, k, &found[0])) {
        if (!query->accept || query->accept(query->arg, found[0].slot))
            n = engine_keep(hits, n, k, found[0]);
        found[0] = found[--count];
        if (count > 0)
            sink(found, count, 0);
    }
    return n;
}

/* The newest of each source, so that none fills the feed. */
#include <stdlib.h>

#include "common/mem.h"
#include "storer/feed.h"
#include "storer/map64.h"

/* Folding has changed times. */
static int newer(const void *a, const void *b)
{
    const struct feed_entry *one = *(struct feed_entry *const *)a;
    const struct feed_entry *other = *(struct feed_entry *const *)b;

    if (one->time_ms != other->time_ms)
        return one->time_ms > other->time_ms ? -1 : 1;
    return (one->item < other->item) - (one->item > other->item);
}

/* The last one seen of its source knows how many there were. */
static void place(struct map64 *sources, struct feed_entry *entry)
{
    const struct feed_entry *last = map64_get(sources, entry->source);

    entry->place = last ? last->place + 1 : 1;
    map64_put(sources, entry->source, entry);
}

bool feed_source(struct feed *feed, size_t per_source, size_t most)
{
    struct feed_entry **sorted = NULL;
    struct map64 sources = {0};
    size_t count = 0, passed = 0;
    bool whole = true;

    sorted = feed_ranked(feed, &count);
    qsort(sorted, count, sizeof(struct feed_entry *), newer);
    for (size_t i = 0; whole && i < count; i++) {
        whole = !feed_stops(feed, i);
        place(&sources, sorted[i]);
        if (sorted[i]->place > per_source || passed == most)
            sorted[i]->out = FEED_SOURCE;
        else
            passed++;
    }
    map64_free(&sources);
    free(sorted);
    return whole;
}

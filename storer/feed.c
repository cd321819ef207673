#include "storer/feed.h"

#include <stdlib.h>

#include "common/mem.h"

enum { STOP_EVERY = 64 };

size_t feed_left(const struct feed *feed)
{
    size_t left = 0;

    for (size_t i = 0; i < feed->count; i++)
        left += feed->entries[i].out == FEED_IN;
    return left;
}

void feed_add(struct feed *feed, const struct feed_entry *entry)
{
    if (feed->count == feed->cap) {
        feed->cap = feed->cap ? feed->cap * 2 : 256;
        feed->entries = mem_realloc(feed->entries, feed->cap, sizeof(*feed->entries));
    }
    feed->entries[feed->count++] = *entry;
}

void feed_free(struct feed *feed)
{
    free(feed->entries);
    feed->entries = NULL;
    feed->count = feed->cap = 0;
}

bool feed_stops(const struct feed *feed, size_t i)
{
    return i % STOP_EVERY == 0 && feed->stop && feed->stop(feed->arg);
}

const char *feed_filter_name(enum feed_filter filter)
{
    static const char *const names[] = {"in",     "window", "marks",   "query",
                                        "copies", "source", "interest"};

    _Static_assert(sizeof(names) / sizeof(names[0]) == FEED_FILTERS, "each has a name");
    return names[filter];
}

static int by_place(const void *a, const void *b)
{
    const struct feed_entry *one = *(struct feed_entry *const *)a;
    const struct feed_entry *other = *(struct feed_entry *const *)b;

    return (one->place > other->place) - (one->place < other->place);
}

struct feed_entry **feed_ranked(struct feed *feed, size_t *count)
{
    struct feed_entry **ranked = mem_alloc((feed_left(feed) + 1) * sizeof(struct feed_entry *));

    *count = 0;
    for (size_t i = 0; i < feed->count; i++)
        if (feed->entries[i].out == FEED_IN)
            ranked[(*count)++] = &feed->entries[i];
    qsort(ranked, *count, sizeof(struct feed_entry *), by_place);
    return ranked;
}

/* The newest items, no older than so long. */
#include "storer/feed.h"

bool feed_window(struct feed *feed, int64_t now_ms, int64_t window_ms, size_t most)
{
    size_t passed = 0;

    for (size_t i = 0; i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i];

        if (feed_stops(feed, i))
            return false;
        if (entry->out != FEED_IN)
            continue;
        if (entry->time_ms < now_ms - window_ms || passed == most)
            entry->out = FEED_WINDOW;
        else
            passed++;
    }
    return true;
}

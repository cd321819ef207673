/* One entry a story. */
#include "storer/feed.h"
#include "storer/map64.h"

/* An original stands for a story rather than a copy, and the first one rather than a later one. */
static bool leads(const struct feed_entry *one, const struct feed_entry *other)
{
    if ((one->copy_of == 0) != (other->copy_of == 0))
        return one->copy_of == 0;
    return one->item < other->item;
}

/* Finds the lead of each story. */
static bool find_leads(struct feed *feed, struct map64 *stories)
{
    for (size_t i = 0; i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i], *lead = NULL;

        if (feed_stops(feed, i))
            return false;
        if (entry->out != FEED_IN)
            continue;
        lead = map64_get(stories, entry->story);
        if (!lead || leads(entry, lead))
            map64_put(stories, entry->story, entry);
    }
    return true;
}

/* A copy tells nothing new; another original does, and makes its story as new as it is. */
static void fold(struct feed_entry *lead, struct feed_entry *entry)
{
    entry->out = FEED_COPIES;
    entry->by = lead->item;
    lead->folded++;
    if (entry->copy_of == 0 && entry->time_ms > lead->time_ms)
        lead->time_ms = entry->time_ms;
}

bool feed_copies(struct feed *feed, size_t most)
{
    struct map64 stories = {0};
    bool whole = find_leads(feed, &stories);
    size_t passed = 0;

    for (size_t i = 0; whole && i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i], *lead = NULL;

        whole = !feed_stops(feed, i);
        if (entry->out != FEED_IN)
            continue;
        lead = map64_get(&stories, entry->story);
        if (lead != entry)
            fold(lead, entry);
        else if (passed == most)
            entry->out = FEED_COPIES;
        else
            passed++;
    }
    map64_free(&stories);
    return whole;
}

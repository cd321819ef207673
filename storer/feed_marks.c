/* What is neither read nor hidden; what a query has. */
#include "storer/feed.h"
#include "storer/idset.h"

/* keep: the members stay, else they go. */
static bool by_set(struct feed *feed, enum feed_filter filter, const struct idset *set, bool keep,
                   size_t most)
{
    size_t passed = 0;

    for (size_t i = 0; i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i];

        if (feed_stops(feed, i))
            return false;
        if (entry->out != FEED_IN)
            continue;
        if ((set && idset_has(set, entry->item) != keep) || passed == most)
            entry->out = filter;
        else
            passed++;
    }
    return true;
}

bool feed_marks(struct feed *feed, const struct idset *read, const struct idset *hidden,
                size_t most)
{
    return by_set(feed, FEED_MARKS, read, false, most) &&
           by_set(feed, FEED_MARKS, hidden, false, most);
}

bool feed_query(struct feed *feed, const struct idset *set, size_t most)
{
    return by_set(feed, FEED_QUERY, set, true, most);
}

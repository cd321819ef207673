#include "fetcher/feed_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/mem.h"
#include "fetcher/feed_arena.h"

/* Entries by a text, the first of each; open addressing, at most half full. */
struct seen {
    struct feed_entry **slots;
    size_t mask;
};

static void seen_init(struct seen *seen, size_t count)
{
    size_t size = 16;

    while (size < count * 2)
        size *= 2;
    seen->slots = mem_calloc(size, sizeof(*seen->slots));
    seen->mask = size - 1;
}

/* The slot of the first entry with this guid, or the empty one where it would be. */
static struct feed_entry **seen_find(const struct seen *seen, const char *guid)
{
    size_t at = hash_64(guid, strlen(guid)) & seen->mask;

    while (seen->slots[at] && strcmp(seen->slots[at]->guid, guid) != 0)
        at = (at + 1) & seen->mask;
    return &seen->slots[at];
}

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static uint64_t fold(uint64_t hash, const char *text)
{
    return hash_fold(hash, text, text ? strlen(text) : 0);
}

/* A hash of what changes least: title, date and link; of the text where there is no title. */
static void make_guid(struct feed *feed, struct feed_entry *entry)
{
    int64_t date = entry->published_ms != FEED_NO_TIME ? entry->published_ms : entry->updated_ms;
    uint64_t hash = fold(0, entry->link);
    char text[32];

    hash = fold(hash, entry->title);
    /* With a link and a title, a date adds nothing but trouble when it is corrected. */
    if (!entry->link || !entry->title)
        hash = hash_fold(hash, &date, sizeof(date));
    if (!entry->title) {
        hash = fold(hash, entry->summary);
        hash = fold(hash, entry->content);
        hash = fold(hash, entry->author);
        hash = fold(hash, entry->enclosure_count ? entry->enclosures[0].url : NULL);
    }
    snprintf(text, sizeof(text), "weir:%016llx", (unsigned long long)hash);
    entry->guid = feed_arena_copy(feed->arena, text, strlen(text));
}

/* Whether entries without guid can be told apart by their links. */
static bool links_differ(struct feed *feed)
{
    struct seen seen = {0};
    bool differ = true;

    seen_init(&seen, feed->count);
    for (size_t i = 0; i < feed->count && differ; i++) {
        struct feed_entry *entry = &feed->entries[i];
        if (!entry->guid_made || !entry->link)
            continue;
        entry->guid = entry->link;
        struct feed_entry **slot = seen_find(&seen, entry->guid);
        if (*slot)
            differ = same((*slot)->title, entry->title);
        *slot = entry;
    }
    free(seen.slots);
    return differ;
}

/* The link where there is one; in a feed whose entries share links, and without a link, a hash. */
static void make_guids(struct feed *feed)
{
    bool links = false;

    for (size_t i = 0; i < feed->count; i++)
        feed->entries[i].guid_made = feed->entries[i].guid == NULL;
    links = links_differ(feed);
    for (size_t i = 0; i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i];
        if (entry->guid_made && !(links && entry->link))
            make_guid(feed, entry);
    }
}

/* Some feeds give one guid to all entries: where link and title are others, so is the entry. */
static bool is_other(const struct feed_entry *a, const struct feed_entry *b)
{
    return !same(a->link, b->link) && !same(a->title, b->title);
}

static void fold_entries(struct feed *feed)
{
    struct seen seen = {0};
    size_t kept = 0;

    seen_init(&seen, feed->count);
    for (size_t i = 0; i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i];
        struct feed_entry **slot = seen_find(&seen, entry->guid);
        if (*slot && is_other(*slot, entry)) {
            make_guid(feed, entry);
            slot = seen_find(&seen, entry->guid);
        }
        if (*slot)
            continue;
        if (kept != i)
            feed->entries[kept] = *entry;
        *slot = &feed->entries[kept++];
    }
    feed->folded = feed->count - kept;
    feed->count = kept;
    free(seen.slots);
}

void feed_fold(struct feed *feed, bool keep_repeats)
{
    make_guids(feed);
    if (!keep_repeats)
        fold_entries(feed);
}

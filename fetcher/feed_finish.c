#include "fetcher/feed_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/mem.h"
#include "fetcher/feed_arena.h"

static uint64_t fold_text(uint64_t hash, const char *text)
{
    return hash_fold(hash, text, text ? strlen(text) : 0);
}

/* The link where there is one; else a hash of title and date, or of the text where there is no
 * title: what changes least. */
static void make_guid(struct feed *feed, struct feed_entry *entry)
{
    int64_t date = entry->published_ms != FEED_NO_TIME ? entry->published_ms : entry->updated_ms;
    uint64_t hash = 0;
    char text[32];

    entry->guid_made = true;
    if (entry->link) {
        entry->guid = entry->link;
        return;
    }
    hash = fold_text(hash, entry->title);
    hash = hash_fold(hash, &date, sizeof(date));
    if (!entry->title) {
        hash = fold_text(hash, entry->summary);
        hash = fold_text(hash, entry->content);
        hash = fold_text(hash, entry->enclosure_count ? entry->enclosures[0].url : NULL);
    }
    snprintf(text, sizeof(text), "weir:%016llx", (unsigned long long)hash);
    entry->guid = feed_arena_copy(feed->arena, text, strlen(text));
}

/* Keeps the first entry of each guid.  Open addressing, at most half full. */
static void fold_entries(struct feed *feed)
{
    size_t size = 16;
    size_t kept = 0;
    const char **seen = NULL;

    while (size < feed->count * 2)
        size *= 2;
    seen = mem_calloc(size, sizeof(*seen));
    for (size_t i = 0; i < feed->count; i++) {
        const char *guid = feed->entries[i].guid;
        size_t at = hash_64(guid, strlen(guid)) & (size - 1);
        while (seen[at] && strcmp(seen[at], guid) != 0)
            at = (at + 1) & (size - 1);
        if (seen[at])
            continue;
        seen[at] = guid;
        if (kept != i)
            feed->entries[kept] = feed->entries[i];
        kept++;
    }
    feed->folded = feed->count - kept;
    feed->count = kept;
    free(seen);
}

static bool is_atom(enum feed_version version)
{
    return version == FEED_ATOM03 || version == FEED_ATOM10 || version == FEED_ATOM;
}

void feed_finish(struct feed_builder *b)
{
    struct feed *feed = b->feed;

    b->entry = NULL;
    b->depth = 0;
    if (b->period_s)
        feed->update_every_s = b->period_s / b->frequency > 0 ? b->period_s / b->frequency : 1;
    if (!feed->language && b->ctx->content_language)
        feed->language = feed_put_text(b, span_str(b->ctx->content_language));
    for (size_t i = 0; i < feed->count; i++) {
        struct feed_entry *entry = &feed->entries[i];
        if (!entry->guid)
            make_guid(feed, entry);
        /* RFC 4287, 4.2.1: the author of the feed is that of entries without one. */
        if (!entry->author && is_atom(feed->version))
            entry->author = feed->author;
    }
    fold_entries(feed);
}

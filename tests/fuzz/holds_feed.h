/* What holds of a document read as a feed: see holds_document.  Included once by a target. */
#ifndef WEIR_FUZZ_HOLDS_FEED_H
#define WEIR_FUZZ_HOLDS_FEED_H

#include "common/config.h"
#include "common/msg.h"
#include "fetcher/feed.h"
#include "fetcher/item_frame.h"
#include "tests/fuzz/holds.h"

#define HOLDS_ADDRESS "http://example.org/news/feed.xml"

static inline void holds_time(int64_t ms)
{
    if (ms != FEED_NO_TIME && (ms < -62135683200000 || ms > 253402387200000))
        abort();
}

/* Clean, and in one line. */
static inline void holds_line(const char *text)
{
    holds_text(text);
    if (text && (strpbrk(text, "\n\t") || strstr(text, "\xe2\x80\xa8")))
        abort();
}

static inline void holds_entry(const struct feed_entry *entry, size_t longest)
{
    if (!entry->guid || !*entry->guid)
        abort();
    holds_line(entry->guid);
    holds_text(entry->title);
    holds_text(entry->summary);
    holds_text(entry->content);
    holds_line(entry->author);
    holds_line(entry->language);
    holds_address(entry->link);
    holds_address(entry->thumbnail);
    holds_address(entry->comments);
    holds_time(entry->published_ms);
    holds_time(entry->updated_ms);
    if (entry->category_count > 256 || entry->enclosure_count > 256)
        abort();
    for (size_t i = 0; i < entry->category_count; i++)
        holds_line(entry->categories[i]);
    for (size_t i = 0; i < entry->enclosure_count; i++)
        holds_address(entry->enclosures[i].url);
    /* Plain text is escaped when it is kept, so five bytes may stand for one. */
    if (longest && entry->content && strlen(entry->content) > longest * 6)
        abort();
}

static inline void holds_once(const struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++)
        for (size_t k = 0; k < i; k++)
            if (span_eq(feed_entry_guid(&feed->entries[i]), feed_entry_guid(&feed->entries[k])))
                abort();
}

static inline void holds_same(const struct feed *one, const struct feed *other)
{
    if (one->count != other->count || one->version != other->version)
        abort();
    for (size_t i = 0; i < one->count; i++)
        if (strcmp(one->entries[i].guid, other->entries[i].guid) != 0 ||
            feed_entry_revision(&one->entries[i]) != feed_entry_revision(&other->entries[i]))
            abort();
}

/* Each entry makes an item frame that can be read, with clean texts and safe HTML. */
static inline void holds_items(const struct feed *feed)
{
    static struct config *config;
    struct item_scratch scratch = {0};
    struct msg_pool pool = {0};
    struct msg_item item;
    struct buf frame = {0};

    if (!config)
        config = config_create();
    for (size_t i = 0; i < feed->count; i++) {
        buf_clear(&frame);
        item_frame_write(config, feed, &feed->entries[i], HOLDS_ADDRESS, 0, &scratch, &frame);
        msg_pool_reset(&pool);
        if (msg_item_read(buf_span(&frame), &pool, &item))
            abort();
        holds_html(item.content);
        holds_text_n(item.text);
        holds_text_n(item.title);
        if (memchr(item.title.n ? item.title.p : "", '\n', item.title.n))
            abort();
    }
    buf_free(&frame);
    msg_pool_free(&pool);
    item_scratch_free(&scratch);
}

static inline void holds_feed(const struct feed *feed, size_t longest)
{
    holds_text(feed->title);
    holds_text(feed->description);
    holds_text(feed->language);
    holds_text(feed->author);
    holds_text(feed->id);
    holds_address(feed->link);
    holds_address(feed->image);
    holds_address(feed->self);
    holds_address(feed->hub);
    holds_address(feed->next);
    holds_address(feed->new_url);
    for (size_t i = 0; i < feed->alternate_count; i++)
        holds_address(feed->alternates[i].url);
    for (size_t i = 0; i < feed->count; i++)
        holds_entry(&feed->entries[i], longest);
    holds_once(feed);
    holds_items(feed);
}

/* The first byte says how much may be kept, the rest is a document of this media type.  Strings are
 * clean, addresses http or https, ids there and each once, counts within their bounds; a second
 * reading gives the same; each entry makes an item. */
static inline int holds_document(const uint8_t *data, size_t size, const char *type)
{
    size_t n = size ? data[0] : 0;
    struct feed_context context = {.url = HOLDS_ADDRESS,
                                   .content_type = type,
                                   .max_entries = 1 + n % 16,
                                   .max_entry_bytes = 64 * (n / 16)};
    struct span body = size ? span_of(data + 1, size - 1) : span_of(NULL, 0);
    struct feed *feed = NULL, *again = NULL;
    enum feed_status status = feed_parse(body, &context, &feed);

    if (feed_parse(body, &context, &again) != status || (status != FEED_OK && feed->count))
        abort();
    if (feed->count > context.max_entries)
        abort();
    holds_feed(feed, context.max_entry_bytes);
    holds_same(feed, again);
    feed_destroy(&feed);
    feed_destroy(&again);
    return 0;
}

#endif

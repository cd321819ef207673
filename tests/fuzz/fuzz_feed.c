/* The first byte says how much may be kept, the rest is a document.  All strings are clean, ids are
 * there and each is there once, a second reading gives the same, and each entry makes an item frame
 * that can be read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "fetcher/feed.h"
#include "fetcher/item_frame.h"

#define ADDRESS "http://example.org/news/feed.xml"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const char *text)
{
    const char *p = text, *end = text ? text + strlen(text) : p;

    while (p < end) {
        uint32_t c;
        p += utf8_next(p, end, &c);
        if (c == UTF8_BAD || !utf8_is_text(c))
            abort();
    }
}

static void must_be_address(const char *text)
{
    must_be_text(text);
    if (text && *text && strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
        abort();
}

static void must_be_entry(const struct feed_entry *entry)
{
    if (!entry->guid || !*entry->guid)
        abort();
    must_be_text(entry->guid);
    must_be_text(entry->title);
    must_be_text(entry->summary);
    must_be_text(entry->content);
    must_be_text(entry->author);
    must_be_text(entry->language);
    must_be_address(entry->link);
    must_be_address(entry->thumbnail);
    must_be_address(entry->comments);
    for (size_t i = 0; i < entry->category_count; i++)
        must_be_text(entry->categories[i]);
    for (size_t i = 0; i < entry->enclosure_count; i++)
        must_be_address(entry->enclosures[i].url);
}

static void must_be_once(const struct feed *feed)
{
    for (size_t i = 0; i < feed->count; i++)
        for (size_t k = 0; k < i; k++)
            if (span_eq(feed_entry_guid(&feed->entries[i]), feed_entry_guid(&feed->entries[k])))
                abort();
}

static void must_be_same(const struct feed *one, const struct feed *other)
{
    if (one->count != other->count || one->version != other->version)
        abort();
    for (size_t i = 0; i < one->count; i++)
        if (strcmp(one->entries[i].guid, other->entries[i].guid) != 0 ||
            feed_entry_revision(&one->entries[i]) != feed_entry_revision(&other->entries[i]))
            abort();
}

static void must_make_items(const struct feed *feed)
{
    struct config *config = config_create();
    struct item_scratch scratch = {0};
    struct msg_pool pool = {0};
    struct msg_item item;
    struct buf frame = {0};

    for (size_t i = 0; i < feed->count; i++) {
        buf_clear(&frame);
        item_frame_write(config, feed, &feed->entries[i], ADDRESS, 0, &scratch, &frame);
        msg_pool_reset(&pool);
        if (msg_item_read(buf_span(&frame), &pool, &item))
            abort();
    }
    buf_free(&frame);
    msg_pool_free(&pool);
    item_scratch_free(&scratch);
    config_destroy(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = size ? data[0] : 0;
    struct feed_context context = {
        .url = ADDRESS, .max_entries = 1 + n % 16, .max_entry_bytes = 64 * (n / 16)};
    struct span body = size ? span_of(data + 1, size - 1) : span_of(NULL, 0);
    struct feed *feed = NULL;
    struct feed *again = NULL;
    enum feed_status status = feed_parse(body, &context, &feed);

    if (feed_parse(body, &context, &again) != status || (status != FEED_OK && feed->count))
        abort();
    if (feed->count > context.max_entries)
        abort();
    must_be_text(feed->title);
    must_be_text(feed->description);
    must_be_address(feed->link);
    for (size_t i = 0; i < feed->alternate_count; i++)
        must_be_address(feed->alternates[i].url);
    for (size_t i = 0; i < feed->count; i++)
        must_be_entry(&feed->entries[i]);
    must_be_once(feed);
    must_be_same(feed, again);
    must_make_items(feed);
    feed_destroy(&feed);
    feed_destroy(&again);
    return 0;
}

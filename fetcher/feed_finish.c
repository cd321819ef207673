#include "fetcher/feed_build.h"

#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"
#include "fetcher/feed_arena.h"
#include "fetcher/html.h"

enum {
    TITLE_FROM_BYTES = 2048, /* of a text, looked at for a title */
    TITLE_BYTES = 120        /* of a title that is made */
};

static bool is_rss(enum feed_version version)
{
    return version <= FEED_RSS || version == FEED_CDF;
}

/* The length of text cut before a word, at most TITLE_BYTES. */
static size_t title_length(const struct buf *text)
{
    size_t n = TITLE_BYTES;

    if (text->len <= TITLE_BYTES)
        return text->len;
    while (n && text->data[n] != ' ')
        n--;
    return n ? n : utf8_clip(buf_span(text), TITLE_BYTES).n;
}

static void make_title(struct feed_builder *b, struct feed_entry *entry)
{
    struct span from = span_str(entry->summary ? entry->summary : entry->content);
    struct buf text = {0};
    struct buf html = {0};
    size_t n = 0;

    from.n = from.n < TITLE_FROM_BYTES ? from.n : TITLE_FROM_BYTES;
    html_text(from, &text);
    n = title_length(&text);
    feed_markup_escape(&html, span_of(text.data, n));
    if (n < text.len)
        buf_adds(&html, "…");
    entry->title = feed_put_text(b, buf_span(&html));
    entry->title_made = entry->title != NULL;
    buf_free(&text);
    buf_free(&html);
}

static void newer(int64_t *ms, int64_t other)
{
    if (other != FEED_NO_TIME && other > *ms)
        *ms = other;
}

/* Of the newest entry. */
struct newest {
    int64_t any_ms, published_ms;
};

static bool is_http(const char *guid)
{
    return guid && (strncmp(guid, "http://", 7) == 0 || strncmp(guid, "https://", 8) == 0);
}

static void finish_entry(struct feed_builder *b, struct feed_entry *entry, struct newest *newest)
{
    struct feed *feed = b->feed;

    /* RFC 4287, 4.2.1, and JSON Feed: the author of the feed is that of entries without one. */
    if (!entry->author && !is_rss(feed->version))
        entry->author = feed->author;
    /* Many ids of Atom and JSON Feed are the address of the entry, and some entries give no other.
     */
    if (!entry->link && !is_rss(feed->version) && is_http(entry->guid))
        entry->link = feed_put_address(b, span_str(entry->guid));
    newer(&newest->any_ms, entry->updated_ms);
    newer(&newest->any_ms, entry->published_ms);
    newer(&newest->published_ms, entry->published_ms);
}

/* JSON Feed has no dates of its own, so those of its entries are all there is. */
static void finish_dates(struct feed *feed, const struct newest *newest)
{
    if (feed->updated_ms == FEED_NO_TIME && feed->published_ms == FEED_NO_TIME)
        feed->updated_ms = newest->any_ms;
    if (feed->version == FEED_JSON10 || feed->version == FEED_JSON11)
        feed->published_ms = newest->published_ms;
}

void feed_finish(struct feed_builder *b)
{
    struct feed *feed = b->feed;
    struct newest newest = {FEED_NO_TIME, FEED_NO_TIME};

    b->entry = NULL;
    b->depth = 0;
    if (b->period_s)
        feed->update_every_s = b->period_s / b->frequency > 0 ? b->period_s / b->frequency : 1;
    if (!feed->language && b->ctx->content_language)
        feed->language = feed_put_text(b, span_str(b->ctx->content_language));
    for (size_t i = 0; i < feed->count; i++)
        finish_entry(b, &feed->entries[i], &newest);
    finish_dates(feed, &newest);
    feed_fold(feed, b->ctx->keep_repeats);
    /* After folding, for an id must not depend on how a title is made. */
    for (size_t i = 0; i < feed->count; i++)
        if (!feed->entries[i].title)
            make_title(b, &feed->entries[i]);
}

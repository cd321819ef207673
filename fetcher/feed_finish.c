#include "fetcher/feed_build.h"

static bool is_rss(enum feed_version version)
{
    return version <= FEED_RSS || version == FEED_CDF;
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
    /* RFC 4287, 4.2.1, and JSON Feed: the author of the feed is that of entries without one. */
    for (size_t i = 0; i < feed->count && !is_rss(feed->version); i++)
        if (!feed->entries[i].author)
            feed->entries[i].author = feed->author;
    feed_fold(feed, b->ctx->keep_repeats);
}

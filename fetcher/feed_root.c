#include "fetcher/feed_build.h"

#include <string.h>

static enum feed_version rss_version(struct span version)
{
    static const struct {
        const char *text;
        enum feed_version version;
    } known[] = {{"0.90", FEED_RSS090}, {"0.91", FEED_RSS091}, {"0.92", FEED_RSS092},
                 {"0.93", FEED_RSS093}, {"0.94", FEED_RSS094}, {"2", FEED_RSS20},
                 {"1.0", FEED_RSS10},   {"1.1", FEED_RSS10}};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        size_t n = strlen(known[i].text);
        if (version.n >= n && memcmp(version.p, known[i].text, n) == 0)
            return known[i].version;
    }
    return FEED_RSS;
}

static enum feed_version atom_version(const struct feed_element *element)
{
    struct span version = feed_attr(element, "version");

    if (element->ns == NS_ATOM10)
        return FEED_ATOM10;
    if (element->ns == NS_ATOM03)
        return FEED_ATOM03;
    if (span_eq(version, span_str("1.0")))
        return FEED_ATOM10;
    if (span_eq(version, span_str("0.3")))
        return FEED_ATOM03;
    return FEED_ATOM;
}

void feed_root(struct feed_builder *b, const struct feed_element *element)
{
    struct feed *feed = b->feed;

    if (b->frames[b->depth].lang)
        feed_put(b, FIELD_LANGUAGE, 1, span_str(b->frames[b->depth].lang));
    switch (element->tag) {
    case TAG_rss:
        feed->version = rss_version(feed_attr(element, "version"));
        break;
    case TAG_rdf:
        feed->version = FEED_RSS10;
        break;
    case TAG_feed:
    case TAG_entry:
        feed->version = atom_version(element);
        break;
    case TAG_channel:
        feed->version = element->ns == NS_CORE ? FEED_CDF : FEED_RSS;
        break;
    case TAG_item:
        feed->version = FEED_RSS;
        break;
    default:
        break;
    }
}

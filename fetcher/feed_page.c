#include "fetcher/feed_build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetcher/feed_arena.h"
#include "fetcher/feed_repair.h"
#include "fetcher/html.h"

enum {
    LOOK_BYTES = 1024 * 1024, /* links stand in the head of a page */
    ALTERNATES_MAX = 64,
    TAG_BYTES = 4096
};

/* The value of an attribute in attrs, as feed_repair_attrs () writes them; character references
 * are read.  Empty where there is none. */
static void value_of(const struct buf *attrs, const char *name, struct buf *out)
{
    size_t n = strlen(name);

    buf_clear(out);
    for (const char *p = attrs->data; p && (p = strchr(p, ' ')); p++) {
        const char *quote = strstr(p, "=\"");
        const char *end = quote ? strchr(quote + 2, '"') : NULL;
        if (!end)
            return;
        if ((size_t)(quote - p - 1) == n && strncasecmp(p + 1, name, n) == 0) {
            html_text(span_of(quote + 2, (size_t)(end - quote - 2)), out);
            return;
        }
        p = end;
    }
}

static bool is_feed_type(const char *type)
{
    static const char *const types[] = {"application/rss+xml",
                                        "application/atom+xml",
                                        "application/rdf+xml",
                                        "application/feed+json",
                                        "application/json",
                                        "application/xml",
                                        "text/xml"};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strncasecmp(type, types[i], strlen(types[i])) == 0)
            return true;
    return false;
}

static void take_link(struct feed_builder *b, const struct buf *attrs)
{
    struct feed *feed = b->feed;
    struct feed_alternate *alternate = NULL;
    struct buf value = {0};
    const char *type = NULL;
    const char *url = NULL;

    value_of(attrs, "rel", &value);
    if (!value.len || !strcasestr(value.data, "alternate"))
        goto out;
    value_of(attrs, "type", &value);
    if (!value.len || !is_feed_type(value.data))
        goto out;
    type = feed_put_text(b, buf_span(&value));
    value_of(attrs, "href", &value);
    url = feed_put_address(b, buf_span(&value));
    if (!url || feed->alternate_count == ALTERNATES_MAX)
        goto out;
    value_of(attrs, "title", &value);
    feed->alternates =
        feed_arena_grow(feed->arena, feed->alternates, feed->alternate_count, sizeof(*alternate));
    alternate = &feed->alternates[feed->alternate_count++];
    *alternate = (struct feed_alternate){
        .url = url, .type = type, .title = feed_put_text(b, buf_span(&value))};
out:
    buf_free(&value);
}

static void take_base(struct feed_builder *b, const struct buf *attrs)
{
    struct buf value = {0};
    const char *base = NULL;

    value_of(attrs, "href", &value);
    base = feed_put_address(b, buf_span(&value));
    if (base)
        b->frames[0].base = base;
    buf_free(&value);
}

void feed_page_read(struct feed_builder *b, struct span text)
{
    const char *p = text.p;
    const char *end = text.p + (text.n < LOOK_BYTES ? text.n : LOOK_BYTES);
    struct buf attrs = {0};
    bool closed = false;

    while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
        struct span name = feed_repair_name(span_of(p + 1, (size_t)(end - p - 1)));
        bool link = name.n == 4 && strncasecmp(name.p, "link", 4) == 0;
        bool base = name.n == 4 && strncasecmp(name.p, "base", 4) == 0;
        p += 1 + name.n;
        if (!link && !base)
            continue;
        buf_clear(&attrs);
        size_t n = end - p < TAG_BYTES ? (size_t)(end - p) : TAG_BYTES;
        if (feed_repair_attrs(span_of(p, n), &attrs, &closed) == 0)
            continue;
        if (link)
            take_link(b, &attrs);
        else
            take_base(b, &attrs);
    }
    buf_free(&attrs);
}

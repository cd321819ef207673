#include "fetcher/feed_build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "fetcher/discover.h"
#include "fetcher/feed_arena.h"
#include "fetcher/feed_repair.h"
#include "fetcher/html.h"

enum {
    LOOK_BYTES = 1024 * 1024, /* links stand in the head of a page */
    ALTERNATES_MAX = 64,
    ANCHORS_MAX = 64,
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

    size_t n = strcspn(type, "; \t");

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strlen(types[i]) == n && strncasecmp(type, types[i], n) == 0)
            return true;
    return false;
}

/* Whether rel, a list of words, has this one. */
static bool has_word(const char *rel, const char *word)
{
    size_t n = strlen(word);

    for (const char *p = rel; *p; p += strcspn(p, " \t\n")) {
        p += strspn(p, " \t\n");
        if (strcspn(p, " \t\n") == n && strncasecmp(p, word, n) == 0)
            return true;
    }
    return false;
}

/* An address, with the scheme that says no more than that it is a feed taken off. */
static const char *read_address(struct feed_builder *b, const struct buf *attrs, struct buf *value)
{
    struct span ref = span_of(NULL, 0);

    value_of(attrs, "href", value);
    ref = buf_span(value);
    if (ref.n > 5 && strncasecmp(ref.p, "feed:", 5) == 0) {
        ref = span_after(ref, 5);
        if (ref.n > 2 && memcmp(ref.p, "//", 2) == 0) {
            char *text = mem_printf("http:%.*s", (int)ref.n, ref.p);
            const char *url = feed_put_address(b, span_str(text));

            free(text);
            return url;
        }
    }
    return feed_put_address(b, ref);
}

static void append(struct feed_builder *b, struct feed_alternate **list, size_t *count,
                   struct feed_alternate one)
{
    *list = feed_arena_grow(b->feed->arena, *list, *count, sizeof(one));
    (*list)[(*count)++] = one;
}

/* rel="alternate" with the type of a feed (or an address that looks like one, where there is no
 * type), and rel="feed". */
static void take_link(struct feed_builder *b, const struct buf *attrs)
{
    struct feed *feed = b->feed;
    struct feed_alternate one = {0};
    struct buf value = {0};
    bool is_feed = false;

    value_of(attrs, "rel", &value);
    is_feed = value.len && has_word(value.data, "feed");
    if (!is_feed && !(value.len && has_word(value.data, "alternate")))
        goto out;
    value_of(attrs, "type", &value);
    if (value.len && !is_feed && !is_feed_type(value.data))
        goto out;
    one.type = feed_put_text(b, buf_span(&value));
    one.url = read_address(b, attrs, &value);
    if (!one.url || feed->alternate_count == ALTERNATES_MAX ||
        (!one.type && !is_feed && !discover_looks_like_feed(one.url)))
        goto out;
    value_of(attrs, "title", &value);
    one.title = feed_put_text(b, buf_span(&value));
    append(b, &feed->alternates, &feed->alternate_count, one);
out:
    buf_free(&value);
}

/* Most links need not even be resolved. */
static bool may_be_feed(const char *ref)
{
    return strcasestr(ref, "feed") || strcasestr(ref, "rss") || strcasestr(ref, "xml") ||
           strcasestr(ref, "atom") || strcasestr(ref, "rdf");
}

static void take_anchor(struct feed_builder *b, const struct buf *attrs)
{
    struct feed_alternate one = {0};
    struct buf value = {0};

    if (b->feed->anchor_count == ANCHORS_MAX)
        return;
    value_of(attrs, "href", &value);
    if (value.len == 0 || !may_be_feed(value.data))
        goto out;
    one.url = read_address(b, attrs, &value);
    if (!one.url || !discover_looks_like_feed(one.url))
        goto out;
    value_of(attrs, "title", &value);
    one.title = feed_put_text(b, buf_span(&value));
    append(b, &b->feed->anchors, &b->feed->anchor_count, one);
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

static bool is(struct span name, const char *word)
{
    return name.n == strlen(word) && strncasecmp(name.p, word, name.n) == 0;
}

/* Reads one tag, from behind its name; returns the bytes read, 0 where it is none. */
static size_t take_tag(struct feed_builder *b, struct span name, struct span rest,
                       struct buf *attrs)
{
    bool closed = false;
    size_t n = 0;

    buf_clear(attrs);
    n = feed_repair_attrs(span_of(rest.p, rest.n < TAG_BYTES ? rest.n : TAG_BYTES), attrs, &closed);
    if (n == 0)
        return 0;
    if (is(name, "link"))
        take_link(b, attrs);
    else if (is(name, "base"))
        take_base(b, attrs);
    else
        take_anchor(b, attrs);
    return n;
}

/* Behind the comment at p; where it has no end, behind its beginning. */
static const char *behind_comment(const char *p, const char *end, bool *endless)
{
    const char *close = *endless ? NULL : memmem(p, (size_t)(end - p), "-->", 3);

    *endless = !close;
    return close ? close + 3 : p;
}

void feed_page_read(struct feed_builder *b, struct span text)
{
    const char *p = text.p;
    const char *end = text.p + (text.n < LOOK_BYTES ? text.n : LOOK_BYTES);
    struct buf attrs = {0};
    bool endless = false;

    while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
        struct span name = feed_repair_name(span_of(p + 1, (size_t)(end - p - 1)));

        if (end - p > 4 && memcmp(p, "<!--", 4) == 0) {
            p = behind_comment(p + 4, end, &endless);
            continue;
        }
        p += 1 + name.n;
        if (is(name, "link") || is(name, "base") || is(name, "a"))
            p += take_tag(b, name, span_of(p, (size_t)(end - p)), &attrs);
    }
    buf_free(&attrs);
}

#include "fetcher/feed_build.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fetcher/feed_repair.h"

/* What is open, outermost first.  Deeper elements lose their tags and keep their text. */
enum { OPEN_MAX = FEED_DEPTH_MAX };

/* Ends that may be missing from the rest of the text: looked for once, so that time stays linear.
 */
enum end { END_COMMENT, END_CDATA, END_SUBSET, END_TAG, END_COUNT };

enum {
    TAG_BYTES = 64 * 1024, /* the longest tag; after */
    FAILED_MAX = 1000,     /* so many that did not end, */
    TAG_BYTES_WARY = 256   /* this is */
};

struct repair {
    const char *p;
    const char *end;
    struct buf *out;
    struct span open[OPEN_MAX];
    size_t depth;
    bool missing[END_COUNT];
    unsigned failed;
};

static bool same(struct span a, struct span b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static bool one_of(struct span name, const char *const *names)
{
    for (; *names; names++)
        if (same(name, span_str(*names)))
            return true;
    return false;
}

static bool at(const struct repair *r, const char *text)
{
    size_t n = strlen(text);

    return (size_t)(r->end - r->p) >= n && memcmp(r->p, text, n) == 0;
}

static const char *find(struct repair *r, enum end which)
{
    static const char *const texts[END_COUNT] = {"-->", "]]>", "]>", ">"};
    const char *found = NULL;

    if (!r->missing[which] && which == END_TAG)
        found = memchr(r->p, '>', (size_t)(r->end - r->p));
    else if (!r->missing[which])
        found = memmem(r->p, (size_t)(r->end - r->p), texts[which], strlen(texts[which]));
    r->missing[which] = found == NULL;
    return found;
}

static void close_one(struct repair *r)
{
    struct span name = r->open[--r->depth];

    buf_adds(r->out, "</");
    buf_add(r->out, name.p, name.n);
    buf_addc(r->out, '>');
}

static void add_text(struct repair *r, struct span text)
{
    if (r->depth)
        feed_repair_text(text, r->out);
}

/* A "<" that begins nothing. */
static void add_stray(struct repair *r)
{
    add_text(r, span_of(r->p, 1));
    r->p++;
}

/* Without an end, it ends where the element around it does. */
static void take_cdata(struct repair *r)
{
    const char *close = find(r, END_CDATA);
    size_t skip = 3;

    if (!close && r->depth) {
        struct buf tag = {0};
        struct span name = r->open[r->depth - 1];
        buf_printf(&tag, "</%.*s", (int)name.n, name.p);
        close = memmem(r->p, (size_t)(r->end - r->p), tag.data, tag.len);
        skip = 0;
        buf_free(&tag);
    }
    if (!close) {
        close = r->end;
        skip = 0;
    }
    if (r->depth) {
        buf_add(r->out, r->p, (size_t)(close - r->p));
        buf_adds(r->out, "]]>");
    }
    r->p = close + skip;
}

/* Comments, instructions and the document type are left out. */
static void skip_to(struct repair *r, enum end which, size_t length)
{
    const char *found = find(r, which);

    if (found)
        r->p = found + length;
    else
        add_stray(r);
}

static void skip_doctype(struct repair *r)
{
    const char *close = find(r, END_TAG);
    const char *subset = close ? memchr(r->p, '[', (size_t)(close - r->p)) : NULL;

    if (subset) {
        r->p = subset;
        close = find(r, END_SUBSET);
        close = close ? close + 1 : NULL;
    }
    r->p = close ? close + 1 : r->end;
}

static void take_end(struct repair *r)
{
    struct span name = {0};
    size_t i = 0;

    r->p += 2;
    name = feed_repair_name(span_of(r->p, (size_t)(r->end - r->p)));
    r->p += name.n;
    /* An end tag that was not finished ends where the next tag begins. */
    while (r->p < r->end && *r->p != '>' && *r->p != '<')
        r->p++;
    if (r->p < r->end && *r->p == '>')
        r->p++;
    for (i = r->depth; i > 0 && !same(r->open[i - 1], name); i--)
        ;
    /* The root stays open until the text ends: what follows too early an end is not lost. */
    while (i > 1 && r->depth >= i)
        close_one(r);
}

static bool is_container(struct span name)
{
    static const char *const names[] = {"channel", "rss",   "rdf:RDF",   "RDF",
                                        "feed",    "items", "atom:feed", NULL};

    return one_of(name, names);
}

/* An entry ends what was open before it, and a field ends a link that was left open. */
static void close_implied(struct repair *r, struct span name)
{
    static const char *const entries[] = {"item", "entry", "atom:entry", NULL};
    static const char *const fields[] = {"title",   "link",     "description", "pubDate",   "guid",
                                         "author",  "category", "updated",     "published", "id",
                                         "summary", "content",  NULL};
    static const char *const shorts[] = {"link", "guid", "pubDate", "title", NULL};
    size_t keep = r->depth;

    if (one_of(name, entries)) {
        while (keep && !is_container(r->open[keep - 1]))
            keep--;
        while (keep && r->depth > keep)
            close_one(r);
    } else if (r->depth && one_of(name, fields) && one_of(r->open[r->depth - 1], shorts)) {
        close_one(r);
    }
}

static bool is_void(struct span name)
{
    static const char *const names[] = {"br",  "img", "hr",    "input", "meta", "area",
                                        "col", "wbr", "embed", "param", NULL};

    return one_of(name, names);
}

static void take_start(struct repair *r)
{
    struct span rest = span_of(r->p + 1, (size_t)(r->end - r->p - 1));
    struct span name = feed_repair_name(rest);
    struct buf attrs = {0};
    bool closed = false;
    size_t n = 0;

    rest = span_of(rest.p + name.n, rest.n - name.n);
    size_t limit = r->failed < FAILED_MAX ? TAG_BYTES : TAG_BYTES_WARY;
    rest.n = rest.n < limit ? rest.n : limit;
    if (name.n) {
        n = feed_repair_attrs(rest, &attrs, &closed);
        r->failed += n == 0;
    }
    if (n == 0) {
        add_stray(r);
        buf_free(&attrs);
        return;
    }
    r->p = rest.p + n;
    close_implied(r, name);
    closed |= is_void(name);
    if (r->depth < OPEN_MAX) {
        buf_addc(r->out, '<');
        buf_add(r->out, name.p, name.n);
        buf_add(r->out, attrs.data, attrs.len);
        buf_adds(r->out, closed && r->depth ? "/>" : ">");
        if (!closed || r->depth == 0)
            r->open[r->depth++] = name;
    }
    buf_free(&attrs);
}

static void take_tag(struct repair *r)
{
    if (at(r, "<!--"))
        skip_to(r, END_COMMENT, 3);
    else if (at(r, "<![CDATA["))
        take_cdata(r);
    else if (at(r, "<?"))
        skip_to(r, END_TAG, 1);
    else if (at(r, "<!"))
        skip_doctype(r);
    else if (at(r, "</"))
        take_end(r);
    else
        take_start(r);
}

void feed_repair(struct span text, struct buf *out)
{
    struct repair r = {.p = text.p, .end = text.p + text.n, .out = out};

    while (r.p < r.end) {
        const char *tag = memchr(r.p, '<', (size_t)(r.end - r.p));
        tag = tag ? tag : r.end;
        add_text(&r, span_of(r.p, (size_t)(tag - r.p)));
        r.p = tag;
        if (r.p < r.end)
            take_tag(&r);
    }
    while (r.depth)
        close_one(&r);
}

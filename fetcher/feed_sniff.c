#include "fetcher/feed_sniff.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fetcher/feed_repair.h"

enum { LOOK_BYTES = 64 * 1024 };

static bool starts(struct span text, const char *word)
{
    size_t n = strlen(word);

    return text.n >= n && strncasecmp(text.p, word, n) == 0;
}

static struct span skip_space(struct span text)
{
    while (text.n && isspace((unsigned char)*text.p))
        text = span_of(text.p + 1, text.n - 1);
    return text;
}

static struct span skip_past(struct span text, const char *end)
{
    const char *found = memmem(text.p, text.n, end, strlen(end));
    size_t n = found ? (size_t)(found - text.p) + strlen(end) : text.n;

    return span_of(text.p + n, text.n - n);
}

struct span feed_sniff_root(struct span text)
{
    for (;;) {
        text = skip_space(text);
        if (starts(text, "<!--"))
            text = skip_past(text, "-->");
        else if (starts(text, "<?"))
            text = skip_past(text, "?>");
        else if (starts(text, "<!doctype html"))
            return span_str("html");
        else if (starts(text, "<!")) {
            const char *close = memchr(text.p, '>', text.n);
            bool subset = close && memchr(text.p, '[', (size_t)(close - text.p));
            text = skip_past(text, subset ? "]>" : ">");
        } else {
            break;
        }
    }
    return starts(text, "<") ? feed_repair_name(span_of(text.p + 1, text.n - 1)) : (struct span){0};
}

static bool is_one_of(struct span name, const char *const *names)
{
    const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;

    if (colon)
        name = span_of(colon + 1, (size_t)(name.p + name.n - colon - 1));
    for (; *names; names++)
        if (name.n == strlen(*names) && strncasecmp(name.p, *names, name.n) == 0)
            return true;
    return false;
}

/* The place of the first tag of a feed in the head of the text; NULL = none. */
static const char *find_feed(struct span text)
{
    static const char *const tags[] = {"<rss", "<feed", "<rdf:RDF", "<channel", "<atom:feed"};
    const char *end = text.p + (text.n < LOOK_BYTES ? text.n : LOOK_BYTES);

    for (const char *p = text.p; p < end && (p = memchr(p, '<', (size_t)(end - p))); p++)
        for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
            if (starts(span_of(p, (size_t)(end - p)), tags[i]))
                return p;
    return NULL;
}

enum feed_sniff feed_sniff(struct span *text)
{
    static const char *const pages[] = {"html", "head", "body", "script", "meta",  "title",
                                        "div",  "p",    "h1",   "center", "table", NULL};
    struct span root = {0};
    const char *feed = NULL;

    *text = skip_space(*text);
    if (text->n == 0)
        return FEED_SNIFF_EMPTY;
    if (*text->p == '{')
        return FEED_SNIFF_JSON;
    root = feed_sniff_root(*text);
    if (root.n && !is_one_of(root, pages))
        return FEED_SNIFF_XML;
    feed = find_feed(*text);
    if (feed && !is_one_of(root, (const char *const[]){"html", NULL})) {
        *text = span_of(feed, (size_t)(text->p + text->n - feed));
        return FEED_SNIFF_XML;
    }
    if (root.n || memmem(text->p, text->n < LOOK_BYTES ? text->n : LOOK_BYTES, "<html", 5))
        return FEED_SNIFF_PAGE;
    return FEED_SNIFF_OTHER;
}

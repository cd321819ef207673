#include "fetcher/feed_ends.h"

#include <string.h>

#include "fetcher/feed_repair.h"
#include "fetcher/feed_sniff.h"

/* A name without its prefix. */
static struct span local(struct span name)
{
    const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;

    return colon ? span_of(colon + 1, (size_t)(span_end(name) - colon - 1)) : name;
}

/* The last place of "<" in the text; NULL = none. */
static const char *last_tag(struct span text)
{
    return text.n ? memrchr(text.p, '<', text.n) : NULL;
}

/* From the end: the root's end tag, or the first that tells on which side of an entry the end is.
 */
static enum feed_ends xml_ends(struct span text)
{
    struct span root = feed_sniff_root(text);
    enum feed_ends found = FEED_ENDS_WHOLE;
    const char *p = NULL;

    for (struct span rest = text; (p = last_tag(rest));
         rest = span_of(text.p, (size_t)(p - text.p))) {
        bool end = p + 1 < span_end(text) && p[1] == '/';
        const char *begin = p + (end ? 2 : 1);
        struct span name = feed_repair_name(span_of(begin, (size_t)(span_end(text) - begin)));

        if (end && span_eq(name, root))
            return FEED_ENDS_WHOLE;
        name = local(name);
        if (found == FEED_ENDS_WHOLE &&
            (span_eq(name, span_str("item")) || span_eq(name, span_str("entry"))))
            found = end ? FEED_ENDS_EARLY : FEED_ENDS_WITHIN;
    }
    return found == FEED_ENDS_WHOLE ? FEED_ENDS_EARLY : found;
}

/* Brackets that are still open, or a string: what was not finished has not been read. */
static enum feed_ends json_ends(struct span text)
{
    size_t depth = 0;
    bool string = false;

    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (string && c == '\\')
            i++;
        else if (c == '"')
            string = !string;
        else if (!string && (c == '{' || c == '['))
            depth++;
        else if (!string && (c == '}' || c == ']') && depth)
            depth--;
    }
    return depth || string ? FEED_ENDS_EARLY : FEED_ENDS_WHOLE;
}

enum feed_ends feed_ends(struct span text)
{
    return text.n && *text.p == '{' ? json_ends(text) : xml_ends(text);
}

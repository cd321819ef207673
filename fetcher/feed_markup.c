#include "fetcher/feed_build.h"

#include <string.h>
#include <strings.h>

static bool is_void(const char *name)
{
    static const char *const names[] = {"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                        "input", "link", "meta", "param", "source", "track", "wbr"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((*name | 0x20) == *names[i] && strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

static const unsigned char ESCAPED[256] = {['&'] = 1, ['<'] = 1, ['>'] = 1, ['"'] = 1};

enum { BLOCK = 16 }; /* bytes looked at together */

/* Without a branch inside, so that compilers make vector code of it. */
static bool block_has_escaped(const char *p)
{
    unsigned char found = 0;

    for (size_t i = 0; i < BLOCK; i++)
        found = (unsigned char)(found |
                                ((p[i] == '&') | (p[i] == '<') | (p[i] == '>') | (p[i] == '"')));
    return found;
}

void feed_markup_escape(struct buf *out, struct span text)
{
    const char *end = span_end(text);

    for (const char *p = text.p; p < end; p++) {
        const char *run = p;
        while (end - p >= BLOCK && !block_has_escaped(p))
            p += BLOCK;
        while (p < end && !ESCAPED[(unsigned char)*p])
            p++;
        buf_add(out, run, (size_t)(p - run));
        if (p == end)
            break;
        buf_adds(out, *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : "&quot;");
    }
}

static bool is_address(const char *name)
{
    static const char *const names[] = {"href", "src", "cite", "longdesc", "poster", "action"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

void feed_markup_open(struct feed_builder *b, const struct feed_element *element)
{
    struct buf *out = &b->capture.text;
    const char *base = b->frames[b->depth].base;

    buf_addc(out, '<');
    buf_adds(out, element->name);
    for (size_t i = 0; i < element->attr_count; i++) {
        const struct feed_attr *attr = &element->attrs[i];
        struct span value = attr->value;
        if (attr->ns != NS_CORE)
            continue;
        /* An xml:base inside the text is lost with its element's prefix, so it is applied here. */
        if (base != b->frames[b->capture.depth].base && is_address(attr->name)) {
            const char *address = feed_put_address(b, value);
            value = address ? span_str(address) : value;
        }
        buf_addc(out, ' ');
        buf_adds(out, attr->name);
        buf_adds(out, "=\"");
        feed_markup_escape(out, value);
        buf_addc(out, '"');
    }
    buf_addc(out, '>');
}

void feed_markup_close(struct feed_builder *b, const char *name)
{
    if (is_void(name))
        return;
    buf_adds(&b->capture.text, "</");
    buf_adds(&b->capture.text, name);
    buf_addc(&b->capture.text, '>');
}

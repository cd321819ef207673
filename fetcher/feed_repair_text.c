#include "fetcher/feed_repair.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { REFERENCE_MAX = 32, ATTRS_MAX = 64 };

/* The number that a reference "#..." stands for, where XML has such a character; else 0. */
static unsigned long numeric(const char *name)
{
    char *end = NULL;
    bool hex = name[1] == 'x' || name[1] == 'X';
    unsigned long c = 0;

    if (!isxdigit((unsigned char)name[hex ? 2 : 1]))
        return 0;
    c = strtoul(name + (hex ? 2 : 1), &end, hex ? 16 : 10);
    if (*end || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff)
        return 0;
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r' ? c : 0;
}

/* text begins with "&".  Appends a reference and returns its length, or 0. */
static size_t reference(struct span text, struct buf *out)
{
    const char *semicolon = memchr(text.p, ';', text.n < REFERENCE_MAX ? text.n : REFERENCE_MAX);
    const htmlEntityDesc *known = NULL;
    char name[REFERENCE_MAX];
    size_t n = semicolon ? (size_t)(semicolon - text.p - 1) : 0;
    unsigned long c = 0;

    if (n == 0)
        return 0;
    memcpy(name, text.p + 1, n);
    name[n] = '\0';
    if (*name == '#') {
        c = numeric(name);
    } else if (strcmp(name, "apos") == 0) {
        c = '\'';
    } else {
        known = htmlEntityLookup((const xmlChar *)name);
        c = known ? known->value : 0;
    }
    if (c == 0)
        return 0;
    buf_printf(out, "&#%lu;", c);
    return n + 2;
}

void feed_repair_text(struct span text, struct buf *out)
{
    const char *p = text.p;
    const char *end = span_end(text);

    while (p < end) {
        const char *run = p;
        size_t n = 0;
        while (p < end && *p != '&' && *p != '<' && *p != '>' && *p != '"')
            p++;
        buf_add(out, run, (size_t)(p - run));
        if (p == end)
            break;
        if (*p == '&')
            n = reference(span_of(p, (size_t)(end - p)), out);
        if (n == 0) {
            buf_adds(out, *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : "&quot;");
            n = 1;
        }
        p += n;
    }
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_-.:", c));
}

struct span feed_repair_name(struct span text)
{
    size_t n = 0;

    if (text.n == 0 || !(isalpha((unsigned char)*text.p) || *text.p == '_'))
        return (struct span){0};
    while (n < text.n && is_name(text.p[n]))
        n++;
    /* A colon at the end belongs to no name, and "a:1" is none either. */
    const char *colon = memchr(text.p, ':', n);
    if (colon &&
        (colon + 1 == text.p + n || !(isalpha((unsigned char)colon[1]) || colon[1] == '_')))
        n = (size_t)(colon - text.p);
    return span_of(text.p, n);
}

struct attrs {
    const char *p;
    const char *end;
    struct span seen[ATTRS_MAX];
    size_t count;
    struct buf *out;
};

static void skip_space(struct attrs *a)
{
    while (a->p < a->end && isspace((unsigned char)*a->p))
        a->p++;
}

/* The value behind "=": quoted, or up to white space, ">" or "<". */
static struct span value(struct attrs *a)
{
    const char *start = a->p;
    const char *close = NULL;

    if (a->p < a->end && (*a->p == '"' || *a->p == '\'')) {
        close = memchr(a->p + 1, *a->p, (size_t)(a->end - a->p - 1));
        if (close) {
            a->p = close + 1;
            return span_of(start + 1, (size_t)(close - start - 1));
        }
    }
    while (a->p < a->end && !isspace((unsigned char)*a->p) && *a->p != '>' && *a->p != '<')
        a->p++;
    return span_of(start, (size_t)(a->p - start));
}

static bool is_new(struct attrs *a, struct span name)
{
    for (size_t i = 0; i < a->count; i++)
        if (span_eq(a->seen[i], name))
            return false;
    if (a->count == ATTRS_MAX)
        return false;
    a->seen[a->count++] = name;
    return true;
}

static void take_attr(struct attrs *a, struct span name)
{
    struct span text = {0};

    a->p += name.n;
    skip_space(a);
    if (a->p < a->end && *a->p == '=') {
        a->p++;
        skip_space(a);
        text = value(a);
    }
    if (!is_new(a, name))
        return;
    buf_addc(a->out, ' ');
    buf_add(a->out, name.p, name.n);
    buf_adds(a->out, "=\"");
    feed_repair_text(text, a->out);
    buf_addc(a->out, '"');
}

size_t feed_repair_attrs(struct span text, struct buf *out, bool *closed)
{
    struct attrs a = {.p = text.p, .end = text.p + text.n, .out = out};

    if (text.n && !isspace((unsigned char)*text.p) && *text.p != '/' && *text.p != '>')
        return 0;
    *closed = false;
    for (skip_space(&a); a.p < a.end; skip_space(&a)) {
        struct span name = feed_repair_name(span_of(a.p, (size_t)(a.end - a.p)));
        if (*a.p == '>') {
            a.p++;
            return (size_t)(a.p - text.p);
        }
        if (*a.p == '<')
            return (size_t)(a.p - text.p);
        *closed = *a.p == '/';
        if (name.n)
            take_attr(&a, name);
        else
            a.p++;
    }
    return 0;
}

#include "reader/opml_scan.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <libxml/HTMLparser.h>
#include "common/utf8.h"

enum { LOOK_AHEAD = 64, NAME_MAX_BYTES = 15, INNER_TAG_MAX = 1024 };

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == ':' || c == '-' || c == '.' ||
           (unsigned char)c >= 0x80;
}

static bool starts(const char *p, const char *end, const char *with)
{
    size_t n = strlen(with);

    return (size_t)(end - p) >= n && strncasecmp(p, with, n) == 0;
}

static void move(struct opml_scan *s, const char *to)
{
    for (; s->p < to; s->p++)
        s->line += *s->p == '\n';
}

/* Moves behind the next `what`, or to the end. */
static void pass(struct opml_scan *s, const char *what)
{
    const char *q = memmem(s->p, (size_t)(s->end - s->p), what, strlen(what));

    move(s, q ? q + strlen(what) : s->end);
}

/* A name and an equals sign, the beginning of a further attribute. */
static bool attribute_follows(const char *p, const char *end)
{
    const char *q = p;

    while (q < end && q - p < LOOK_AHEAD && is_name(*q))
        q++;
    if (q == p)
        return false;
    while (q < end && q - p < LOOK_AHEAD && is_space(*q))
        q++;
    return q < end && *q == '=';
}

/* Whether the quote at p ends a value, rather than being one that should have been escaped. */
static bool ends_value(const char *p, const char *end)
{
    const char *q = p + 1;

    while (q < end && q - p < LOOK_AHEAD && is_space(*q))
        q++;
    return q == end || q - p >= LOOK_AHEAD || *q == '>' || *q == '/' || *q == '<' || *q == '?' ||
           attribute_follows(q, end);
}

/* Behind a tag that was left unescaped within a value; p itself where '<' begins none.  Its own
 * quotes come in pairs; where they do not, the '>' belongs to the outline. */
static const char *pass_inner_tag(const char *p, const char *end, char quote)
{
    bool even = true;

    if (end - p < 2 || !(isalpha((unsigned char)p[1]) || p[1] == '/'))
        return p;
    for (const char *q = p + 1; q < end && q - p < INNER_TAG_MAX && *q != '<'; q++) {
        even ^= *q == quote;
        if (*q == '>')
            return even ? q : p;
    }
    return p;
}

/* Where a quoted value that starts at p ends; also where the next outline begins, since then the
 * quote was forgotten. */
static const char *value_end(const char *p, const char *end, char quote)
{
    for (; p < end; p++) {
        if (*p == quote && ends_value(p, end))
            return p;
        if (*p == '<' && (starts(p, end, "<outline") || starts(p, end, "</outline")))
            return p;
        if (*p == '<')
            p = pass_inner_tag(p, end, quote);
    }
    return end;
}

static struct span take_value(struct opml_scan *s)
{
    const char *start = s->p, *stop = NULL;

    if (s->p < s->end && (*s->p == '"' || *s->p == '\'')) {
        stop = value_end(++start, s->end, *s->p);
        move(s, stop < s->end && *stop != '<' ? stop + 1 : stop);
        return span_of(start, (size_t)(stop - start));
    }
    for (stop = start; stop < s->end && !is_space(*stop) && *stop != '>' && *stop != '<';)
        stop++;
    move(s, stop);
    return span_of(start, (size_t)(stop - start));
}

static void pass_space(struct opml_scan *s)
{
    while (s->p < s->end && is_space(*s->p))
        move(s, s->p + 1);
}

static void take_attribute(struct opml_scan *s, struct opml_tag *tag)
{
    struct opml_attribute a = {.name = span_of(s->p, 0), .value = span_of("", 0)};

    while (s->p < s->end && is_name(*s->p))
        s->p++;
    a.name.n = (size_t)(s->p - a.name.p);
    if (a.name.n == 0) { /* nothing that belongs here */
        move(s, s->p + 1);
        return;
    }
    pass_space(s);
    if (s->p < s->end && *s->p == '=') {
        s->p++;
        pass_space(s);
        a.value = take_value(s);
    }
    if (tag->count < OPML_ATTRIBUTES_MAX)
        tag->attributes[tag->count++] = a;
}

/* The tag at p. */
static void take_tag(struct opml_scan *s, struct opml_tag *tag)
{
    *tag = (struct opml_tag){.type = OPML_START, .line = s->line};
    s->p++;
    if (*s->p == '/') {
        tag->type = OPML_END;
        s->p++;
    }
    tag->name.p = s->p;
    while (s->p < s->end && is_name(*s->p))
        s->p++;
    tag->name.n = (size_t)(s->p - tag->name.p);
    while (s->p < s->end && *s->p != '>' && *s->p != '<') {
        pass_space(s);
        if (s->p == s->end || *s->p == '>' || *s->p == '<')
            break;
        tag->closed = *s->p == '/';
        if (tag->closed)
            s->p++;
        else
            take_attribute(s, tag);
    }
    if (s->p == s->end)
        tag->type = OPML_CUT;
    else if (*s->p == '>')
        s->p++;
    tag->behind = s->p;
}

bool opml_scan_next(struct opml_scan *s, struct opml_tag *tag)
{
    while (s->p < s->end) {
        const char *q = memchr(s->p, '<', (size_t)(s->end - s->p));
        move(s, q ? q : s->end);
        if (s->end - s->p < 2)
            break;
        if (starts(s->p, s->end, "<!--")) {
            pass(s, "-->");
        } else if (starts(s->p, s->end, "<![CDATA[")) {
            pass(s, "]]>");
        } else if (s->p[1] == '!' || s->p[1] == '?') {
            pass(s, ">");
        } else if (s->p[1] == '/' || isalpha((unsigned char)s->p[1])) {
            take_tag(s, tag);
            return true;
        } else {
            s->p++;
        }
    }
    return false;
}

/* Reads a character reference at p; returns its length, 0 where there is none. */
static size_t reference(const char *p, const char *end, uint32_t *code)
{
    char name[NAME_MAX_BYTES + 1] = "";
    const char *stop =
        memchr(p, ';', (size_t)(end - p < NAME_MAX_BYTES ? end - p : NAME_MAX_BYTES));
    size_t n = stop ? (size_t)(stop - p) - 1 : 0;

    if (n == 0)
        return 0;
    memcpy(name, p + 1, n);
    if (*name == '#') {
        bool hex = name[1] == 'x' || name[1] == 'X';
        const char *digits = name + 1 + hex;
        char *rest = NULL;
        if (!isxdigit((unsigned char)*digits))
            return 0;
        unsigned long value = strtoul(digits, &rest, hex ? 16 : 10);
        *code = value <= 0x10ffff ? (uint32_t)value : 0xfffd;
        return *rest ? 0 : n + 2;
    }
    const htmlEntityDesc *e = htmlEntityLookup((const xmlChar *)name);
    if (!e && strcmp(name, "apos") != 0)
        return 0;
    *code = e ? e->value : '\'';
    return n + 2;
}

void opml_scan_value(struct buf *out, struct span raw)
{
    const char *p = raw.p, *end = raw.p + raw.n;
    size_t start = out->len;

    buf_adds(out, "");
    while (p < end) {
        uint32_t c;
        size_t n = *p == '&' ? reference(p, end, &c) : 0;
        if (n == 0)
            n = utf8_next(p, end, &c);
        p += n;
        if (c == '\n' || c == '\t' || c == '\r')
            c = ' ';
        if (c == ' ' && out->len == start)
            continue;
        if (utf8_is_text(c == UTF8_BAD ? 0xfffd : c))
            utf8_add(out, c);
    }
    while (out->len > start && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

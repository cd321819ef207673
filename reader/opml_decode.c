#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>
#include "common/utf8.h"
#include "reader/opml_scan.h"

enum { DECLARATION_MAX = 256, NAME_BYTES = 40, SURE_CHARACTERS = 8 };

/* The name in <?xml ... encoding="NAME"?>, "" where there is none. */
static void declared(struct span in, char name[NAME_BYTES])
{
    size_t room = in.n < DECLARATION_MAX ? in.n : DECLARATION_MAX, n = 0;
    const char *end = in.p && room ? memchr(in.p, '>', room) : NULL;
    const char *p = end ? memmem(in.p, (size_t)(end - in.p), "encoding", 8) : NULL;

    *name = '\0';
    if (!p || in.n < 5 || memcmp(in.p, "<?xml", 5) != 0)
        return;
    for (p += 8; p < end && (*p == '=' || isspace((unsigned char)*p));)
        p++;
    if (p == end || (*p != '"' && *p != '\''))
        return;
    for (p++; p < end && n + 1 < NAME_BYTES && (isalnum((unsigned char)*p) || strchr("-_.:", *p));)
        name[n++] = *p++;
    name[n] = '\0';
}

static const char *by_mark(struct span *in)
{
    static const struct {
        const char *mark;
        size_t n;
        const char *name;
    } MARKS[] = {
        {"\xef\xbb\xbf", 3, "UTF-8"},    {"\xff\xfe\0\0", 4, "UTF-32LE"},
        {"\0\0\xfe\xff", 4, "UTF-32BE"}, {"\xff\xfe", 2, "UTF-16LE"},
        {"\xfe\xff", 2, "UTF-16BE"},
    };

    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
        if (in->n >= MARKS[i].n && memcmp(in->p, MARKS[i].mark, MARKS[i].n) == 0) {
            *in = span_of(in->p + MARKS[i].n, in->n - MARKS[i].n);
            return MARKS[i].name;
        }
    if (in->n >= 4 && memcmp(in->p, "<\0?\0", 4) == 0)
        return "UTF-16LE";
    return in->n >= 4 && memcmp(in->p, "\0<\0?", 4) == 0 ? "UTF-16BE" : NULL;
}

/* Converts as far as the bytes make sense; one that does not becomes a question mark. */
static void convert(iconv_t to, struct span in, struct buf *out)
{
    char *p = (char *)(uintptr_t)in.p;
    size_t left = in.n;
    char piece[4096];

    while (left) {
        char *q = piece;
        size_t room = sizeof piece;
        size_t rc = iconv(to, &p, &left, &q, &room);
        buf_add(out, piece, (size_t)(q - piece));
        if (rc == (size_t)-1 && errno != E2BIG) {
            buf_addc(out, '?');
            p++;
            left--;
        }
    }
}

/* Characters beyond ASCII, if all of it is UTF-8; else -1. */
static long wide_characters(struct span in)
{
    const char *p = in.p, *end = span_end(in);
    long count = 0;

    while (p < end) {
        uint32_t c = 0;
        p += utf8_next(p, end, &c);
        if (c == UTF8_BAD)
            return -1;
        count += c >= 0x80;
    }
    return count;
}

/* The encoding that the list says it is in; NULL for UTF-8.  Not what cannot be: UTF-16 that can be
 * read as ASCII, another one than UTF-8 where there is much that is valid UTF-8. */
static const char *said(struct span in, char name[NAME_BYTES])
{
    static const char *const WESTERN[] = {"iso-8859-1", "latin1", "us-ascii", "ascii"};

    declared(in, name);
    if (!*name || strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0 ||
        strncasecmp(name, "utf-16", 6) == 0 || strncasecmp(name, "utf-32", 6) == 0 ||
        strcasecmp(name, "unicode") == 0 || wide_characters(in) >= SURE_CHARACTERS)
        return NULL;
    for (size_t i = 0; i < sizeof WESTERN / sizeof *WESTERN; i++)
        if (strcasecmp(name, WESTERN[i]) == 0)
            return "CP1252"; /* what is meant, see Encoding, section 4.2 (WHATWG) */
    return name;
}

/* UTF-8; a stray byte among it is in practice windows-1252. */
static void take_utf8(struct span in, struct buf *out)
{
    iconv_t to = iconv_open("UTF-8", "CP1252");
    const char *p = in.p, *end = span_end(in);

    while (p < end) {
        uint32_t c = 0;
        size_t n = utf8_next(p, end, &c);
        if (c == UTF8_BAD && to != (iconv_t)-1)
            convert(to, span_of(p, 1), out);
        else
            buf_add(out, p, n);
        p += c == UTF8_BAD ? 1 : n;
    }
    if (to != (iconv_t)-1)
        iconv_close(to);
}

void opml_scan_decode(struct span in, struct buf *out)
{
    char name[NAME_BYTES];
    const char *from = NULL;

    buf_adds(out, "");
    if (in.n == 0)
        return;
    from = by_mark(&in);
    if (!from)
        from = said(in, name);
    iconv_t to = (iconv_t)-1;
    if (from && strcmp(from, "UTF-8") != 0)
        to = iconv_open("UTF-8", from);
    if (to == (iconv_t)-1) {
        take_utf8(in, out);
        return;
    }
    convert(to, in, out);
    iconv_close(to);
}

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>
#include "reader/opml_scan.h"

enum { DECLARATION_MAX = 256, NAME_BYTES = 40 };

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
        {"\xef\xbb\xbf", 3, "UTF-8"},
        {"\xff\xfe\0\0", 4, "UTF-32LE"},
        {"\xff\xfe", 2, "UTF-16LE"},
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

void opml_scan_decode(struct span in, struct buf *out)
{
    char name[NAME_BYTES];
    const char *from = NULL;

    buf_adds(out, "");
    if (in.n == 0)
        return;
    from = by_mark(&in);
    if (!from) {
        declared(in, name);
        from = name;
    }
    iconv_t to = (iconv_t)-1;
    if (*from && strcasecmp(from, "utf-8") != 0 && strcasecmp(from, "utf8") != 0)
        to = iconv_open("UTF-8", from);
    if (to == (iconv_t)-1) {
        buf_add(out, in.p, in.n);
        return;
    }
    convert(to, in, out);
    iconv_close(to);
}

#include "fetcher/feed_build.h"

#include <stdlib.h>
#include <string.h>

/* Reads JSON as far as brackets and strings go. */
struct scan {
    char open[FEED_DEPTH_MAX]; /* the closing bracket of what is open */
    size_t depth;
    char safe_open[FEED_DEPTH_MAX]; /* the same at the last place where text could end */
    size_t safe_depth;
    size_t safe; /* the length of the text up to there */
};

static void mark(struct scan *s, size_t length)
{
    s->safe = length;
    s->safe_depth = s->depth;
    memcpy(s->safe_open, s->open, s->depth);
}

/* The index behind a string that begins at i; n where it does not end. */
static size_t skip_string(struct span text, size_t i)
{
    for (i++; i < text.n; i++) {
        if (text.p[i] == '"')
            return i + 1;
        if (text.p[i] == '\\')
            i++;
    }
    return text.n;
}

/* Returns false where the brackets make no sense. */
static bool scan(struct span text, struct scan *s)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"') {
            i = skip_string(text, i) - 1;
        } else if (c == '{' || c == '[') {
            if (s->depth == FEED_DEPTH_MAX)
                return false;
            s->open[s->depth++] = c == '{' ? '}' : ']';
        } else if (c == '}' || c == ']') {
            if (s->depth == 0 || s->open[--s->depth] != c)
                return false;
            mark(s, i + 1);
            if (s->depth == 0)
                return true;
        }
    }
    return true;
}

/* The value of four hexadecimal digits at p; 0 where they are none. */
static unsigned hex4(const char *p, size_t room)
{
    char digits[5] = "";

    if (room < 4 || strspn(memcpy(digits, p, 4), "0123456789abcdefABCDEF") != 4)
        return 0;
    return (unsigned)strtoul(digits, NULL, 16);
}

/* An escape at p; returns its length.  Half a surrogate pair is no character, and a backslash
 * before anything else stands for itself. */
static size_t add_escape(const char *p, size_t room, struct buf *out)
{
    unsigned c = room > 2 && p[1] == 'u' ? hex4(p + 2, room - 2) : 0;
    unsigned low = c >= 0xd800 && c < 0xdc00 && room > 8 && p[6] == '\\' && p[7] == 'u'
                       ? hex4(p + 8, room - 8)
                       : 0;

    if (low >= 0xdc00 && low < 0xe000) {
        buf_add(out, p, 12);
        return 12;
    }
    if (c >= 0xd800 && c < 0xe000) {
        buf_adds(out, "\\ufffd");
        return 6;
    }
    if (room < 2 || (unsigned char)p[1] < 0x20 || !strchr("\"\\/bfnrtu", p[1])) {
        buf_adds(out, "\\\\");
        return 1;
    }
    buf_add(out, p, 2);
    return 2;
}

static void add_visible(char c, struct buf *out)
{
    buf_addc(out, (unsigned char)c < 0x20 ? ' ' : c);
}

/* A string, from its first quote on, which ends within the text. */
static size_t add_string(struct span text, size_t i, struct buf *out)
{
    size_t end = skip_string(text, i);

    buf_addc(out, text.p[i++]);
    while (i < end) {
        if (text.p[i] == '\\')
            i += add_escape(text.p + i, end - i, out);
        else
            add_visible(text.p[i++], out);
    }
    return end;
}

/* Whether a comma at i has nothing behind it but the end of its list. */
static bool is_trailing(struct span text, size_t i)
{
    for (i++; i < text.n && strchr(" \t\r\n", text.p[i]); i++)
        ;
    return i == text.n || text.p[i] == ']' || text.p[i] == '}';
}

void feed_json_repair(struct span text, struct buf *out)
{
    struct scan s = {0};
    size_t i = 0;

    scan(text, &s);
    text.n = s.safe;
    while (i < text.n) {
        if (text.p[i] == '"') {
            i = add_string(text, i, out);
            continue;
        }
        if (text.p[i] != ',' || !is_trailing(text, i))
            add_visible(text.p[i], out);
        i++;
    }
    while (s.safe_depth)
        buf_addc(out, s.safe_open[--s.safe_depth]);
}

#include "fetcher/feed_build.h"

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

void feed_json_repair(struct span text, struct buf *out)
{
    struct scan s = {0};

    scan(text, &s);
    for (size_t i = 0; i < s.safe; i++)
        buf_addc(out, (unsigned char)text.p[i] < 0x20 ? ' ' : text.p[i]);
    while (s.safe_depth)
        buf_addc(out, s.safe_open[--s.safe_depth]);
}

#include "fetcher/feed_build.h"

#include <stdint.h>
#include <string.h>

#include "common/utf8.h"
#include "fetcher/charset.h"
#include "fetcher/feed_arena.h"
#include "fetcher/feed_plain.h"

/* A byte with which something that is no text may begin. */
static inline bool suspicious(unsigned char c)
{
    return ((c < 0x20) & (c != '\t') & (c != '\n')) | (c == 0x7f) | (c == 0xc2) | (c >= 0xef);
}

/* The length of the part that surely needs no cleaning. */
static size_t plain_length(struct span text)
{
    const char *end = span_end(text);
    const char *p = feed_plain_words(text.p, end);

    while (p < end && !suspicious((unsigned char)*p))
        p = feed_plain_words(p + 1, end);
    return text.n ? (size_t)(p - text.p) : 0;
}

/* What a character becomes in a text; 0 = nothing. */
static uint32_t as_text(uint32_t c)
{
    if (c == '\r')
        return '\n';
    if (c == UTF8_BAD)
        return 0xfffd;
    c = charset_c1(c);
    return utf8_is_text(c) ? c : 0;
}

/* The length of the part that can stay as it is. */
static size_t clean_length(struct span text)
{
    const char *end = span_end(text);
    size_t n = plain_length(text);
    uint32_t c = 0;

    while (n < text.n) {
        size_t length = utf8_next(text.p + n, end, &c);
        if (c == 0 || as_text(c) != c)
            break;
        n += length;
        n += plain_length(span_of(text.p + n, text.n - n));
    }
    return n;
}

static struct span cleaned(struct feed_builder *b, struct span text)
{
    size_t n = clean_length(text);
    const char *p = span_after(text, n).p;
    const char *end = span_end(text);
    struct buf *out = &b->scratch;
    uint32_t c = 0;

    if (n == text.n)
        return text;
    buf_clear(out);
    buf_add(out, text.p, n);
    while (p < end) {
        p += utf8_next(p, end, &c);
        c = as_text(c);
        if (c)
            utf8_add(out, c);
        n = clean_length(span_of(p, (size_t)(end - p)));
        buf_add(out, p, n);
        p += n;
    }
    return buf_span(out);
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span feed_text_trim(struct span text)
{
    while (text.n && is_space(*text.p))
        text = span_of(text.p + 1, text.n - 1);
    while (text.n && is_space(text.p[text.n - 1]))
        text.n--;
    return text;
}

const char *feed_put_text(struct feed_builder *b, struct span text)
{
    size_t limit = b->ctx->max_entry_bytes;

    text = feed_text_trim(cleaned(b, feed_text_trim(text)));
    if (limit && text.n > limit) {
        text = utf8_clip(text, limit);
        if (b->entry)
            b->entry->cut = true;
    }
    return text.n ? feed_arena_copy(b->feed->arena, text.p, text.n) : NULL;
}

/* White space at p: its length, and whether a line ends in it. */
static size_t space_length(const char *p, bool *ends_line)
{
    size_t n = 0;

    *ends_line = false;
    for (;;) {
        bool separator = strncmp(p + n, "\xe2\x80\xa8", 3) == 0 ||
                         strncmp(p + n, "\xe2\x80\xa9", 3) == 0; /* U+2028, U+2029 */
        if (!separator && !is_space(p[n]))
            return n;
        *ends_line |= separator || p[n] == '\n' || p[n] == '\t';
        n += separator ? 3 : 1;
    }
}

const char *feed_put_line(struct feed_builder *b, struct span text)
{
    const char *copy = feed_put_text(b, text);
    char *to = (char *)(uintptr_t)copy; /* the arena's own */

    for (const char *p = copy; p && *p;) {
        bool ends_line = false;
        size_t n = space_length(p, &ends_line);
        if (ends_line) {
            *to++ = ' ';
        } else {
            n = n ? n : 1;
            memmove(to, p, n);
            to += n;
        }
        p += n;
    }
    if (to)
        *to = '\0';
    return copy;
}

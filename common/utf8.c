#include "common/utf8.h"

/* How many bytes the character takes whose first byte is b, and the bits that b gives; 0: none. */
static size_t lead(unsigned char b, uint32_t *bits)
{
    if (b >= 0xc2 && b <= 0xdf) {
        *bits = b & 0x1fu;
        return 2;
    }
    if (b >= 0xe0 && b <= 0xef) {
        *bits = b & 0x0fu;
        return 3;
    }
    if (b >= 0xf0 && b <= 0xf4) {
        *bits = b & 0x07u;
        return 4;
    }
    return 0;
}

size_t utf8_next(const char *p, const char *end, uint32_t *c)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *q = (const unsigned char *)p;
    uint32_t code = 0;

    if (*q < 0x80) {
        *c = *q;
        return 1;
    }
    *c = UTF8_BAD;
    size_t n = lead(*q, &code);
    if (n == 0 || (size_t)(end - p) < n)
        return 1;
    for (size_t i = 1; i < n; i++) {
        if ((q[i] & 0xc0) != 0x80)
            return 1;
        code = code << 6 | (q[i] & 0x3fu);
    }
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 1;
    *c = code;
    return n;
}

void utf8_add(struct buf *out, uint32_t c)
{
    char b[4];
    size_t n = 0;

    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        c = 0xfffd;
    if (c < 0x80) {
        b[n++] = (char)c;
    } else if (c < 0x800) {
        b[n++] = (char)(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        b[n++] = (char)(0xe0 | c >> 12);
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    } else {
        b[n++] = (char)(0xf0 | c >> 18);
        b[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        b[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    }
    if (c >= 0x80)
        b[n++] = (char)(0x80 | (c & 0x3f));
    buf_add(out, b, n);
}

struct span utf8_clip(struct span text, size_t most)
{
    if (text.n <= most)
        return text;
    text.n = most;
    while (text.n && ((unsigned char)text.p[text.n] & 0xc0) == 0x80)
        text.n--;
    return text;
}

bool utf8_is_text(uint32_t c)
{
    if (c < 0x20)
        return c == '\t' || c == '\n';
    if (c >= 0x7f && c < 0xa0)
        return false;
    return c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff) && (c & 0xfffe) != 0xfffe &&
           !(c >= 0xfdd0 && c <= 0xfdef);
}

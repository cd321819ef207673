#include <ctype.h>
#include <string.h>
#include "common/utf8.h"
#include "fetcher/date_fields.h"

/* The zero of each script whose ten digits are written in dates. */
static const uint32_t ZEROS[] = {
    0x660,  0x6f0, /* Arabic, Persian */
    0x966,  0x9e6, /* Devanagari, Bengali */
    0xe50,         /* Thai */
    0xff10,        /* full width */
};

static bool is_blank(uint32_t c)
{
    return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

/* Marks of direction and the like, which nobody sees. */
static bool is_invisible(uint32_t c)
{
    return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || c == 0x2060 ||
           (c >= 0x2066 && c <= 0x2069) || c == 0x61c || c == 0xad || c == 0xfeff;
}

/* The character that c stands for in a date; 0 where it is to be kept. */
static char ascii_of(uint32_t c)
{
    for (size_t i = 0; i < sizeof ZEROS / sizeof *ZEROS; i++)
        if (c >= ZEROS[i] && c < ZEROS[i] + 10)
            return (char)('0' + (c - ZEROS[i]));
    if (c > 0xff00 && c < 0xff5f) /* full width */
        return (char)(c - 0xfee0);
    if (is_blank(c))
        return ' ';
    if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        return '-';
    return c == 0x3001 || c == 0x60c ? ',' : 0;
}

static bool digit_follows(const char *p, const char *end)
{
    uint32_t c = 0;
    char ch = 0;

    while (p < end) {
        p += utf8_next(p, end, &c);
        ch = c < 0x80 ? (char)c : ascii_of(c);
        if (ch != ' ')
            break;
    }
    return isdigit((unsigned char)ch);
}

/* Hours, minutes and seconds as in 12時34分56秒 and 12시 34분. */
static bool add_unit(struct buf *out, uint32_t c, const char **p, const char *end)
{
    bool hours = c == 0x6642 || c == 0x65f6 || c == 0x70b9 || c == 0xc2dc;
    bool minutes = c == 0x5206 || c == 0xbd84;

    if (!hours && !minutes && c != 0x79d2 && c != 0xcd08)
        return false;
    if (out->len == 0 || !isdigit((unsigned char)out->data[out->len - 1]))
        return false;
    bool more = (hours || minutes) && digit_follows(*p, end);
    buf_adds(out, more ? ":" : hours ? ":00 " : " ");
    while (more && *p < end && isspace((unsigned char)**p))
        ++*p;
    return true;
}

void date_plain(struct span in, struct buf *out)
{
    const char *p = in.p, *end = in.p + in.n;

    while (p < end) {
        const char *start = p;
        uint32_t c = 0;
        p += utf8_next(p, end, &c);
        char ch = c < 0x80 ? (char)c : ascii_of(c);
        if (ch)
            buf_addc(out, ch);
        else if (c != UTF8_BAD && !is_invisible(c) && !add_unit(out, c, &p, end))
            buf_add(out, start, (size_t)(p - start));
    }
}

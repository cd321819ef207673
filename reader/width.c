#include "reader/width.h"

#include "common/utf8.h"

enum { MARKS = 8, ZWJ = 0x200d, EMOJI_STYLE = 0xfe0f };

struct range {
    uint32_t first, last;
};

#define WIDE(first, last)
#define NONE(first, last) {first, last},
static const struct range none[] = {
#include "reader/width.def"
};
#undef NONE
#undef WIDE

#define NONE(first, last)
#define WIDE(first, last) {first, last},
static const struct range wide[] = {
#include "reader/width.def"
};
#undef NONE
#undef WIDE

static bool is_in(const struct range *ranges, size_t count, uint32_t c)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (c > ranges[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && c >= ranges[low].first;
}

int width_of(uint32_t c)
{
    if (c < 0x300 || c == UTF8_BAD)
        return 1;
    if (is_in(none, sizeof(none) / sizeof(none[0]), c))
        return 0;
    return is_in(wide, sizeof(wide) / sizeof(wide[0]), c) ? 2 : 1;
}

/* --- clusters --------------------------------------------------------------------------------- */

static bool is_regional(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

static bool is_skin(uint32_t c)
{
    return c >= 0x1f3fb && c <= 0x1f3ff;
}

/* What may be joined, or shown in colour and wide: about Extended_Pictographic. */
static bool is_pictograph(uint32_t c)
{
    return (c >= 0x1f000 && c <= 0x1faff && !is_regional(c)) || (c >= 0x2190 && c <= 0x2bff) ||
           c == 0xa9 || c == 0xae || c == 0x203c || c == 0x2049 || c == 0x2122 || c == 0x2139;
}

size_t width_cluster(struct span text, int *columns)
{
    const char *end = text.p + text.n;
    uint32_t base = 0, c = 0, before = 0;
    size_t at = utf8_next(text.p, end, &base), n = 0;
    int regionals = is_regional(base) ? 1 : 0;

    *columns = width_of(base);
    for (before = base; at < text.n; at += n, before = c) {
        n = utf8_next(text.p + at, end, &c);
        if (before == ZWJ && is_pictograph(base) && is_pictograph(c))
            continue;
        if (regionals == 1 && is_regional(c)) {
            regionals = 2;
            *columns = 2;
            continue;
        }
        if (c == EMOJI_STYLE && (is_pictograph(base) || (base >= '#' && base <= '9')))
            *columns = 2;
        if (base == UTF8_BAD || base < ' ' || c == UTF8_BAD ||
            (width_of(c) > 0 && !(is_skin(c) && is_pictograph(base))))
            break;
    }
    return at;
}

int width_columns(struct span text)
{
    int columns = 0;

    width_clip(text, INT32_MAX, &columns);
    return columns;
}

struct span width_clip(struct span text, int most, int *columns)
{
    size_t at = 0;

    *columns = 0;
    while (at < text.n) {
        int more = 0;
        size_t n = width_cluster(span_after(text, at), &more);

        if (more > most - *columns)
            break;
        *columns += more;
        at += n;
    }
    return span_of(text.p, at);
}

/* --- what is shown ---------------------------------------------------------------------------- */

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Nothing is to be seen of it, and it changes how other text looks. */
static bool is_hidden(uint32_t c)
{
    return c == 0xad || c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe007f);
}

bool width_is_safe(uint32_t c)
{
    return c != UTF8_BAD && !is_control(c) && !is_hidden(c);
}

void width_add_safe(struct buf *out, struct span text, bool lines)
{
    const char *end = span_end(text);
    int marks = 0;
    uint32_t c = 0;

    for (const char *p = text.p; p < end;) {
        p += utf8_next(p, end, &c);
        marks = c != ZWJ && width_of(c) == 0 ? marks + 1 : 0;
        if (c == UTF8_BAD)
            utf8_add(out, 0xfffd);
        else if (lines && (c == '\n' || c == '\t'))
            buf_addc(out, (char)c);
        else if (is_control(c))
            buf_addc(out, ' ');
        else if (!is_hidden(c) && marks <= MARKS)
            utf8_add(out, c);
    }
}

#include "storer/marked.h"

#include <stdbool.h>
#include <stdint.h>

#include "common/utf8.h"

static void end_range(struct marked *out, size_t from, size_t to)
{
    if (to == from || out->count == MARKED_MOST)
        return;
    out->ranges[out->count].at = from;
    out->ranges[out->count++].length = to - from;
}

void marked_read(struct span text, struct marked *out)
{
    const char *at = text.p, *end = span_end(text);
    size_t characters = 0, from = 0;
    bool inside = false;

    buf_clear(&out->text);
    out->count = 0;
    while (at < end) {
        uint32_t c = 0;

        at += utf8_next(at, end, &c);
        if (c == MARKED_BEGIN && !inside) {
            inside = true;
            from = characters;
        } else if (c == MARKED_END && inside) {
            inside = false;
            end_range(out, from, characters);
        }
        if (c == MARKED_BEGIN || c == MARKED_END)
            continue;
        utf8_add(&out->text, c == UTF8_BAD ? 0xfffd : c);
        characters++;
    }
    if (inside)
        end_range(out, from, characters);
}

void marked_free(struct marked *marked)
{
    buf_free(&marked->text);
}

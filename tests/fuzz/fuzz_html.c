/* What comes out is valid text, holds no more than the bound, and does not change when it is
 * sanitised again. */
#include <stdint.h>
#include <stdlib.h>
#include "common/utf8.h"
#include "fetcher/html.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const struct buf *out)
{
    const char *p = out->data, *end = out->len ? out->data + out->len : p;

    while (p < end) {
        uint32_t c;
        p += utf8_next(p, end, &c);
        if (c == UTF8_BAD || !utf8_is_text(c))
            abort();
    }
}

static void must_be_stable(const struct buf *html)
{
    struct buf again = {0};

    html_sanitise(buf_span(html), "http://example.org/a/b", 0, &again, NULL);
    if (!span_eq(buf_span(html), buf_span(&again)))
        abort();
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t bound = size ? (size_t)data[0] * 4 : 0;
    struct span in = span_of(data, size);
    struct buf html = {0}, text = {0}, title = {0}, small = {0};

    html_sanitise(in, "http://example.org/a/b", 0, &html, &text);
    must_be_text(&html);
    must_be_text(&text);
    must_be_stable(&html);
    html_sanitise(in, NULL, bound, &small, NULL);
    if (bound && small.len > bound)
        abort();
    must_be_text(&small);
    html_text(in, &title);
    must_be_text(&title);
    if (title.len && memchr(title.data, '\n', title.len))
        abort();
    buf_free(&html);
    buf_free(&text);
    buf_free(&small);
    buf_free(&title);
    return 0;
}

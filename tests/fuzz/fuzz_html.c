/* What comes out has elements and attributes of the list only, well nested, in clean UTF-8, holds
 * no more than the bound, and does not change when it is sanitised again. */
#include <stdint.h>
#include <stdlib.h>
#include "fetcher/html.h"
#include "tests/fuzz/holds.h"

#define BASE "http://example.org/a/b"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_stable(const struct buf *html)
{
    struct buf again = {0};

    html_sanitise(buf_span(html), BASE, 0, &again, NULL);
    if (!span_eq(buf_span(html), buf_span(&again)))
        abort();
    buf_free(&again);
}

static void must_be_bounded(struct span in, size_t bound)
{
    struct buf html = {0}, text = {0};

    html_sanitise(in, NULL, bound, &html, &text);
    if (bound && (html.len > bound || text.len > bound))
        abort();
    holds_html(buf_span(&html));
    holds_text_n(buf_span(&text));
    buf_free(&html);
    buf_free(&text);
}

static void must_be_a_line(struct span in)
{
    struct buf title = {0};

    html_text(in, &title);
    holds_text_n(buf_span(&title));
    if (title.len && memchr(title.data, '\n', title.len))
        abort();
    buf_free(&title);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span in = span_of(data, size);
    struct buf html = {0}, text = {0};

    html_sanitise(in, BASE, 0, &html, &text);
    holds_html(buf_span(&html));
    holds_text_n(buf_span(&text));
    must_be_stable(&html);
    must_be_bounded(in, size ? (size_t)data[0] * 4 : 0);
    must_be_a_line(in);
    buf_free(&html);
    buf_free(&text);
    return 0;
}

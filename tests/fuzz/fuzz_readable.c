/* The article of a page: what html_sanitise promises holds of it, it is no longer than the bound,
 * has the letters that were asked for, and where there is none, nothing was written. */
#include <stdint.h>
#include <stdlib.h>
#include "fetcher/html.h"
#include "fetcher/readable.h"
#include "tests/fuzz/holds.h"

#define BASE "http://example.org/a/b"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_hold(struct span in, size_t least, size_t bound)
{
    struct buf html = {0}, text = {0}, again = {0};

    buf_adds(&html, "x");
    buf_adds(&text, "x");
    if (readable_extract(in, BASE, least, bound, &html, &text)) {
        struct span article = span_after(buf_span(&html), 1);

        if (text.len < 1 + (least + 1) / 2) /* a wide letter counts twice */
            abort();
        if (bound && (html.len > bound + 1 || text.len > bound + 1))
            abort();
        holds_html(article);
        holds_text_n(span_after(buf_span(&text), 1));
        html_sanitise(article, BASE, 0, &again, NULL);
        if (!span_eq(article, buf_span(&again)))
            abort();
    } else if (html.len != 1 || text.len != 1) {
        abort();
    }
    buf_free(&html);
    buf_free(&text);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t least = size ? data[0] : 1;

    must_hold(span_of(data, size), least, 0);
    must_hold(span_of(data, size), 1, 16 + least * 8);
    return 0;
}

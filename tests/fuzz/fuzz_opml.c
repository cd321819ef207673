/* Whatever a list holds, its strings are there and are text. */
#include <stdint.h>
#include <stdlib.h>
#include "common/utf8.h"
#include "reader/opml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const char *text)
{
    const char *p = text, *end = text + strlen(text);

    while (p < end) {
        uint32_t c;
        p += utf8_next(p, end, &c);
        if (c == UTF8_BAD || c < ' ' || !utf8_is_text(c))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct opml *opml = opml_parse(span_of(data, size));

    must_be_text(opml->title);
    for (size_t i = 0; i < opml->feed_count; i++) {
        const struct opml_feed *f = &opml->feeds[i];
        if (!*f->url || !*f->title || f->line < 1)
            abort();
        must_be_text(f->url);
        must_be_text(f->title);
        must_be_text(f->html_url);
        for (size_t k = 0; k < f->depth; k++)
            must_be_text(f->path[k]);
    }
    for (size_t i = 0; i < opml->skip_count; i++)
        must_be_text(opml->skipped[i].what);
    opml_destroy(&opml);
    return 0;
}

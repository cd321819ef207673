/* Whatever a list holds, its strings are there and are text, paths are bounded, and there are no
 * more feeds and remarks than tags. */
#include <stdint.h>
#include <stdlib.h>
#include "reader/opml.h"
#include "tests/fuzz/holds.h"

enum { PATH_LONGEST = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const char *text)
{
    if (!text || strpbrk(text, "\n\t"))
        abort();
    holds_text(text);
}

static void must_be_feed(const struct opml_feed *feed)
{
    must_be_text(feed->url);
    must_be_text(feed->title);
    must_be_text(feed->html_url);
    if (!*feed->url || !*feed->title || feed->line < 1 || feed->depth > PATH_LONGEST)
        abort();
    for (size_t i = 0; i < feed->depth; i++)
        must_be_text(feed->path[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct opml *opml = opml_parse(span_of(data, size));
    size_t tags = 0;

    for (size_t i = 0; i < size; i++)
        tags += data[i] == '<';
    must_be_text(opml->title);
    if (opml->feed_count + opml->skip_count > tags || (opml->feed_count && !opml->seen))
        abort();
    for (size_t i = 0; i < opml->feed_count; i++)
        must_be_feed(&opml->feeds[i]);
    for (size_t i = 0; i < opml->skip_count; i++) {
        must_be_text(opml->skipped[i].what);
        if (!opml->skipped[i].reason || opml->skipped[i].line < 1)
            abort();
    }
    opml_destroy(&opml);
    return 0;
}

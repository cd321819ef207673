/* import. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/mem.h"
#include "reader/adding.h"
#include "reader/call.h"
#include "reader/opml.h"
#include "reader/verbs.h"

enum { FILE_LARGEST = 64 * 1024 * 1024 };

static int read_file(const char *path, struct buf *out)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    char piece[65536];
    size_t n = 0;
    int code = 0;

    if (!file)
        return call_fail(APP_IO, "%s: %s", path, strerror(errno));
    while (!code && (n = fread(piece, 1, sizeof(piece), file)) > 0) {
        buf_add(out, piece, n);
        if (out->len > FILE_LARGEST)
            code = call_fail(APP_DATA, "%s: larger than 64 MiB", path);
    }
    if (!code && ferror(file))
        code = call_fail(APP_IO, "%s: %s", path, strerror(errno));
    if (file != stdin)
        fclose(file);
    return code;
}

/* The path of an outline as a category: names with / between them, so a / inside becomes a -. */
static char *category_of(const struct opml_feed *feed)
{
    struct buf out = {0};

    for (size_t i = 0; i < feed->depth; i++) {
        if (i)
            buf_addc(&out, '/');
        for (const char *p = feed->path[i]; *p; p++)
            buf_addc(&out, *p == '/' ? '-' : *p);
    }
    return buf_take(&out);
}

static json_t *sources_of(const struct opml *opml)
{
    json_t *sources = json_array();

    for (size_t i = 0; i < opml->feed_count; i++) {
        const struct opml_feed *feed = &opml->feeds[i];
        char *category = category_of(feed);
        json_t *source = json_pack("{s:s, s:s}", "url", feed->url, "title", feed->title);

        if (*category)
            json_object_set_new(source, "category", json_string(category));
        json_array_append_new(sources, source);
        free(category);
    }
    return sources;
}

static int import(struct call *call)
{
    const char *path = call->words[0];
    struct buf text = {0};
    struct opml *opml = NULL;
    json_t *sources = NULL;
    int code = read_file(path, &text);

    if (code)
        goto out;
    opml = opml_parse(buf_span(&text));
    for (size_t i = 0; i < opml->skip_count; i++)
        fprintf(stderr, "weir: %s:%d: left out: %s: %s\n", path, opml->skipped[i].line,
                opml->skipped[i].reason, opml->skipped[i].what);
    if (!opml->seen)
        code = call_fail(APP_DATA, "%s is no OPML", path);
    else if (opml->feed_count == 0)
        code = call_fail(APP_DATA, "%s has no feeds", path);
    if (code)
        goto out;
    sources = sources_of(opml);
    code = adding_run(call, sources);
out:
    json_decref(sources);
    opml_destroy(&opml);
    buf_free(&text);
    return code;
}

const struct verb verb_import = {
    .name = "import",
    .words = "FILE.opml",
    .least = 1,
    .most = 1,
    .summary = "subscribe to the feeds of an OPML list (- reads standard input)",
    .more = "Outlines around a feed become its category.  Lines that make no sense are named and\n"
            "left out.",
    .run = import,
};

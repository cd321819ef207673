/* import-items. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "reader/call.h"
#include "reader/import_batch.h"
#include "reader/import_line.h"
#include "reader/lines.h"
#include "reader/print.h"
#include "reader/resume.h"
#include "reader/verbs.h"

enum {
    BATCH_ITEMS = 128,
    BATCH_BYTES = 512 * 1024,
    LINE_BYTES = 1900 * 1024, /* a query of one such item still fits into a message */
};

struct importing {
    const char *path, *source, *resume; /* resume: NULL = none */
    FILE *file;
    struct import_batch *sender;
    json_t *items; /* of the batch in the making */
    size_t bytes;
    int64_t line, skipped, passed; /* passed: by an earlier run */
    struct import_totals totals;
};

static void skip(struct importing *im, const char *why)
{
    fprintf(stderr, "weir: %s:%lld: left out: %s\n", im->path, (long long)im->line, why);
    im->skipped++;
}

/* What the lines so far have brought is in the store, or a dead letter. */
static int finish_batch(struct importing *im)
{
    int code = 0;

    if (json_array_size(im->items) > 0) {
        json_t *items = im->items;

        im->items = json_array();
        im->bytes = 0;
        code = import_batch_send(im->sender, items, &im->totals);
    }
    if (!code && im->resume)
        code = resume_write(im->resume, im->source, im->line);
    return code;
}

static int take_line(struct importing *im, struct span line, bool too_long)
{
    const char *why = "it is too long for a message";
    json_t *item = NULL;
    enum import_line_kind kind = too_long ? IMPORT_LINE_BAD : import_line(line, &item, &why);

    if (kind == IMPORT_LINE_BAD)
        skip(im, why);
    if (kind != IMPORT_LINE_ITEM)
        return 0;
    json_array_append_new(im->items, item);
    im->bytes += line.n;
    return json_array_size(im->items) >= BATCH_ITEMS || im->bytes >= BATCH_BYTES ? finish_batch(im)
                                                                                 : 0;
}

static int run(struct importing *im)
{
    struct buf line = {0};
    bool too_long = false;
    int code = 0;

    while (!code && lines_next(im->file, LINE_BYTES, &line, &too_long)) {
        struct span text = buf_span(&line);

        im->line++;
        if (im->line <= im->passed)
            continue;
        /* Together they must fit into one message. */
        if (im->bytes > 0 && im->bytes + text.n > LINE_BYTES) {
            im->line--;
            code = finish_batch(im);
            im->line++;
        }
        if (!code)
            code = take_line(im, text, too_long);
    }
    if (!code && ferror(im->file))
        code = call_fail(APP_IO, "%s: %s", im->path, strerror(errno));
    if (!code)
        code = finish_batch(im);
    buf_free(&line);
    return code;
}

static void report(const struct call *call, const struct importing *im)
{
    const struct import_totals *t = &im->totals;

    if (call->json) {
        json_t *answer =
            json_pack("{s:I, s:I, s:I, s:I, s:I}", "stored", (json_int_t)t->stored, "known",
                      (json_int_t)t->known, "dead", (json_int_t)t->dead, "skipped",
                      (json_int_t)im->skipped, "lines", (json_int_t)im->line);

        print_json(answer);
        json_decref(answer);
        return;
    }
    printf("%lld lines: %lld items stored, %lld known, %lld dead letters, %lld lines left out\n",
           (long long)im->line, (long long)t->stored, (long long)t->known, (long long)t->dead,
           (long long)im->skipped);
}

static int open_input(struct importing *im)
{
    im->file = strcmp(im->path, "-") == 0 ? stdin : fopen(im->path, "r");
    if (!im->file)
        return call_fail(APP_IO, "%s: %s", im->path, strerror(errno));
    return im->resume ? resume_read(im->resume, im->source, &im->passed) : 0;
}

static int import_items(struct call *call)
{
    const char *source = call_option(call, "source");
    struct importing im = {.path = call->word_count > 0 ? call->words[0] : "-",
                           .source = source ? source : "items",
                           .resume = call_option(call, "resume"),
                           .items = json_array()};
    int code = open_input(&im);

    im.sender = import_batch_create(call->config, im.source);
    if (!code)
        code = run(&im);
    if (im.line > 0)
        report(call, &im);
    import_batch_destroy(&im.sender);
    if (im.file && im.file != stdin)
        fclose(im.file);
    json_decref(im.items);
    return code ? code : im.skipped > 0 || im.totals.dead > 0 ? APP_DATA : APP_OK;
}

const struct verb verb_import_items = {
    .name = "import-items",
    .words = "[FILE]",
    .least = 0,
    .most = 1,
    .summary = "put items into the store, one a line, as export writes them",
    .more =
        "Reads standard input where there is no FILE, or it is -.  A line is what export --jsonl\n"
        "writes, or an item of a JSON Feed.  Lines that cannot be read are named and left out;\n"
        "the exit code is 65 then.  It ends once every item is in the store.  Items that are\n"
        "there already are known and stay as they are, so it may be run again.",
    .options = {{"source", "NAME", "the import they belong to (items)"},
                {"resume", "FILE", "keeps in FILE how far it has come, and goes on from there"}},
    .run = import_items,
};

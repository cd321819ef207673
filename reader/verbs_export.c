/* export. */
#include "common/app.h"
#include "reader/call.h"
#include "reader/export.h"
#include "reader/pages.h"
#include "reader/verbs.h"
#include "reader/whole_file.h"

/* What the items are to be; NULL: an option is wrong, told. */
static json_t *arguments(const struct call *call)
{
    json_t *args = json_object();
    int64_t source = 0;

    if (!call_number(call, "source", 0, 1, INT64_MAX, &source) || !pages_since(call, args)) {
        json_decref(args);
        return NULL;
    }
    if (source)
        json_object_set_new(args, "source", json_integer(source));
    if (call_option(call, "view"))
        json_object_set_new(args, "view", json_string(call_option(call, "view")));
    if (call->word_count > 0)
        json_object_set_new(args, "query", json_string(call->words[0]));
    return args;
}

static int write_items(const struct call *call, FILE *out)
{
    json_t *args = arguments(call);

    if (!args)
        return APP_USAGE;
    return call_option(call, "json-feed") ? export_feed(call, args, out)
                                          : export_lines(call, args, out);
}

static int export(struct call *call)
{
    bool opml = call_option(call, "opml"), feed = call_option(call, "json-feed");
    bool lines = call_option(call, "jsonl");
    struct whole_file file;
    int code = 0, closed = 0;

    if (opml + feed + lines > 1)
        return call_fail(APP_USAGE, "one of --jsonl, --json-feed and --opml");
    if (opml && call->word_count > 0)
        return call_fail(APP_USAGE, "--opml exports all subscriptions, and takes no query");
    code = whole_file_open(&file, call_option(call, "out"));
    if (code)
        return code;
    code = opml ? export_opml(call, file.stream) : write_items(call, file.stream);
    closed = whole_file_close(&file, code == 0);
    return code ? code : closed;
}

const struct verb verb_export = {
    .name = "export",
    .words = "[QUERY]",
    .least = 0,
    .most = 1,
    .summary = "write items, or the list of subscriptions, for other programs",
    .more =
        "Items are written oldest first, with all there is of them, as import-items reads them:\n"
        "those that were there when it began.  Credentials and other private settings of\n"
        "sources are never written.",
    .options = {{"jsonl", NULL, "items as JSON Lines, one a line (the default)"},
                {"json-feed", NULL, "items as a JSON Feed 1.1"},
                {"opml", NULL, "subscriptions as OPML 2.0, with their categories"},
                {"since", "AGE", "only items newer than 30m, 6h, 2d ..."},
                {"source", "N", "only items of this source"},
                {"view", "NAME", "only items of this view"},
                {"out", "FILE", "to this file, whole or not at all, in place of standard output"}},
    .run = export,
};

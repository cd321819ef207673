#include "reader/listing.h"

#include "common/app.h"
#include "reader/call.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/syntax.h"

enum { MINUTE_MS = 60000, HOUR_MS = 60 * MINUTE_MS };

json_t *listing_query(const struct call *call, int first)
{
    struct buf text = {0};
    json_t *query = NULL;

    for (int i = first; i < call->word_count; i++)
        buf_printf(&text, "%s%s", i > first ? " " : "", call->words[i]);
    query = json_string(text.data ? text.data : "");
    buf_free(&text);
    if (!query)
        call_fail(APP_USAGE, "the query is not UTF-8");
    return query;
}

bool listing_arguments(const struct call *call, json_t *args)
{
    static const char *const switches[] = {"unread", "starred", "hidden", "all"};
    const char *view = call_option(call, "view");
    json_t *query = listing_query(call, 0);

    if (!query)
        return false;
    if (call->word_count > 0)
        json_object_set(args, "query", query);
    json_decref(query);
    if (view)
        json_object_set_new(args, "view", json_string(view));
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        if (call_option(call, switches[i]))
            json_object_set_new(args, switches[i], json_true());
    return pages_since(call, args);
}

/* --- remarks ---------------------------------------------------------------------------------- */

void listing_remarks(struct buf *out, const json_t *answer, const char *query)
{
    const json_t *syntax = json_object_get(answer, "syntax");

    if (syntax)
        syntax_add(out, syntax, query, print_width(), "it is looked for as a phrase");
    if (json_is_true(json_object_get(answer, "capped")))
        buf_adds(out, "weir: a word of the query is so common that only the newest items with it "
                      "were looked at\n");
}

/* --- bands ------------------------------------------------------------------------------------ */

static const struct {
    int64_t age_ms;
    const char *name;
} bands[] = {{15 * MINUTE_MS, "last 15 minutes"},
             {HOUR_MS, "last hour"},
             {24LL * HOUR_MS, "last 24 hours"},
             {48LL * HOUR_MS, "last 48 hours"},
             {INT64_MAX, "older"}};

int listing_band(int64_t time_ms, int64_t now_ms)
{
    int band = 0;

    while (now_ms - time_ms > bands[band].age_ms)
        band++;
    return band;
}

const char *listing_band_name(int band)
{
    return bands[band].name;
}

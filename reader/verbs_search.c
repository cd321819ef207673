/* search, similar. */
#include <stdio.h>

#include "common/app.h"
#include "common/buf.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/hits.h"
#include "reader/print.h"
#include "reader/syntax.h"
#include "reader/verbs.h"

enum { LIMIT = 20, LIMIT_MOST = 100 };

static void print_answer(const json_t *answer, bool explain)
{
    const json_t *hits = json_object_get(answer, "hits"), *hit = NULL;
    struct buf out = {0};
    size_t i = 0;

    json_array_foreach(hits, i, hit) hits_show(&out, hit, explain);
    print_out(&out);
    hits_remarks(&out, answer);
    if (json_array_size(hits) == 0)
        buf_adds(&out, "nothing found\n");
    if (explain) {
        const char *name = NULL;
        const json_t *us = NULL;

        buf_adds(&out, "took");
        json_object_foreach(json_object_get(answer, "took_us"), name, us)
            buf_printf(&out, " %s %.1f ms", name, (double)json_integer_value(us) / 1000);
        buf_addc(&out, '\n');
    }
    fputs(out.data ? out.data : "", stderr);
    buf_free(&out);
}

static int ask(const struct call *call, const char *verb, json_t *args)
{
    json_t *answer = NULL;
    int64_t limit = LIMIT;
    int code = APP_USAGE;

    if (call_number(call, "limit", LIMIT, 1, LIMIT_MOST, &limit)) {
        json_object_set_new(args, "limit", json_integer(limit));
        if (call_option(call, "explain"))
            json_object_set_new(args, "explain", json_true());
        code = client_ask(call->config, verb, json_incref(args), &answer);
    }
    if (!code && call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else if (!code) {
        syntax_tell(answer, print_text(args, "query"));
        print_answer(answer, call_option(call, "explain") != NULL);
    }
    json_decref(answer);
    json_decref(args);
    return code;
}

/* The words of the command line are one query. */
static json_t *query_of(const struct call *call)
{
    struct buf text = {0};
    json_t *query = NULL;

    for (int i = 0; i < call->word_count; i++)
        buf_printf(&text, "%s%s", i ? " " : "", call->words[i]);
    query = json_string(text.data ? text.data : "");
    buf_free(&text);
    return query;
}

static int search(struct call *call)
{
    static const char *const switches[] = {"mmr", "rerank"};
    json_t *args = json_object(), *query = query_of(call);
    const char *mode = call_option(call, "mode"), *view = call_option(call, "view");

    if (!query) {
        json_decref(args);
        return call_fail(APP_USAGE, "the query is not UTF-8");
    }
    json_object_set_new(args, "query", query);
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
        if (call_option(call, switches[i]))
            json_object_set_new(args, switches[i], json_true());
    if (mode)
        json_object_set_new(args, "mode", json_string(mode));
    if (view)
        json_object_set_new(args, "view", json_string(view));
    return ask(call, "search", args);
}

const struct verb verb_search = {
    .name = "search",
    .words = "QUERY...",
    .least = 1,
    .most = 1000,
    .summary = "find items by words and by meaning, best first",
    .more = syntax_help,
    .options = {{"limit", "N", "at most so many (20)"},
                {"mode", "MODE", "hybrid (default), keyword or vector"},
                {"view", "NAME", "only what this saved view shows"},
                {"mmr", NULL, "an order in which hits do not repeat each other"},
                {"rerank", NULL, "let the reranker put the best into order"},
                {"explain", NULL, "why each hit stands where it does, and how long it took"}},
    .run = search,
};

/* --- similar ---------------------------------------------------------------------------------- */

static int similar(struct call *call)
{
    int64_t id = 0;

    if (!call_id(call->words[0], &id))
        return APP_USAGE;
    return ask(call, "similar",
               json_pack("{s:I}", call_option(call, "story") ? "story" : "id", (json_int_t)id));
}

const struct verb verb_similar = {
    .name = "similar",
    .words = "ITEM",
    .least = 1,
    .most = 1,
    .summary = "find items like this one",
    .options = {{"limit", "N", "at most so many (20)"},
                {"story", NULL, "the number is a story's"},
                {"explain", NULL, "how near each hit is, and how long it took"}},
    .run = similar,
};

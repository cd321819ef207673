/* views. */
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/listing.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/syntax.h"
#include "reader/verbs.h"

enum { WORDS_MOST = 1000, NAME = 20 };

static void print_view(struct buf *out, const json_t *view)
{
    print_styled_cell(out, PRINT_BOLD, print_text(view, "name"), NAME);
    buf_adds(out, "  ");
    print_cut(out, print_text(view, "query"), print_width() > 0 ? print_width() - NAME - 2 : 0);
    buf_addc(out, '\n');
}

static int list(const struct call *call)
{
    json_t *answer = NULL, *views = NULL;
    int code = client_ask(call->config, "views", NULL, &answer);

    if (!code) {
        views = json_incref(json_object_get(answer, "views"));
        pages_print(call, &views, print_view, "no views yet: weir views set NAME QUERY\n");
    }
    json_decref(answer);
    return code;
}

/* Asks for a change, and says in words what was done. */
static int change(const struct call *call, const char *verb, json_t *args, const char *done)
{
    json_t *answer = NULL;
    int code = client_ask(call->config, verb, args, &answer);

    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("view %s %s\n", call->words[1], done);
    json_decref(answer);
    return code;
}

static int set(const struct call *call)
{
    json_t *query = listing_query(call, 2), *args = NULL;
    int code = query ? syntax_check(call->config, json_string_value(query)) : APP_USAGE;

    if (code) {
        json_decref(query);
        return code;
    }
    args = json_pack("{s:s?, s:o}", "name", call->words[1], "query", query);
    return args ? change(call, "view.set", args, "set")
                : call_fail(APP_USAGE, "the name is not UTF-8");
}

static int views(struct call *call)
{
    const char *what = call->word_count > 0 ? call->words[0] : "list";

    if (strcmp(what, "list") == 0 && call->word_count <= 1)
        return list(call);
    if (strcmp(what, "set") == 0 && call->word_count >= 3)
        return set(call);
    if (strcmp(what, "remove") == 0 && call->word_count == 2)
        return change(call, "view.remove", json_pack("{s:s}", "name", call->words[1]), "removed");
    return call_fail(APP_USAGE, "views takes nothing, `set NAME QUERY` or `remove NAME`");
}

const struct verb verb_views = {
    .name = "views",
    .words = "[list | set NAME QUERY... | remove NAME]",
    .most = WORDS_MOST,
    .summary = "list, save or remove queries under a name, for --view",
    .more = syntax_help,
    .run = views,
};

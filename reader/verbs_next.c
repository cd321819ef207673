/* next, back, forward, read: a walk through what is unread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "reader/call.h"
#include "reader/chosen.h"
#include "reader/client.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { AMONG = 500 };

/* Shows what was chosen; the answer is consumed. */
static int show_place(const struct call *call, struct client *client, json_t *place)
{
    json_t *item = NULL, *story = NULL;
    struct buf out = {0};
    int code = client_query(client, "story",
                            json_pack("{s:I, s:i}", "id", print_int(place, "story"), "limit", 100),
                            &story);

    if (!code)
        code =
            client_query(client, "item", json_pack("{s:I}", "id", print_int(place, "item")), &item);
    if (!code && json_object_get(place, "explain"))
        chosen_name(client, json_object_get(place, "explain"));
    if (!code && call->json) {
        json_object_set(place, "shown", story);
        print_add_iso(place);
        print_json(place);
    } else if (!code) {
        chosen_print(&out, place, story, item);
        print_out(&out);
    }
    buf_free(&out);
    json_decref(item);
    json_decref(story);
    json_decref(place);
    return code;
}

static int go(struct call *call, const char *verb, json_t *args)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *place = NULL;
    int code = APP_NO_PEER;

    if (client)
        code = client_query(client, verb, args, &place);
    else
        json_decref(args);
    if (!code)
        code = show_place(call, client, place);
    client_close(&client);
    return code;
}

/* --- next ------------------------------------------------------------------------------------- */

/* The unread items that a view or a query has, the newest: next chooses among these. */
static int read_among(const struct call *call, json_t *args)
{
    const char *view = call_option(call, "view");
    json_t *list = NULL, *item = NULL, *among = NULL;
    json_t *wanted = json_pack("{s:b}", "unread", true);
    size_t i = 0;
    int code = 0;

    json_object_set_new(wanted, "view", json_string(view));
    code = pages_read(call->config, "items", wanted, "items", "before", AMONG, &list);
    if (code)
        return code;
    among = json_array();
    json_array_foreach(list, i, item) json_array_append(among, json_object_get(item, "id"));
    json_object_set_new(args, "among", among);
    json_decref(list);
    return json_array_size(among) > 0
               ? 0
               : call_fail(APP_DATA, "nothing is unread in the view '%s'", view);
}

static int next(struct call *call)
{
    json_t *args = json_object();
    int code = 0;

    if (call_option(call, "explain"))
        json_object_set_new(args, "explain", json_true());
    if (call_option(call, "view"))
        code = read_among(call, args);
    if (!code)
        return go(call, "next", args);
    json_decref(args);
    return code;
}

const struct verb verb_next = {
    .name = "next",
    .words = "",
    .summary = "show an unread story, chosen by what was read before",
    .more = "Say how far it was read with weir read: from this, next learns which source to go to\n"
            "after which. 65 where nothing is unread.",
    .options = {{"view", "NAME", "only stories of this saved view"},
                {"explain", NULL, "show the weights that it was chosen by"}},
    .run = next,
};

/* --- back, forward ---------------------------------------------------------------------------- */

static int back(struct call *call)
{
    return go(call, "back", NULL);
}

static int forward(struct call *call)
{
    return go(call, "forward", NULL);
}

const struct verb verb_back = {
    .name = "back",
    .words = "",
    .summary = "show the story before, among those that were given; nothing is learned there",
    .run = back,
};

const struct verb verb_forward = {
    .name = "forward",
    .words = "",
    .summary = "show the story behind, after weir back",
    .run = forward,
};

/* --- read ------------------------------------------------------------------------------------- */

static bool read_fraction(const struct call *call, double *fraction)
{
    const char *text = call_option(call, "fraction");
    char *end = NULL;

    *fraction = 1;
    if (!text)
        return true;
    *fraction = strtod(text, &end);
    if (*end == '%' && end != text) {
        *fraction /= 100;
        end++;
    }
    if (end != text && !*end && *fraction >= 0 && *fraction <= 1)
        return true;
    call_fail(APP_USAGE, "--fraction takes a part such as 0.5 or 50%%, not '%s'", text);
    return false;
}

static void tell_read(const json_t *answer)
{
    const char *outcome = print_text(answer, "outcome");
    bool frozen = json_is_true(json_object_get(answer, "frozen"));

    printf("story %lld: %s, %lld items marked read%s\n", (long long)print_int(answer, "story"),
           strcmp(outcome, "open") == 0 ? "neither read nor passed over" : outcome,
           (long long)print_int(answer, "marked"),
           json_is_true(json_object_get(answer, "learned")) ? ", learned"
           : frozen ? ", nothing learned (weir next goes on learning)"
                    : "");
}

static int read_item(struct call *call)
{
    json_t *args = json_object(), *answer = NULL;
    double fraction = 0;
    int64_t id = 0;
    int code = 0;

    if (!read_fraction(call, &fraction) ||
        (call->word_count > 0 && !call_id(call->words[0], &id))) {
        json_decref(args);
        return APP_USAGE;
    }
    json_object_set_new(args, "fraction", json_real(fraction));
    if (id)
        json_object_set_new(args, "item", json_integer(id));
    code = client_ask(call->config, "read", args, &answer);
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        tell_read(answer);
    json_decref(answer);
    return code;
}

const struct verb verb_read = {
    .name = "read",
    .words = "[ITEM]",
    .most = 1,
    .summary = "say how far a story was read: the one that was shown last, or that of an item",
    .more = "33 % or more marks it read and is learned as liked, less than 10 % as passed over;\n"
            "without ITEM the whole story is marked, with it the item and its copies.",
    .options = {{"fraction", "F", "how far, as 0.5 or 50% (all of it)"}},
    .run = read_item,
};

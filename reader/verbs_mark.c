/* mark, undo. */
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/listing.h"
#include "reader/print.h"
#include "reader/sources.h"
#include "reader/verbs.h"

/* --- mark ------------------------------------------------------------------------------------- */

static const char *what_of(const char *word)
{
    static const char *const words[][2] = {{"read", "read"},           {"unread", "unread"},
                                           {"starred", "starred"},     {"star", "starred"},
                                           {"unstarred", "unstarred"}, {"unstar", "unstarred"},
                                           {"hidden", "hidden"},       {"hide", "hidden"},
                                           {"unhidden", "unhidden"},   {"unhide", "unhidden"}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(word, words[i][0]) == 0)
            return words[i][1];
    return NULL;
}

static bool is_number(const char *word)
{
    return *word && word[strspn(word, "0123456789")] == '\0';
}

/* Numbers are items, or stories with --story; anything else is a query. */
static bool add_words(const struct call *call, json_t *args)
{
    json_t *ids = json_array(), *query = NULL;
    int64_t id = 0;
    int i = 1;

    while (i < call->word_count && is_number(call->words[i]) && call_id(call->words[i], &id)) {
        json_array_append_new(ids, json_integer(id));
        i++;
    }
    if (i == call->word_count) {
        if (i > 1)
            json_object_set(args, call_option(call, "story") ? "stories" : "items", ids);
        json_decref(ids);
        return true;
    }
    json_decref(ids);
    query = listing_query(call, 1);
    if (query)
        json_object_set_new(args, "query", query);
    return query != NULL;
}

static bool add_before(const struct call *call, json_t *args)
{
    const char *text = call_option(call, "before");
    int64_t age_ms = text ? print_parse_span(text) : 0;

    if (age_ms < 0) {
        call_fail(APP_USAGE,
                  "--before takes an age such as 30m, 6h or 2d, not '%s'; for a date use the query "
                  "before:2026-11-20",
                  text);
        return false;
    }
    if (text)
        json_object_set_new(args, "before_ms", json_integer(clock_utc_ms() - age_ms));
    return true;
}

/* An exit code, told; 0: the arguments are there. */
static int arguments(const struct call *call, json_t *args)
{
    const char *what = what_of(call->words[0]), *source = call_option(call, "source");
    const char *texts[] = {"category", "view"};

    if (!what)
        return call_fail(APP_USAGE,
                         "'%s': mark read, unread, starred, unstarred, hidden or unhidden",
                         call->words[0]);
    json_object_set_new(args, "what", json_string(what));
    if (!add_words(call, args) || !add_before(call, args))
        return APP_USAGE;
    for (size_t i = 0; i < 2; i++)
        if (call_option(call, texts[i]))
            json_object_set_new(args, texts[i], json_string(call_option(call, texts[i])));
    if (call_option(call, "all"))
        json_object_set_new(args, "all", json_true());
    if (source) {
        int64_t id = sources_find(call->config, source);

        if (id == 0)
            return APP_DATA;
        json_object_set_new(args, "source", json_integer(id));
    }
    return 0;
}

static int mark(struct call *call)
{
    json_t *args = json_object(), *answer = NULL;
    int code = arguments(call, args);

    if (!code)
        code = client_ask(call->config, "mark", json_incref(args), &answer);
    json_decref(args);
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("%lld of %lld items are now %s%s\n", (long long)print_int(answer, "changed"),
               (long long)print_int(answer, "items"), print_text(answer, "what"),
               print_int(answer, "changed") ? " (weir undo takes it back)" : "; the others were");
    json_decref(answer);
    return code;
}

const struct verb verb_mark = {
    .name = "mark",
    .words = "WHAT [ITEM|QUERY]...",
    .least = 1,
    .most = 10000,
    .summary = "mark items read, unread, starred, unstarred, hidden or unhidden",
    .more =
        "Numbers are items, or stories with --story; other words are a query as of weir search.\n"
        "What else is given must be true as well.  Copies of an item are read, and hidden, with\n"
        "it; those that come later, too, unless they add text.",
    .options = {{"story", NULL, "the numbers are stories: all their items"},
                {"source", "SOURCE", "items of a source, given by number or URL"},
                {"category", "NAME", "items of the sources in a category and those below it"},
                {"before", "AGE", "items older than 30m, 6h, 2d ..."},
                {"view", "NAME", "items that a saved view shows"},
                {"all", NULL, "all items there are"}},
    .run = mark,
};

/* --- undo ------------------------------------------------------------------------------------- */

static int list_steps(struct call *call)
{
    json_t *answer = NULL, *step = NULL;
    struct buf out = {0};
    size_t i = 0;
    int code = client_ask(call->config, "mark.steps", json_object(), &answer);

    if (!code && call->json) {
        print_add_iso(answer);
        print_json(json_object_get(answer, "steps"));
    } else if (!code) {
        json_array_foreach(json_object_get(answer, "steps"), i, step)
        {
            print_time(&out, print_int(step, "made_ms"), print_terminal());
            buf_printf(&out, "  %s: %lld items\n", print_text(step, "what"),
                       (long long)print_int(step, "items"));
        }
        print_out(&out);
    }
    buf_free(&out);
    json_decref(answer);
    return code;
}

static int take_back(struct call *call)
{
    json_t *answer = NULL;
    int code = client_ask(call->config, "mark.undo", json_object(), &answer);

    if (!code && call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else if (!code) {
        printf("%lld items are no longer marked %s\n", (long long)print_int(answer, "changed"),
               print_text(answer, "what"));
    }
    json_decref(answer);
    return code;
}

static int undo(struct call *call)
{
    return call_option(call, "list") ? list_steps(call) : take_back(call);
}

const struct verb verb_undo = {
    .name = "undo",
    .words = "",
    .summary = "take back the last mark; again, the one before it",
    .more = "What was marked otherwise since is left as it is.  65 where there is nothing to take\n"
            "back.",
    .options = {{"list", NULL, "what can be taken back, the last first"}},
    .run = undo,
};

/* rules. */
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/listing.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/syntax.h"
#include "reader/verbs.h"

enum { WORDS_MOST = 1000, LATEST = 1000, LATEST_MOST = 100000 };

/* --- list ------------------------------------------------------------------------------------- */

static void add_actions(struct buf *out, const json_t *actions)
{
    size_t i = 0;
    const json_t *action = NULL;

    json_array_foreach(actions, i, action)
    {
        buf_adds(out, i ? ", " : "");
        print_cut(out, json_string_value(action), 0);
    }
}

static void print_rule(struct buf *out, const json_t *rule)
{
    buf_printf(out, "%4lld. rule %-4lld ", (long long)print_int(rule, "place"),
               (long long)print_int(rule, "id"));
    if (*print_text(rule, "name"))
        print_styled(out, PRINT_BOLD, print_text(rule, "name"));
    buf_adds(out, *print_text(rule, "name") ? ": " : "");
    print_cut(out, print_text(rule, "query"), 0);
    buf_adds(out, " -> ");
    add_actions(out, json_object_get(rule, "actions"));
    if (!json_is_true(json_object_get(rule, "enabled")))
        print_styled(out, PRINT_DIM, "  (off)");
    buf_addc(out, '\n');
    if (json_object_get(rule, "syntax"))
        syntax_add(out, json_object_get(rule, "syntax"), print_text(rule, "query"), print_width(),
                   "the rule does nothing");
}

static int list(const struct call *call)
{
    json_t *answer = NULL, *rules = NULL;
    int code = client_ask(call->config, "rules", NULL, &answer);

    if (!code) {
        rules = json_incref(json_object_get(answer, "rules"));
        pages_print(call, &rules, print_rule, "no rules yet: weir rules add QUERY --do read\n");
    }
    json_decref(answer);
    return code;
}

/* --- arguments -------------------------------------------------------------------------------- */

/* "read,category:a b" as a list; NULL where it was not given. */
static json_t *actions_of(const struct call *call)
{
    const char *text = call_option(call, "do");
    char *copy = mem_strdup(text), *rest = NULL;
    json_t *actions = text ? json_array() : NULL;

    for (char *p = copy ? strtok_r(copy, ",", &rest) : NULL; p; p = strtok_r(NULL, ",", &rest))
        json_array_append_new(actions, json_string(p + strspn(p, " ")));
    free(copy);
    return actions;
}

/* Sets name, actions, and the words from the first on as query, where they were given; 0, or an
 * exit code, told. */
static int arguments(const struct call *call, int first, json_t *args)
{
    json_t *actions = actions_of(call), *query = NULL;
    const char *name = call_option(call, "name");
    int code = 0;

    if (actions)
        json_object_set_new(args, "actions", actions);
    if (name && json_object_set_new(args, "name", json_string(name)) != 0)
        return call_fail(APP_USAGE, "the name is not UTF-8");
    if (call->word_count <= first)
        return 0;
    query = listing_query(call, first);
    code = query ? syntax_check(call->config, json_string_value(query)) : APP_USAGE;
    if (!code)
        json_object_set(args, "query", query);
    json_decref(query);
    return code;
}

/* Asks for a change, which consumes args, and says in words what was done. */
static int change(const struct call *call, const char *verb, json_t *args, const char *done)
{
    json_t *answer = NULL;
    int64_t id = print_int(args, "id");
    int code = client_ask(call->config, verb, args, &answer);

    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("rule %lld %s\n", (long long)(id ? id : print_int(answer, "id")), done);
    json_decref(answer);
    return code;
}

/* --- changes ---------------------------------------------------------------------------------- */

static int add(const struct call *call)
{
    json_t *args = json_object();
    int code = arguments(call, 1, args);

    if (!code && !json_object_get(args, "actions"))
        code = call_fail(APP_USAGE, "say what is to be done: --do read, star, hide or "
                                    "category:NAME, or several with commas");
    if (code) {
        json_decref(args);
        return code;
    }
    return change(call, "rule.add", args, "added");
}

static int set(const struct call *call, int64_t id)
{
    json_t *args = json_pack("{s:I}", "id", (json_int_t)id);
    int code = arguments(call, 2, args);

    if (call_option(call, "on") || call_option(call, "off"))
        json_object_set_new(args, "enabled", json_boolean(call_option(call, "on") != NULL));
    if (code) {
        json_decref(args);
        return code;
    }
    return change(call, "rule.set", args, "set");
}

static int move(const struct call *call, int64_t id)
{
    int64_t place = 0;

    if (!call_id(call->words[2], &place))
        return APP_USAGE;
    return change(call, "rule.move",
                  json_pack("{s:I, s:I}", "id", (json_int_t)id, "place", (json_int_t)place),
                  "moved");
}

/* --- test ------------------------------------------------------------------------------------- */

static void print_met(struct buf *out, const json_t *item)
{
    print_time(out, print_int(item, "time_ms"), print_terminal());
    buf_printf(out, " %7lld  ", (long long)print_int(item, "id"));
    print_cell(out, print_text(item, "source_title"), 20, false);
    buf_adds(out, "  ");
    print_cut(out, print_text(item, "title"), print_width() > 80 ? print_width() - 60 : 0);
    if (json_array_size(json_object_get(item, "would")) > 0) {
        buf_adds(out, "  -> ");
        add_actions(out, json_object_get(item, "would"));
    }
    buf_addc(out, '\n');
}

static void print_test(const json_t *answer)
{
    struct buf out = {0};
    size_t i = 0;
    const json_t *item = NULL;

    json_array_foreach(json_object_get(answer, "items"), i, item) print_met(&out, item);
    buf_printf(&out, "%lld of the latest %lld items\n", (long long)print_int(answer, "met"),
               (long long)print_int(answer, "tested"));
    print_out(&out);
    buf_free(&out);
}

static int test(const struct call *call)
{
    json_t *args = json_object(), *answer = NULL;
    const char *word = call->words[1];
    bool is_rule = call->word_count == 2 && word[strspn(word, "0123456789")] == '\0';
    int64_t latest = 0, id = 0;
    int code = call_number(call, "latest", LATEST, 1, LATEST_MOST, &latest) ? 0 : APP_USAGE;

    if (!code && is_rule && !call_id(word, &id))
        code = APP_USAGE;
    if (!code)
        code =
            is_rule ? json_object_set_new(args, "id", json_integer(id)) : arguments(call, 1, args);
    json_object_set_new(args, "limit", json_integer(latest));
    if (!code)
        code = client_ask(call->config, "rule.test", json_incref(args), &answer);
    if (!code && call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else if (!code) {
        print_test(answer);
    }
    json_decref(answer);
    json_decref(args);
    return code;
}

/* --- the verb --------------------------------------------------------------------------------- */

static int rules(struct call *call)
{
    const char *what = call->word_count > 0 ? call->words[0] : "list";
    int n = call->word_count;
    int64_t id = 0;

    if (strcmp(what, "list") == 0 && n <= 1)
        return list(call);
    if (strcmp(what, "add") == 0 && n >= 2)
        return add(call);
    if (strcmp(what, "test") == 0 && n >= 2)
        return test(call);
    if (n < 2 ||
        (strcmp(what, "set") != 0 && strcmp(what, "remove") != 0 && strcmp(what, "move") != 0))
        return call_fail(APP_USAGE,
                         "rules takes nothing, `add QUERY`, `set RULE [QUERY]`, `remove RULE`, "
                         "`move RULE PLACE` or `test QUERY` (or RULE)");
    if (!call_id(call->words[1], &id))
        return APP_USAGE;
    if (*what == 's')
        return set(call, id);
    if (*what == 'm' && n == 3)
        return move(call, id);
    if (*what == 'r' && n == 2)
        return change(call, "rule.remove", json_pack("{s:I}", "id", (json_int_t)id), "removed");
    return call_fail(APP_USAGE, "rules %s takes %s", what, *what == 'm' ? "RULE PLACE" : "RULE");
}

const struct verb verb_rules = {
    .name = "rules",
    .words = "[list | add QUERY... | set RULE [QUERY...] | remove RULE | move RULE PLACE |"
             " test QUERY...|RULE]",
    .most = WORDS_MOST,
    .summary = "what is done to items when they arrive",
    .more = syntax_help,
    .options = {{"do", "ACTIONS", "read, star, hide, category:NAME; several with commas"},
                {"name", "NAME", "what the rule is called"},
                {"on", NULL, "set: it is met again"},
                {"off", NULL, "set: it is kept and not met"},
                {"latest", "N", "test: among so many of the latest items (1000)"}},
    .run = rules,
};

/* verify, dead. */
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "common/config.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/verbs.h"

/* --- verify ----------------------------------------------------------------------------------- */

static void print_check(const json_t *check)
{
    struct buf out = {0};
    bool ok = json_is_true(json_object_get(check, "ok"));
    json_t *problems = json_object_get(check, "problems"), *problem = NULL;
    int64_t more = print_int(check, "count") - (int64_t)json_array_size(problems);
    size_t i = 0;

    print_styled(&out, ok ? PRINT_GREEN : PRINT_RED, ok ? "ok  " : "FAIL");
    buf_printf(&out, " %-11s", print_text(check, "name"));
    print_span(&out, print_int(check, "ms"));
    buf_addc(&out, '\n');
    json_array_foreach(problems, i, problem)
    {
        buf_adds(&out, "     ");
        print_cut(&out, json_string_value(problem), 0);
        buf_addc(&out, '\n');
    }
    if (more > 0)
        buf_printf(&out, "     and %lld more\n", (long long)more);
    print_out(&out);
    fflush(stdout);
    buf_free(&out);
}

/* Each check is a query of its own, so that each has the whole time of a query. */
static int run_checks(const struct call *call, struct client *client, json_t *names, json_t *checks)
{
    json_t *name = NULL;
    size_t i = 0;
    int code = 0;

    json_array_foreach(names, i, name)
    {
        json_t *answer = NULL;
        json_t *check = NULL;

        code = client_query(client, "verify", json_pack("{s:O}", "check", name), &answer);
        if (code) {
            call_fail(code, "check %s could not be made; weir-storer --verify FILE has no limit",
                      json_string_value(name));
            return code;
        }
        check = json_array_get(json_object_get(answer, "checks"), 0);
        if (!call->json)
            print_check(check);
        json_array_append(checks, check);
        json_decref(answer);
    }
    return 0;
}

static bool all_ok(const json_t *checks)
{
    size_t i = 0;
    json_t *check = NULL;
    bool ok = true;

    json_array_foreach(checks, i, check) ok = ok && json_is_true(json_object_get(check, "ok"));
    return ok;
}

static int verify(struct call *call)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *names = NULL, *checks = json_array();
    bool ok = false;
    int code = APP_NO_PEER;

    if (client) {
        client_patience(client, call->config->storer_verify_ms);
        code = client_query(client, "verify", json_pack("{s:b}", "names", true), &names);
    }
    if (!code)
        code = run_checks(call, client, json_object_get(names, "names"), checks);
    client_close(&client);
    ok = all_ok(checks);
    if (!code && call->json) {
        json_t *answer = json_pack("{s:b, s:O}", "ok", ok, "checks", checks);

        print_json(answer);
        json_decref(answer);
    }
    json_decref(names);
    json_decref(checks);
    return code ? code : ok ? APP_OK : APP_DATA;
}

const struct verb verb_verify = {
    .name = "verify",
    .words = "",
    .summary = "check the store; exit code 65 where something is wrong",
    .run = verify,
};

/* --- dead letters ----------------------------------------------------------------------------- */

static void print_dead(struct buf *out, const json_t *dead)
{
    print_time(out, print_int(dead, "died_ms"), print_terminal());
    buf_printf(out, " %6lld  source %-5lld %lld tries  ", (long long)print_int(dead, "id"),
               (long long)print_int(dead, "source"), (long long)print_int(dead, "tries"));
    print_cut(out, print_text(dead, "reason"), 0);
    buf_printf(out, "  %s\n", print_int(dead, "bytes") ? "" : "(no content kept)");
}

static int list_dead(const struct call *call)
{
    json_t *list = NULL;
    int code = pages_read(call->config, "dead.list", json_object(), "dead", "after", 0, &list);

    if (!code)
        pages_print(call, &list, print_dead, "no dead letters");
    return code;
}

static int retry_dead(const struct call *call)
{
    json_t *args = json_object(), *answer = NULL;
    int64_t id = 0;
    int code = 0;

    if (call->word_count == 2) {
        if (!call_id(call->words[1], &id)) {
            json_decref(args);
            return APP_USAGE;
        }
        json_object_set_new(args, "id", json_integer(id));
    }
    code = client_ask(call->config, "dead.retry", args, &answer);
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("%lld dead letters will be tried again\n", (long long)print_int(answer, "asked"));
    json_decref(answer);
    return code;
}

static int dead(struct call *call)
{
    const char *what = call->word_count ? call->words[0] : "list";

    if (strcmp(what, "list") == 0 && call->word_count < 2)
        return list_dead(call);
    if (strcmp(what, "retry") == 0)
        return retry_dead(call);
    return call_fail(APP_USAGE, "dead: list or retry [NUMBER], not '%s' (try weir dead --help)",
                     what);
}

const struct verb verb_dead = {
    .name = "dead",
    .words = "[list | retry [NUMBER]]",
    .most = 2,
    .summary = "list the items that could not be stored, or try them again",
    .run = dead,
};

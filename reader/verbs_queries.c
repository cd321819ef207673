/* weir queries, weir result, weir cancel: what the storer is asked, answers for later. */
#include <czmq.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/later.h"
#include "reader/options.h"
#include "reader/print.h"

enum { LOOK_MS = 200, COLUMN_TIME = 17, COLUMN_VERB = 16, COLUMN_SPAN = 10 };

/* --- queries ---------------------------------------------------------------------------------- */

static void add_us(struct buf *out, int64_t us)
{
    struct buf text = {0};

    if (us < 10000)
        buf_printf(&text, "%lld us", (long long)us);
    else
        print_span(&text, us / 1000);
    print_cell(out, text.data, COLUMN_SPAN, true);
    buf_free(&text);
}

static void line(struct buf *out, const json_t *one, const char *what)
{
    struct buf time = {0};

    print_time(&time, print_int(one, "come_ms"), print_terminal());
    print_cell(out, time.data, print_terminal() ? COLUMN_TIME : COLUMN_TIME + 4, false);
    print_cell(out, print_text(one, "verb"), COLUMN_VERB, false);
    add_us(out, print_int(one, "waited_us"));
    add_us(out, print_int(one, "ran_us"));
    buf_adds(out, "  ");
    print_cell(out, what, COLUMN_SPAN, false);
    print_cut(out, print_text(one, "client"), 0);
    if (*print_text(one, "ticket"))
        buf_printf(out, "  ticket %s", print_text(one, "ticket"));
    buf_addc(out, '\n');
}

static void lines(struct buf *out, const json_t *list, const char *what)
{
    const json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(list, i, one)
    {
        char code[16];

        snprintf(code, sizeof(code), "%lld", (long long)print_int(one, "code"));
        if (json_is_true(json_object_get(one, "cancelled")))
            line(out, one, "cancelled");
        else
            line(out, one, what ? what : code);
    }
}

static void print_queries(json_t *answer)
{
    struct buf out = {0};
    int64_t more = print_int(answer, "waiting_all") -
                   (int64_t)json_array_size(json_object_get(answer, "waiting"));

    print_cell(&out, "CAME", print_terminal() ? COLUMN_TIME : COLUMN_TIME + 4, false);
    print_cell(&out, "VERB", COLUMN_VERB, false);
    print_cell(&out, "WAITED", COLUMN_SPAN, true);
    print_cell(&out, "RAN", COLUMN_SPAN, true);
    buf_adds(&out, "  CODE      CLIENT\n");
    lines(&out, json_object_get(answer, "running"), "runs");
    lines(&out, json_object_get(answer, "waiting"), "waits");
    if (more > 0)
        buf_printf(&out, "and %lld more that wait\n", (long long)more);
    lines(&out, json_object_get(answer, "recent"), NULL);
    print_out(&out);
    buf_free(&out);
}

static int queries(struct call *call)
{
    json_t *answer = NULL;
    int code = client_ask(call->config, "queries", NULL, &answer);

    if (code)
        return code;
    if (call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else {
        print_queries(answer);
    }
    json_decref(answer);
    return 0;
}

const struct verb verb_queries = {
    .name = "queries",
    .words = "",
    .summary = "what the storer is asked: what runs, what waits, the last ones",
    .run = queries,
};

/* --- result ----------------------------------------------------------------------------------- */

static int ask_result(struct call *call, struct client *client, json_t **answer)
{
    int code = client_query(client, "result", json_pack("{s:s}", "ticket", call->words[0]), answer);

    while (!code && call_option(call, "wait") &&
           strcmp(print_text(*answer, "state"), "done") != 0) {
        json_decref(*answer);
        zclock_sleep(LOOK_MS);
        code = client_query(client, "result", json_pack("{s:s}", "ticket", call->words[0]), answer);
    }
    return code;
}

/* Shows the answer as the verb that asked would have; without its words, as JSON. */
static int show(struct call *call, json_t *told)
{
    json_t *words = json_object_get(told, "call"), *answer = json_object_get(told, "answer");
    int argc = (int)json_array_size(words) + 1, code = 0;
    char **argv = calloc((size_t)argc + 1, sizeof(*argv));
    struct call again = {0};

    if (!argv)
        abort();
    argv[0] = (char *)(uintptr_t) "weir";
    for (int i = 1; i < argc; i++)
        argv[i] = (char *)(uintptr_t)json_string_value(json_array_get(words, (size_t)i - 1));
    if (argc == 1) {
        print_json(answer);
    } else if ((code = options_read(&again, argc, argv)) < 0) {
        config_destroy(&again.config);
        again.config = call->config; /* that of this command counts */
        again.json = again.json || call->json;
        later_give(print_text(told, "verb"), answer);
        code = again.verb->run(&again);
    }
    if (again.config == call->config)
        again.config = NULL;
    options_end(&again);
    free(argv);
    return code;
}

static int show_state(const struct call *call, json_t *told)
{
    const char *state = print_text(told, "state");

    if (call->json) {
        print_add_iso(told);
        print_json(told);
        return APP_LEFT;
    }
    return call_fail(APP_LEFT, "%s: try again, or --wait", state);
}

static int result(struct call *call)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *told = NULL;
    int code = client ? ask_result(call, client, &told) : APP_NO_PEER;

    client_close(&client);
    if (code)
        return code;
    if (strcmp(print_text(told, "state"), "done") != 0)
        code = show_state(call, told);
    else if (print_int(told, "code"))
        code = call_fail((int)print_int(told, "code"), "%s", print_text(told, "error"));
    else
        code = show(call, told);
    json_decref(told);
    return code;
}

const struct verb verb_result = {
    .name = "result",
    .words = "TICKET",
    .least = 1,
    .most = 1,
    .summary = "the answer to what was asked with --later",
    .more =
        "`weir --later VERB...` prints a ticket and ends; the storer goes on. The answer is kept\n"
        "for storer.ticket_ms (10 minutes) and is shown as VERB would have shown it.",
    .options = {{"wait", NULL, "wait until the answer is there"}},
    .run = result,
};

/* --- cancel ----------------------------------------------------------------------------------- */

static int cancel(struct call *call)
{
    json_t *answer = NULL;
    int code =
        client_ask(call->config, "cancel", json_pack("{s:s}", "ticket", call->words[0]), &answer);

    if (code)
        return code;
    if (call->json)
        print_json(answer);
    else
        puts(print_int(answer, "cancelled") ? "cancelled" : "forgotten: it had ended");
    json_decref(answer);
    return 0;
}

const struct verb verb_cancel = {
    .name = "cancel",
    .words = "TICKET",
    .least = 1,
    .most = 1,
    .summary = "stops what was asked with --later, or forgets its answer",
    .run = cancel,
};

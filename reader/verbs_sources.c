/* sources, remove, refresh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/sources.h"
#include "reader/verbs.h"

enum { POLL_MS = 100 };

/* --- sources ---------------------------------------------------------------------------------- */

static void drop_retired(json_t *list)
{
    for (size_t i = json_array_size(list); i-- > 0;)
        if (strcmp(print_text(json_array_get(list, i), "state"), "retired") == 0)
            json_array_remove(list, i);
}

/* Why nothing is polled now: one line above all sources, where each of them is innocent. */
static void print_offline(struct buf *out, const struct config *config)
{
    json_t *stats = NULL;

    if (client_ask(config, "stats", json_object(), &stats) == 0 &&
        json_is_false(json_object_get(stats, "online"))) {
        print_styled(out, PRINT_YELLOW, "offline: there is no network; no source is polled since ");
        print_time(out, print_int(stats, "offline_since_ms"), print_terminal());
        buf_addc(out, '\n');
    }
    json_decref(stats);
}

static int list_sources(struct call *call)
{
    bool longer = call_option(call, "long") != NULL;
    json_t *list = NULL, *source = NULL;
    struct buf out = {0};
    size_t i = 0;
    int code = pages_read(call->config, "source.list", json_object(), "sources", "after", 0, &list);

    if (code)
        return code;
    if (!call_option(call, "all"))
        drop_retired(list);
    if (call->json) {
        print_add_iso(list);
        print_json(list);
    } else {
        print_offline(&out, call->config);
        json_array_foreach(list, i, source) sources_line(&out, source, longer);
        print_out(&out);
        if (json_array_size(list) == 0)
            puts("no sources yet: weir add URL");
    }
    buf_free(&out);
    json_decref(list);
    return 0;
}

static int show_source(struct call *call)
{
    int64_t id = sources_find(call->config, call->words[0]);
    struct client *client = id ? client_open(call->config, CLIENT_STORER) : NULL;
    json_t *source = NULL;
    struct buf out = {0};
    int code = !id ? APP_DATA : client ? sources_read(client, id, &source) : APP_NO_PEER;

    if (!code && call->json) {
        print_add_iso(source);
        print_json(source);
    } else if (!code) {
        print_offline(&out, call->config);
        sources_details(&out, source);
        print_out(&out);
    }
    client_close(&client);
    buf_free(&out);
    json_decref(source);
    return code;
}

static int sources(struct call *call)
{
    return call->word_count ? show_source(call) : list_sources(call);
}

const struct verb verb_sources = {
    .name = "sources",
    .words = "[SOURCE]",
    .most = 1,
    .summary = "list the subscriptions: number, state, items, last success, title, URL",
    .more =
        "States: active; quarantined: it crashed fetchers, and is left alone for a while; gone: "
        "its\n"
        "server said so, and weir add URL asks again; retired: removed.  Of one SOURCE, given by\n"
        "number or URL, every field is shown; of passwords and the like only that they are set.",
    .options = {{"all", NULL, "also those that were removed"},
                {"long", NULL, "also next poll, interval, categories, what is set (-l)"}},
    .run = sources,
};

/* --- remove, refresh -------------------------------------------------------------------------- */

static int remove_source(struct call *call)
{
    int64_t id = sources_find(call->config, call->words[0]);
    json_t *answer = NULL;
    int code = APP_DATA;

    if (id)
        code = client_ask(call->config, "source.remove", json_pack("{s:I}", "id", (json_int_t)id),
                          &answer);
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("source %lld removed; its items stay\n", (long long)id);
    json_decref(answer);
    return code;
}

const struct verb verb_remove = {
    .name = "remove",
    .words = "SOURCE",
    .least = 1,
    .most = 1,
    .summary = "end a subscription, given by number or URL",
    .run = remove_source,
};

/* How many of the sources have not been fetched since then; -1 after an error, told. */
static int64_t still_out(const struct call *call, int64_t id, int64_t since_ms)
{
    json_t *args = json_object(), *list = NULL, *source = NULL;
    int64_t out = 0;
    size_t i = 0;

    if (id)
        json_object_set_new(args, "id", json_integer(id));
    if (pages_read(call->config, "source.list", args, "sources", "after", 0, &list))
        return -1;
    json_array_foreach(list, i, source)
    {
        if (strcmp(print_text(source, "state"), "active") == 0 &&
            (json_is_true(json_object_get(source, "fetching")) ||
             print_int(source, "last_fetch_ms") < since_ms))
            out++;
    }
    json_decref(list);
    return out;
}

static int wait_refresh(const struct call *call, int64_t id, int64_t since_ms)
{
    int64_t end_ms = clock_mono_ms() + call->config->reader_refresh_ms;
    int64_t out = still_out(call, id, since_ms);

    while (out > 0 && clock_mono_ms() < end_ms) {
        zclock_sleep(POLL_MS);
        out = still_out(call, id, since_ms);
    }
    if (out < 0)
        return APP_NO_PEER;
    if (out > 0)
        return call_fail(APP_LEFT, "%lld sources were not fetched within %lld ms", (long long)out,
                         (long long)call->config->reader_refresh_ms);
    return 0;
}

static void tell_refresh(const struct call *call, const json_t *answer)
{
    int64_t waits_ms = print_int(answer, "waits_ms");
    struct buf when = {0};

    printf("%lld sources %s\n", (long long)print_int(answer, "asked"),
           call_option(call, "wait") ? "fetched" : "will be fetched");
    if (waits_ms <= 0 || call_option(call, "wait"))
        return;
    print_time(&when, print_int(answer, "now_ms") + waits_ms, print_terminal());
    printf("its host has told several sources to wait: not before %s\n", when.data);
    buf_free(&when);
}

static int refresh(struct call *call)
{
    int64_t id = call->word_count ? sources_find(call->config, call->words[0]) : 0;
    json_t *args = json_object(), *answer = NULL;
    int code = 0;

    if (call->word_count && !id) {
        json_decref(args);
        return APP_DATA;
    }
    if (id)
        json_object_set_new(args, "id", json_integer(id));
    code = client_ask(call->config, "source.refresh", args, &answer);
    if (!code && call_option(call, "wait"))
        code = wait_refresh(call, id, print_int(answer, "now_ms"));
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        tell_refresh(call, answer);
    json_decref(answer);
    return code;
}

const struct verb verb_refresh = {
    .name = "refresh",
    .words = "[SOURCE]",
    .most = 1,
    .summary = "fetch a source now, or all of them",
    .options = {{"wait", NULL, "until they were fetched (reader.refresh_ms at most)"}},
    .run = refresh,
};

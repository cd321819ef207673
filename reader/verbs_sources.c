/* add, sources, remove, refresh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "reader/adding.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { WORDS_MOST = 100000, POLL_MS = 100 };

static int add(struct call *call)
{
    const char *title = call_option(call, "title"), *category = call_option(call, "category");
    json_t *sources = json_array();
    int code = 0;

    for (int i = 0; i < call->word_count; i++) {
        char *url = adding_url(call->words[i]);
        json_t *source = json_pack("{s:s}", "url", url);

        if (title)
            json_object_set_new(source, "title", json_string(title));
        if (category)
            json_object_set_new(source, "category", json_string(category));
        if (!source)
            code = call_fail(APP_USAGE, "%s is no UTF-8", call->words[i]);
        else
            json_array_append_new(sources, source);
        free(url);
    }
    if (!code)
        code = adding_run(call, sources);
    json_decref(sources);
    return code;
}

const struct verb verb_add = {
    .name = "add",
    .words = "URL...",
    .least = 1,
    .most = WORDS_MOST,
    .summary = "subscribe to feeds",
    .options = {{"title", "TEXT", "your own name for them"},
                {"category", "NAME", "put them in a category; a/b is b in a"}},
    .run = add,
};

/* --- sources ---------------------------------------------------------------------------------- */

static void print_source(struct buf *out, const json_t *source)
{
    const char *state = print_text(source, "state"), *error = print_text(source, "last_error");
    const char *title = print_text(source, "title");
    enum print_style style = strcmp(state, "active") == 0 ? PRINT_PLAIN : PRINT_YELLOW;

    buf_printf(out, "%5lld  ", (long long)print_int(source, "id"));
    print_styled_cell(out, style, state, 11);
    buf_printf(out, " %7lld  ", (long long)print_int(source, "items"));
    print_time(out, print_int(source, "last_ok_ms"), print_terminal());
    buf_adds(out, "  ");
    print_cell(out, *title ? title : "-", 28, false);
    buf_adds(out, "  ");
    print_cut(out, print_text(source, "url"), 0);
    if (*error) {
        buf_adds(out, "\n       ");
        print_styled_cell(out, PRINT_RED, error, print_columns(span_str(error)));
    }
    buf_addc(out, '\n');
}

static void drop_retired(json_t *list)
{
    for (size_t i = json_array_size(list); i-- > 0;)
        if (strcmp(print_text(json_array_get(list, i), "state"), "retired") == 0)
            json_array_remove(list, i);
}

static int list_sources(struct call *call)
{
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
        json_array_foreach(list, i, source) print_source(&out, source);
        print_out(&out);
        if (json_array_size(list) == 0)
            puts("no sources yet: weir add URL");
    }
    buf_free(&out);
    json_decref(list);
    return 0;
}

const struct verb verb_sources = {
    .name = "sources",
    .words = "",
    .summary = "list the subscriptions: number, state, items, last success, title, URL",
    .options = {{"all", NULL, "also those that were removed"}},
    .run = list_sources,
};

/* --- remove, refresh -------------------------------------------------------------------------- */

/* The id of a source given by number or URL; 0 (told) where there is none. */
static int64_t source_id(const struct call *call, const char *word)
{
    json_t *list = NULL, *source = NULL;
    int64_t id = 0;
    size_t i = 0;

    if (strspn(word, "0123456789") == strlen(word))
        return call_id(word, &id) ? id : 0;
    if (pages_read(call->config, "source.list", json_object(), "sources", "after", 0, &list))
        return 0;
    json_array_foreach(list, i, source)
    {
        if (strcmp(print_text(source, "url"), word) == 0)
            id = print_int(source, "id");
    }
    if (!id)
        call_fail(APP_DATA, "there is no source '%s' (weir sources lists them)", word);
    json_decref(list);
    return id;
}

static int remove_source(struct call *call)
{
    int64_t id = source_id(call, call->words[0]);
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

static int refresh(struct call *call)
{
    int64_t id = call->word_count ? source_id(call, call->words[0]) : 0;
    int64_t since_ms = clock_utc_ms();
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
        code = wait_refresh(call, id, since_ms);
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("%lld sources %s\n", (long long)print_int(answer, "asked"),
               call_option(call, "wait") ? "fetched" : "will be fetched");
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

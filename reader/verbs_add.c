/* add. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/mem.h"
#include "reader/adding.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/first.h"
#include "reader/print.h"
#include "reader/settings.h"
#include "reader/verbs.h"

enum { WORDS_MOST = 100000 };

/* --- what to add ------------------------------------------------------------------------------ */

/* Options that are settings by another name; where `file` is, their value names a file. */
static int take_options(const struct call *call, json_t *wishes)
{
    static const struct {
        const char *option, *key;
        bool file;
    } names[] = {{"title", "title", false},           {"category", "category", false},
                 {"interval", "interval", false},     {"user", "user", false},
                 {"password-file", "password", true}, {"bearer-file", "bearer", true}};
    int code = 0;

    for (size_t i = 0; !code && i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = call_option(call, names[i].option);
        char *text = value ? mem_printf("%s%s", names[i].file ? "@" : "", value) : NULL;

        if (text)
            code = settings_take(wishes, names[i].key, text);
        free(text);
    }
    return code;
}

static int take_url(const json_t *wishes, const char *word, json_t *sources)
{
    char *url = adding_url(word);
    json_t *source = json_deep_copy(wishes), *value = json_string(url);

    free(url);
    if (!value) {
        json_decref(source);
        return call_fail(APP_USAGE, "%s is no UTF-8", word);
    }
    json_object_set_new(source, "url", value);
    json_array_append_new(sources, source);
    return 0;
}

static int read_sources(const struct call *call, json_t *sources)
{
    json_t *wishes = json_object();
    int code = take_options(call, wishes);

    for (int i = 0; !code && i < call->word_count; i++)
        if (settings_is(call->words[i]))
            code = settings_word(wishes, call->words[i]);
    for (int i = 0; !code && i < call->word_count; i++)
        if (!settings_is(call->words[i]))
            code = take_url(wishes, call->words[i], sources);
    if (!code && json_array_size(sources) == 0)
        code = call_fail(APP_USAGE, "add: an address is missing (try weir add --help)");
    json_decref(wishes);
    return code;
}

/* --- what came of it -------------------------------------------------------------------------- */

static bool has_id(const json_t *list, int64_t id)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_integer_value(json_array_get(list, i)) == id)
            return true;
    return false;
}

/* The first so many sources that were named, each once. */
static json_t *first_of(const json_t *ids)
{
    json_t *first = json_array();

    for (size_t i = 0; i < json_array_size(ids) && json_array_size(first) < FIRST_MOST; i++)
        if (!has_id(first, json_integer_value(json_array_get(ids, i))))
            json_array_append(first, json_array_get(ids, i));
    return first;
}

static void tell(const json_t *total, const json_t *rows, const char *why)
{
    const json_t *fresh = json_object_get(total, "new");
    int64_t since_ms = print_int(total, "now_ms");
    size_t left = json_array_size(json_object_get(total, "ids")) - json_array_size(rows);
    struct buf out = {0};

    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        bool is_new = has_id(fresh, print_int(row, "id"));

        first_tell(&out, row, is_new, !is_new || first_answered(row, since_ms));
    }
    if (left > 0)
        buf_printf(&out, "and %zu more\n", left);
    if (why)
        buf_printf(&out, "%s\n", why);
    print_out(&out);
    buf_free(&out);
}

/* Only the new ones are waited for: those that were there have been asked before. */
static int wait_and_tell(const struct call *call, struct client *client, json_t *total)
{
    json_t *ids = first_of(json_object_get(total, "ids")), *rows = json_array();
    json_t *waited = first_of(json_object_get(total, "new"));
    int64_t since_ms = print_int(total, "now_ms");
    const char *why = NULL;
    int code = 0;

    if (json_array_size(waited))
        code = first_wait(call->config, client, waited, since_ms, &why);
    if (!code)
        code = first_rows(client, ids, rows);
    if (!code && call->json) {
        json_object_set(total, "sources", rows);
        if (why)
            json_object_set_new(total, "waiting", json_string(why));
    } else if (!code) {
        tell(total, rows, why);
    }
    json_decref(ids);
    json_decref(rows);
    json_decref(waited);
    return code;
}

static void print_counts(const json_t *total)
{
    printf("%lld added, %lld already there\n", (long long)print_int(total, "added"),
           (long long)print_int(total, "existing"));
}

static int add_all(const struct call *call, const json_t *sources)
{
    bool wait = !call_option(call, "no-wait");
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *total = NULL;
    int code = client ? adding_ask(client, sources, wait, &total) : APP_NO_PEER;

    if (!code && wait)
        code = wait_and_tell(call, client, total);
    if (total && call->json) {
        print_add_iso(total);
        print_json(total);
    } else if (total && (!code || print_int(total, "added")) &&
               (!wait || json_array_size(sources) > 1)) {
        print_counts(total);
    }
    if (!code && print_int(total, "refused"))
        code = APP_DATA;
    client_close(&client);
    json_decref(total);
    return code;
}

static int add(struct call *call)
{
    json_t *sources = json_array();
    int code = read_sources(call, sources);

    if (!code)
        code = add_all(call, sources);
    json_decref(sources);
    return code;
}

const struct verb verb_add = {
    .name = "add",
    .words = "URL... [KEY=VALUE]...",
    .least = 1,
    .most = WORDS_MOST,
    .summary = "subscribe to feeds, or to the feeds of web pages",
    .more =
        "Waits for the first answer (at most reader.timeout_ms, and for the first 20) and tells\n"
        "what was found.  User and password in a URL are kept apart from it.  KEY=VALUE is as in\n"
        "weir set (weir set --help) and holds for all of them.",
    .options = {{"title", "TEXT", "your own name for them"},
                {"category", "NAME", "put them in a category; a/b is b in a"},
                {"interval", "TIME", "poll them every 15m, 2h, 1d"},
                {"user", "NAME", "basic credentials"},
                {"password-file", "FILE", "the password's file; - reads a line of standard input"},
                {"bearer-file", "FILE", "a file with a bearer token, or -"},
                {"no-wait", NULL, "do not wait for an answer"}},
    .run = add,
};

#include "reader/sources.h"

#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/buf.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/pages.h"
#include "reader/print.h"

/* --- finding ---------------------------------------------------------------------------------- */

/* As people type addresses: without scheme, without the last slash. */
static bool is_address(const char *url, const char *word)
{
    const char *behind = strstr(url, "://");
    const char *from = strstr(word, "://") || !behind ? url : behind + 3;
    size_t n = strlen(word);

    return n > 0 && strncmp(from, word, n) == 0 && (!from[n] || strcmp(from + n, "/") == 0);
}

/* One that was removed counts only where there is no other. */
static int64_t find_among(const json_t *list, const char *word)
{
    int64_t id = 0, removed = 0;
    json_t *source = NULL;
    size_t i = 0;

    json_array_foreach(list, i, source)
    {
        if (!is_address(print_text(source, "url"), word))
            continue;
        if (strcmp(print_text(source, "state"), "retired") == 0)
            removed = print_int(source, "id");
        else if (id)
            return call_fail(0, "sources %lld and %lld have this address: name one by its number",
                             (long long)id, (long long)print_int(source, "id"));
        else
            id = print_int(source, "id");
    }
    id = id ? id : removed;
    if (!id)
        call_fail(APP_DATA, "there is no source '%s' (weir sources lists them)", word);
    return id;
}

int64_t sources_find(const struct config *config, const char *word)
{
    json_t *list = NULL;
    int64_t id = 0;

    if (strspn(word, "0123456789") == strlen(word))
        return call_id(word, &id) ? id : 0;
    if (pages_read(config, "source.list", json_object(), "sources", "after", 0, &list))
        return 0;
    id = find_among(list, word);
    json_decref(list);
    return id;
}

int sources_read(struct client *client, int64_t id, json_t **source)
{
    json_t *answer = NULL;
    int code =
        client_query(client, "source.list", json_pack("{s:I}", "id", (json_int_t)id), &answer);

    *source = json_incref(json_array_get(json_object_get(answer, "sources"), 0));
    json_decref(answer);
    if (!code && !*source)
        return call_fail(APP_DATA, "there is no source %lld", (long long)id);
    return code;
}

/* --- a line ----------------------------------------------------------------------------------- */

static void add_list(struct buf *out, const json_t *names)
{
    size_t count = json_array_size(names);

    for (size_t i = 0; i < count; i++) {
        buf_adds(out, i ? ", " : "");
        print_cut(out, json_string_value(json_array_get(names, i)), 0);
    }
}

static void add_words(struct buf *out, enum print_style style, const char *words)
{
    buf_adds(out, "\n       ");
    print_styled_cell(out, style, words, print_columns(span_str(words)));
}

static void add_interval(struct buf *out, const json_t *source)
{
    if (print_int(source, "interval_ms") > 0)
        print_span(out, print_int(source, "interval_ms"));
    else
        buf_adds(out, "the feed's own");
}

static void add_more(struct buf *out, const json_t *source)
{
    const json_t *categories = json_object_get(source, "categories");
    const json_t *set = json_object_get(source, "private");

    buf_adds(out, "\n       next ");
    print_time(out, print_int(source, "next_ms"), print_terminal());
    buf_adds(out, ", interval ");
    add_interval(out, source);
    if (json_array_size(categories)) {
        buf_adds(out, ", in ");
        add_list(out, categories);
    }
    if (json_array_size(set)) {
        buf_adds(out, ", set: ");
        add_list(out, set);
    }
}

void sources_line(struct buf *out, const json_t *source, bool longer)
{
    const char *state = print_text(source, "state"), *error = print_text(source, "last_error");
    const char *title = print_text(source, "title"), *note = print_text(source, "note");
    enum print_style style = strcmp(state, "active") == 0 ? PRINT_PLAIN : PRINT_YELLOW;

    buf_printf(out, "%5lld  ", (long long)print_int(source, "id"));
    print_styled_cell(out, style, state, 11);
    buf_printf(out, " %7lld  ", (long long)print_int(source, "items"));
    if (json_object_get(source, "unread"))
        buf_printf(out, "%6lld unread  ", (long long)print_int(source, "unread"));
    print_time(out, print_int(source, "last_ok_ms"), print_terminal());
    buf_adds(out, "  ");
    print_cell(out, *title ? title : "-", 28, false);
    buf_adds(out, "  ");
    print_cut(out, print_text(source, "url"), 0);
    if (*error && strcmp(error, note) != 0)
        add_words(out, PRINT_RED, error);
    if (*note)
        add_words(out, PRINT_DIM, note);
    if (longer)
        add_more(out, source);
    buf_addc(out, '\n');
}

/* --- every field ------------------------------------------------------------------------------ */

static bool ends_in_ms(const char *key)
{
    return strlen(key) > 3 && strcmp(key + strlen(key) - 3, "_ms") == 0;
}

static void add_value(struct buf *out, const char *key, const json_t *value)
{
    if (json_is_string(value))
        print_cut(out, json_string_value(value), 0);
    else if (json_is_boolean(value))
        buf_adds(out, json_is_true(value) ? "yes" : "no");
    else if (json_is_array(value))
        add_list(out, value);
    else if (print_is_time(key))
        print_time(out, json_integer_value(value), print_terminal());
    else if (ends_in_ms(key))
        print_span(out, json_integer_value(value));
    else
        buf_printf(out, "%lld", (long long)json_integer_value(value));
}

static bool is_nothing(const json_t *value)
{
    return (json_is_string(value) && json_string_length(value) == 0) ||
           (json_is_array(value) && json_array_size(value) == 0) || json_is_false(value) ||
           (json_is_integer(value) && json_integer_value(value) <= 0);
}

void sources_details(struct buf *out, const json_t *source)
{
    const char *key = NULL;
    json_t *value = NULL, *alternate = NULL;
    size_t i = 0;

    json_object_foreach((json_t *)(uintptr_t)source, key, value)
    {
        struct buf name = {0};

        if (is_nothing(value) || strcmp(key, "alternates") == 0)
            continue;
        buf_add(&name, key, strlen(key) - (ends_in_ms(key) ? 3 : 0));
        print_cell(out, strcmp(key, "private") == 0 ? "set" : name.data, 14, false);
        buf_addc(out, ' ');
        add_value(out, key, value);
        buf_addc(out, '\n');
        buf_free(&name);
    }
    json_array_foreach(json_object_get(source, "alternates"), i, alternate)
    {
        buf_adds(out, "other feed     ");
        print_cut(out, print_text(alternate, "url"), 0);
        buf_adds(out, *print_text(alternate, "title") ? "  " : "");
        print_cut(out, print_text(alternate, "title"), 0);
        buf_addc(out, '\n');
    }
}

/* items, item. */
#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { LIMIT = 50, LIMIT_MOST = 1000000 };

static bool arguments(const struct call *call, json_t *args, int64_t *limit)
{
    int64_t source = 0;

    if (!call_number(call, "limit", LIMIT, 1, LIMIT_MOST, limit) ||
        !call_number(call, "source", 0, 1, INT64_MAX, &source))
        return false;
    if (source)
        json_object_set_new(args, "source", json_integer(source));
    return pages_since(call, args);
}

static void print_line(struct buf *out, const json_t *item)
{
    print_time(out, print_int(item, "time_ms"), print_terminal());
    buf_printf(out, " %7lld  story %-7lld source %-5lld  ", (long long)print_int(item, "id"),
               (long long)print_int(item, "story"), (long long)print_int(item, "source"));
    print_cut(out, print_text(item, "title"), print_width() > 80 ? print_width() - 60 : 0);
    if (print_int(item, "copy_of"))
        print_styled(out, PRINT_DIM, "  (copy)");
    buf_addc(out, '\n');
}

static int items(struct call *call)
{
    json_t *args = json_object(), *list = NULL;
    int64_t limit = 0;
    int code = 0;

    if (!arguments(call, args, &limit)) {
        json_decref(args);
        return APP_USAGE;
    }
    code = pages_read(call->config, "items", args, "items", "before", limit, &list);
    if (!code)
        pages_print(call, &list, print_line, NULL);
    return code;
}

const struct verb verb_items = {
    .name = "items",
    .words = "",
    .summary = "list items, newest first",
    .options = {{"limit", "N", "at most so many (50)"},
                {"source", "N", "only those of this source"},
                {"since", "AGE", "only those newer than 30m, 6h, 2d ..."}},
    .run = items,
};

/* --- one item --------------------------------------------------------------------------------- */

static void print_field(struct buf *out, const char *name, const char *value)
{
    if (!*value)
        return;
    print_cell(out, name, 11, false);
    print_cut(out, value, 0);
    buf_addc(out, '\n');
}

static void print_item(struct buf *out, const json_t *item)
{
    struct buf time = {0};
    const char *text = print_text(item, "text");

    print_time(&time, print_int(item, "time_ms"), print_terminal());
    print_field(out, "title", print_text(item, "title"));
    print_field(out, "url", print_text(item, "url"));
    print_field(out, "author", print_text(item, "author"));
    print_field(out, "time", time.data);
    print_field(out, "language", print_text(item, "language"));
    buf_printf(out, "source     %lld\nstory      %lld\n", (long long)print_int(item, "source"),
               (long long)print_int(item, "story"));
    if (print_int(item, "copy_of"))
        buf_printf(out, "copy of    item %lld\n", (long long)print_int(item, "copy_of"));
    buf_addc(out, '\n');
    /* Line by line, so that nothing but line feeds can move the cursor. */
    while (*text) {
        const char *end = text;
        struct buf line = {0};

        while (*end && *end != '\n')
            end++;
        buf_add(&line, text, (size_t)(end - text));
        buf_addc(&line, '\0');
        print_cut(out, line.data, 0);
        buf_addc(out, '\n');
        buf_free(&line);
        text = *end ? end + 1 : end;
    }
    buf_free(&time);
}

static int item(struct call *call)
{
    json_t *answer = NULL;
    struct buf out = {0};
    int64_t id = 0;
    int code = APP_USAGE;

    if (call_id(call->words[0], &id))
        code = client_ask(call->config, "item", json_pack("{s:I}", "id", (json_int_t)id), &answer);
    if (!code && call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else if (!code) {
        print_item(&out, answer);
        print_out(&out);
    }
    buf_free(&out);
    json_decref(answer);
    return code;
}

const struct verb verb_item = {
    .name = "item",
    .words = "ITEM",
    .least = 1,
    .most = 1,
    .summary = "show an item with its text",
    .run = item,
};

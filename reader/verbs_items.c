/* items, item. */
#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/full.h"
#include "reader/items.h"
#include "reader/listing.h"
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
    return listing_arguments(call, args);
}

static void print_line(struct buf *out, const json_t *item)
{
    if (json_is_true(json_object_get(item, "starred")))
        print_styled(out, PRINT_YELLOW, "*");
    else
        buf_addc(out, json_is_true(json_object_get(item, "read")) ? ' ' : '+');
    buf_addc(out, ' ');
    print_time(out, print_int(item, "time_ms"), print_terminal());
    buf_printf(out, " %7lld  story %-7lld source %-5lld  ", (long long)print_int(item, "id"),
               (long long)print_int(item, "story"), (long long)print_int(item, "source"));
    print_cut(out, print_text(item, "title"), print_width() > 80 ? print_width() - 62 : 0);
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
    .words = "[QUERY]...",
    .most = 1000,
    .summary = "list items, newest first",
    .more = "Of a QUERY, as of weir search, those that it finds.  Unread ones have a + in front,\n"
            "starred ones a *.  What was hidden is left out.",
    .options = {{"limit", "N", "at most so many (50)"},
                {"source", "N", "only those of this source"},
                {"since", "AGE", "only those newer than 30m, 6h, 2d ..."},
                {"view", "NAME", "only those that this saved view shows"},
                {"unread", NULL, "only unread ones"},
                {"starred", NULL, "only starred ones"},
                {"hidden", NULL, "only hidden ones"},
                {"all", NULL, "also hidden ones"}},
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

/* The article where it was asked for, else what the feed brought. */
static const char *text_of(const json_t *item, bool whole)
{
    const char *article = whole ? print_text(json_object_get(item, "full"), "text") : "";

    return *article ? article : print_text(item, "text");
}

static void print_item(struct buf *out, const json_t *item, bool whole)
{
    struct buf time = {0};
    const char *text = text_of(item, whole);

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

/* Has the article fetched, if it must be. */
static int fetch(const struct call *call, int64_t id)
{
    json_t *full = NULL;
    int code = full_get(call, id, call_option(call, "again") != NULL, &full);

    json_decref(full);
    return code;
}

int items_mark(const struct call *call, const char *name, int64_t id)
{
    json_t *answer = NULL;
    int code = 0;

    if (call_option(call, "mark"))
        code = client_ask(call->config, "mark",
                          json_pack("{s:s, s:[I]}", "what", "read", name, (json_int_t)id), &answer);
    json_decref(answer);
    return code;
}

int items_show(struct call *call, int64_t id)
{
    bool whole = call_option(call, "full") != NULL;
    json_t *answer = NULL;
    struct buf out = {0};
    int code = whole ? fetch(call, id) : 0;

    if (!code)
        code = client_ask(call->config, "item", json_pack("{s:I}", "id", (json_int_t)id), &answer);
    if (!code && call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else if (!code) {
        print_item(&out, answer, whole);
        print_out(&out);
    }
    buf_free(&out);
    json_decref(answer);
    return code;
}

static int item(struct call *call)
{
    int64_t id = 0;
    int code = call_id(call->words[0], &id) ? items_show(call, id) : APP_USAGE;

    return code ? code : items_mark(call, "items", id);
}

const struct verb verb_item = {
    .name = "item",
    .words = "ITEM",
    .least = 1,
    .most = 1,
    .summary = "show an item with its text",
    .more = "With --full the article is fetched from the item's address, and its readable part is\n"
            "shown and kept.",
    .options = {{"full", NULL, "the whole article, not what the feed says of it"},
                {"mark", NULL, "mark it read, with its copies"},
                {"again", NULL, "fetch it once more, also where it is here or has just failed"}},
    .run = item,
};

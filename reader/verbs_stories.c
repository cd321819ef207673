/* stories, show. */
#include <stdio.h>

#include "common/app.h"
#include "common/clock.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/listing.h"
#include "reader/items.h"
#include "reader/pages.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { LIMIT = 50, LIMIT_MOST = 1000000, TITLE = 60 };

/* The mark in front of a line: starred, unread, or read. */
static void print_mark(struct buf *out, bool starred, bool unread)
{
    if (starred)
        print_styled(out, PRINT_YELLOW, "*");
    else
        buf_addc(out, unread ? '+' : ' ');
}

/* In one line; a terminal's width cuts the title, a pipe gets it whole. */
static void print_story(struct buf *out, const json_t *story)
{
    int64_t sources = print_int(story, "sources"), items = print_int(story, "items");
    int64_t copies = print_int(story, "copies"), unread = print_int(story, "unread");
    const char *title = print_text(story, "title");
    int room = print_width() > 80 ? print_width() - 62 : TITLE;
    char counts[80];

    snprintf(counts, sizeof(counts), "%lld source%s, %lld item%s, %lld cop%s", (long long)sources,
             sources == 1 ? "" : "s", (long long)items, items == 1 ? "" : "s", (long long)copies,
             copies == 1 ? "y" : "ies");
    if (!print_terminal() && print_columns(span_str(title)) > room)
        room = print_columns(span_str(title));
    print_mark(out, print_int(story, "starred") > 0, unread > 0);
    buf_addc(out, ' ');
    print_time(out, print_int(story, "time_ms"), print_terminal());
    buf_printf(out, " %7lld  ", (long long)print_int(story, "id"));
    print_styled_cell(out, unread > 0 ? PRINT_BOLD : PRINT_PLAIN, title, room);
    buf_adds(out, "  ");
    print_styled(out, sources > 1 ? PRINT_BOLD : PRINT_DIM, counts);
    buf_addc(out, '\n');
}

/* The stories with a heading above each band. */
static void print_bands(const json_t *list)
{
    struct buf out = {0};
    int64_t now_ms = clock_utc_ms();
    const json_t *story = NULL;
    int last = -1;
    size_t i = 0;

    json_array_foreach(list, i, story)
    {
        int band = listing_band(print_int(story, "time_ms"), now_ms);

        if (band != last) {
            print_styled(&out, PRINT_DIM, listing_band_name(band));
            buf_addc(&out, '\n');
        }
        last = band;
        print_story(&out, story);
    }
    print_out(&out);
    buf_free(&out);
}

static void name_bands(json_t *list)
{
    int64_t now_ms = clock_utc_ms();
    json_t *story = NULL;
    size_t i = 0;

    json_array_foreach(list, i, story) json_object_set_new(
        story, "band",
        json_string(listing_band_name(listing_band(print_int(story, "time_ms"), now_ms))));
}

static int stories(struct call *call)
{
    json_t *args = json_object(), *list = NULL;
    int64_t limit = 0;
    int code = 0;

    if (!call_number(call, "limit", LIMIT, 1, LIMIT_MOST, &limit) ||
        !listing_arguments(call, args)) {
        json_decref(args);
        return APP_USAGE;
    }
    code = pages_read(call->config, "stories", args, "stories", NULL, limit, &list);
    if (code)
        return code;
    name_bands(list);
    if (!call->json && (print_terminal() || call_option(call, "bands"))) {
        print_bands(list);
        json_decref(list);
    } else {
        pages_print(call, &list, print_story, NULL);
    }
    return 0;
}

const struct verb verb_stories = {
    .name = "stories",
    .words = "[QUERY]...",
    .most = 1000,
    .summary = "list stories, newest first: time, number, title, sources and copies",
    .more = "Of a QUERY, as of weir search, those with an item that it finds; the order is the\n"
            "time alone.  Unread ones have a + in front, starred ones a *.  What was hidden is\n"
            "left out.  On a terminal each band of time has a heading.",
    .options = {{"limit", "N", "at most so many (50)"},
                {"since", "AGE", "only those with something newer than 30m, 6h, 2d ..."},
                {"view", "NAME", "only those that this saved view shows"},
                {"unread", NULL, "only those with something unread"},
                {"starred", NULL, "only those with something starred"},
                {"hidden", NULL, "only those with something hidden"},
                {"all", NULL, "also what was hidden"},
                {"bands", NULL, "a heading for each band of time in a pipe, too"}},
    .run = stories,
};

/* --- show ------------------------------------------------------------------------------------- */

static void print_member(struct buf *out, const json_t *item)
{
    int64_t copy_of = print_int(item, "copy_of");

    print_mark(out, json_is_true(json_object_get(item, "starred")),
               !json_is_true(json_object_get(item, "read")));
    buf_addc(out, ' ');
    print_time(out, print_int(item, "time_ms"), print_terminal());
    buf_printf(out, "  item %-7lld ", (long long)print_int(item, "id"));
    print_cell(out, print_text(item, "source_title"), 24, false);
    buf_adds(out, "  ");
    print_cut(out, print_text(item, "title"), 0);
    if (copy_of) {
        char words[48];

        snprintf(words, sizeof(words), "  (copy of item %lld)", (long long)copy_of);
        print_styled(out, PRINT_DIM, words);
    }
    buf_adds(out, "\n      ");
    print_cut(out, print_text(item, "url"), 0);
    buf_addc(out, '\n');
}

static void print_whole(struct buf *out, const json_t *story)
{
    struct buf title = {0};
    size_t i = 0;
    json_t *item = NULL;

    print_cut(&title, print_text(story, "title"), 0);
    print_styled(out, PRINT_BOLD, title.data ? title.data : "");
    buf_printf(out, "\nstory %lld: %lld items of %lld sources, %lld of them copies\n\n",
               (long long)print_int(story, "id"), (long long)print_int(story, "items"),
               (long long)print_int(story, "sources"), (long long)print_int(story, "copies"));
    json_array_foreach(json_object_get(story, "members"), i, item) print_member(out, item);
    buf_free(&title);
}

/* The further pages of a long story's members. */
static int read_rest(const struct call *call, json_t *story)
{
    json_t *next = json_object_get(story, "next"), *rest = NULL;
    int code = 0;

    if (!next)
        return 0;
    code = pages_read(call->config, "story",
                      json_pack("{s:I, s:O}", "id", print_int(story, "id"), "after", next),
                      "members", "after", 0, &rest);
    json_array_extend(json_object_get(story, "members"), rest);
    json_object_del(story, "next");
    json_decref(rest);
    return code;
}

static int show(struct call *call)
{
    json_t *story = NULL;
    struct buf out = {0};
    int64_t id = 0;
    int code = APP_USAGE;

    if (call_id(call->words[0], &id))
        code = client_ask(call->config, "story", json_pack("{s:I}", "id", (json_int_t)id), &story);
    if (!code && call_option(call, "full")) {
        code = items_show(call, print_int(json_object_get(story, "lead"), "id"));
        json_decref(story);
        return code ? code : items_mark(call, "stories", id);
    }
    if (!code)
        code = read_rest(call, story);
    if (!code && call->json) {
        print_add_iso(story);
        print_json(story);
    } else if (!code) {
        print_whole(&out, story);
        print_out(&out);
    }
    buf_free(&out);
    json_decref(story);
    return code ? code : items_mark(call, "stories", id);
}

const struct verb verb_show = {
    .name = "show",
    .words = "STORY",
    .least = 1,
    .most = 1,
    .summary = "show a story with its items",
    .more = "Unread items have a + in front, starred ones a *.  Showing marks nothing, for scripts "
            "look,\n"
            "too: --mark does.",
    .options = {{"full", NULL, "the whole article of its first item, fetched if it must be"},
                {"mark", NULL, "mark its items read"},
                {"again", NULL, "fetch it once more, also where it is here or has just failed"}},
    .run = show,
};

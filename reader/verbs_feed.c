/* feed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/listing.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { LIMIT = 50, LIMIT_MOST = 1000, SOURCE = 20, WORDS = 1000 };

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_line(struct buf *out, const json_t *story)
{
    print_time(out, print_int(story, "time_ms"), print_terminal());
    buf_printf(out, " %7lld  ", (long long)print_int(story, "id"));
    print_cell(out, print_text(story, "source_title"), SOURCE, false);
    buf_adds(out, "  ");
    print_cut(out, print_text(story, "title"),
              print_width() > 80 ? print_width() - SOURCE - 32 : 0);
    buf_addc(out, '\n');
}

/* --- why -------------------------------------------------------------------------------------- */

static void print_score(struct buf *out, const json_t *story)
{
    buf_printf(out, "score %.4f = ", number(story, "score"));
    if (json_object_get(story, "like")) {
        buf_printf(
            out, "cosine %.3f x %.3f x fresh %.3f; like item %lld, %s: ", number(story, "cosine"),
            number(story, "weight"), number(story, "fresh"), (long long)print_int(story, "like"),
            json_is_true(json_object_get(story, "like_starred")) ? "starred" : "read");
        print_cut(out, print_text(story, "like_title"), 60);
    } else if (json_object_get(story, "sources")) {
        buf_printf(out, "sources %lld, fresh %.3f", (long long)print_int(story, "sources"),
                   number(story, "fresh"));
    } else {
        buf_adds(out, "nothing it is like");
    }
}

static void print_in(struct buf *out, const json_t *story)
{
    buf_printf(out, "    %lld. ", (long long)print_int(story, "place"));
    print_score(out, story);
    if (json_object_get(story, "rerank"))
        buf_printf(out, "; reranked %.4f", number(story, "rerank"));
    buf_addc(out, '\n');
}

static void print_why_out(struct buf *out, const json_t *story)
{
    const char *filter = print_text(story, "filter");

    if (strcmp(filter, "copies") == 0)
        buf_printf(out, "told by item %lld", (long long)print_int(story, "by"));
    else if (strcmp(filter, "source") == 0)
        buf_printf(out, "number %lld of its source", (long long)print_int(story, "place"));
    else if (strcmp(filter, "marks") == 0)
        buf_adds(out, print_text(story, "mark"));
    else if (strcmp(filter, "query") == 0)
        buf_adds(out, "not what was asked for");
    else if (strcmp(filter, "interest") == 0)
        print_score(out, story);
    else
        buf_adds(out, "too old");
}

static void print_out_story(struct buf *out, const json_t *story)
{
    print_line(out, story);
    buf_printf(out, "    out by %s: ", print_text(story, "filter"));
    print_why_out(out, story);
    buf_addc(out, '\n');
}

static void print_filters(struct buf *out, const json_t *answer)
{
    json_t *filters = json_object_get(answer, "filters"), *filter = NULL;
    size_t i = 0;

    json_array_foreach(filters, i, filter)
        buf_printf(out, "%-10s%7lld -> %-7lld %7.1f ms\n", print_text(filter, "name"),
                   (long long)print_int(filter, "in"), (long long)print_int(filter, "out"),
                   number(filter, "us") / 1000);
}

static void print_explained(struct buf *out, const json_t *answer)
{
    json_t *list = json_object_get(answer, "out"), *story = NULL;
    int64_t total = print_int(answer, "out_total");
    size_t i = 0;

    buf_addc(out, '\n');
    print_filters(out, answer);
    buf_printf(out, "\n%lld are out", (long long)total);
    if (total > (int64_t)json_array_size(list))
        buf_printf(out, "; the %zu that came farthest:", json_array_size(list));
    buf_addc(out, '\n');
    json_array_foreach(list, i, story) print_out_story(out, story);
}

/* --- the verb --------------------------------------------------------------------------------- */

/* What the list itself does not show goes to standard error. */
static void tell_notes(const json_t *answer, const char *query)
{
    struct buf remarks = {0};

    listing_remarks(&remarks, answer, query);
    fputs(remarks.data ? remarks.data : "", stderr);
    buf_free(&remarks);
    if (strcmp(print_text(answer, "basis"), "interest") != 0)
        fprintf(stderr, "nothing starred or read to go by yet: by %s\n",
                print_text(answer, "basis"));
    if (*print_text(answer, "rerank_failed"))
        fprintf(stderr, "not reranked: %s\n", print_text(answer, "rerank_failed"));
    if (json_array_size(json_object_get(answer, "stories")) == 0)
        fprintf(stderr, "nothing is unread here; --all shows what was read, --since looks further "
                        "back\n");
}

static void print_feed(const struct call *call, json_t *answer)
{
    bool explain = call_option(call, "explain") != NULL;
    json_t *stories = json_object_get(answer, "stories"), *story = NULL;
    struct buf out = {0};
    size_t i = 0;

    json_array_foreach(stories, i, story)
    {
        print_line(&out, story);
        if (explain)
            print_in(&out, story);
    }
    if (explain)
        print_explained(&out, answer);
    print_out(&out);
    buf_free(&out);
    fflush(stdout);
}

static void set_flag(const struct call *call, json_t *args, const char *name)
{
    if (call_option(call, name))
        json_object_set_new(args, name, json_true());
}

static int feed(struct call *call)
{
    json_t *args = json_object(), *answer = NULL;
    char *query = NULL;
    int64_t limit = 0;
    int code = 0;

    if (!call_number(call, "limit", LIMIT, 1, LIMIT_MOST, &limit) ||
        !listing_arguments(call, args)) {
        json_decref(args);
        return APP_USAGE;
    }
    query = mem_strdup(print_text(args, "query"));
    json_object_set_new(args, "limit", json_integer(limit));
    set_flag(call, args, "rerank");
    set_flag(call, args, "explain");
    code = client_ask(call->config, "feed", args, &answer);
    if (!code && call->json) {
        print_add_iso(answer);
        print_json(answer);
    } else if (!code) {
        print_feed(call, answer);
        tell_notes(answer, query);
    }
    json_decref(answer);
    free(query);
    return code;
}

const struct verb verb_feed = {
    .name = "feed",
    .words = "[QUERY]...",
    .most = WORDS,
    .summary = "list the unread stories most worth reading, by what was starred and read",
    .more =
        "Filters in order: the last two days, what is read or hidden, copies, ten of each source,\n"
        "likeness to what was starred and read, by age. weir stories has all, in order of time.",
    .options = {{"limit", "N", "at most so many (50)"},
                {"since", "AGE", "look so far back: 6h, 2d ... (feed.window_ms)"},
                {"view", "NAME", "only what this saved view has"},
                {"all", NULL, "also what was read"},
                {"rerank", NULL, "let the reranker put them into order"},
                {"explain", NULL, "say of each story why it is in or out"}},
    .run = feed,
};

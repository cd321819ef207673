/* sweep: what is over the limits of section keep, and deleting it now. */
#include <stdio.h>

#include <czmq.h>

#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { LOOK_MS = 200 };

static void line(struct buf *out, const char *what, int64_t number, const char *more)
{
    if (number > 0)
        buf_printf(out, "  %-10s %10lld  %s\n", what, (long long)number, more);
}

static void size_line(struct buf *out, const json_t *figures)
{
    buf_adds(out, "The store uses ");
    print_bytes(out, print_int(figures, "used"));
    if (print_int(figures, "limit") > 0) {
        buf_adds(out, " of ");
        print_bytes(out, print_int(figures, "limit"));
    }
    buf_adds(out, "; ");
    print_bytes(out, print_int(figures, "free"));
    buf_adds(out, " of its file are free for what comes next.\n");
}

static void tell_items(struct buf *out, const json_t *figures, bool would)
{
    if (print_int(figures, "items") == 0)
        buf_printf(out, "%s.\n", would ? "Nothing would be deleted" : "Nothing was deleted");
    else
        buf_printf(out, "%lld items %s deleted:\n", (long long)print_int(figures, "items"),
                   would ? "would be" : "were");
    line(out, "age", print_int(figures, "age"), "came longer ago than keep.days allow");
    line(out, "count", print_int(figures, "count"), "are more of their source than keep.items");
    line(out, "size", print_int(figures, "size"),
         would ? "to bring the store below keep.bytes, about"
               : "to bring the store below keep.bytes");
    if (print_int(figures, "starred") + print_int(figures, "unread") > 0)
        buf_adds(out, "Over a limit, but they stay:\n");
    line(out, "starred", print_int(figures, "starred"), "");
    line(out, "unread", print_int(figures, "unread"), "are younger than keep.unread_days");
}

static void tell_plan(const json_t *plan)
{
    const json_t *sources = json_object_get(plan, "sources");
    struct buf out = {0};
    json_t *source = NULL;
    size_t i = 0;

    tell_items(&out, plan, true);
    if (json_array_size(sources) > 0)
        buf_adds(&out, "Of these sources, among others:\n");
    json_array_foreach(sources, i, source)
    {
        buf_printf(&out, "  %10lld  ", (long long)print_int(source, "items"));
        print_cut(&out, print_text(source, "title"), print_width() > 20 ? print_width() - 14 : 60);
        buf_addc(&out, '\n');
    }
    size_line(&out, plan);
    print_out(&out);
    buf_free(&out);
}

static int dry_run(const struct call *call)
{
    json_t *plan = NULL;
    int code = client_ask(call->config, "sweep.plan", NULL, &plan);

    if (!code && call->json)
        print_json(plan);
    else if (!code)
        tell_plan(plan);
    json_decref(plan);
    return code;
}

/* On a terminal one line that changes. */
static void show_progress(const json_t *keep)
{
    struct buf out = {0};

    if (!print_terminal())
        return;
    buf_printf(&out, "\r%lld items deleted  ",
               (long long)print_int(json_object_get(keep, "last"), "items"));
    print_out(&out);
    fflush(stdout);
    buf_free(&out);
}

/* The figures of the pass, once it is through.  Ctrl-C ends the command, not the work. */
static int wait_for_it(const struct call *call, int64_t pass, json_t **stats)
{
    json_t *keep = NULL;
    int code = client_ask(call->config, "stats", NULL, stats);

    while (!code && !zsys_interrupted) {
        keep = json_object_get(*stats, "keep");
        if (print_int(keep, "pass") > pass ||
            (print_int(keep, "pass") == pass && print_text(keep, "phase")[0] == '\0'))
            break;
        if (!call->json && print_int(keep, "pass") == pass)
            show_progress(keep);
        zclock_sleep(LOOK_MS);
        json_decref(*stats);
        *stats = NULL;
        code = client_ask(call->config, "stats", NULL, stats);
    }
    if (!call->json && print_terminal())
        puts("");
    return code;
}

static void tell_done(const json_t *keep)
{
    struct buf out = {0};

    tell_items(&out, json_object_get(keep, "last"), false);
    size_line(&out, keep);
    print_out(&out);
    buf_free(&out);
}

static int sweep(struct call *call)
{
    json_t *answer = NULL, *stats = NULL;
    int code = 0;

    if (call_option(call, "dry-run"))
        return dry_run(call);
    code = client_ask(call->config, "sweep", NULL, &answer);
    if (!code)
        code = wait_for_it(call, print_int(answer, "pass"), &stats);
    if (!code && call->json)
        print_json(json_object_get(stats, "keep"));
    else if (!code)
        tell_done(json_object_get(stats, "keep"));
    json_decref(answer);
    json_decref(stats);
    return code;
}

const struct verb verb_sweep = {
    .name = "sweep",
    .words = "",
    .summary = "delete what is over the limits now, or show what would go and why",
    .more =
        "The limits are the storer's settings keep.days, keep.items and keep.bytes (0, as they\n"
        "are at first: no limit), and those of single sources (weir set).  Starred items and\n"
        "unread ones younger than keep.unread_days always stay.  It happens by itself, too;\n"
        "this only does it at once, in steps that keep nobody waiting, and waits for it.\n",
    .options = {{"dry-run", NULL, "only show what would go, and why"}},
    .run = sweep,
};

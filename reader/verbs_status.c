/* status, stats. */
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/models.h"
#include "reader/print.h"
#include "reader/reembed.h"
#include "reader/verbs.h"

/* --- the ring --------------------------------------------------------------------------------- */

static double rate_of(const json_t *instance, const char *name)
{
    return json_number_value(json_object_get(json_object_get(instance, "rates"), name));
}

static void print_instance(struct buf *out, const json_t *instance)
{
    const char *state = print_text(instance, "state");
    double busy = rate_of(instance, "busy_ms") / 10; /* ms a second, as a percentage */

    print_cell(out, print_text(instance, "stage"), 9, false);
    print_cell(out, print_text(instance, "instance"), 28, false);
    buf_printf(out, " %7lld ", (long long)print_int(instance, "pid"));
    print_styled_cell(out, strcmp(state, "working") == 0 ? PRINT_GREEN : PRINT_YELLOW, state, 9);
    buf_printf(out, "%8.1f %8.1f %5.0f%% %7lld  ", rate_of(instance, "in"),
               rate_of(instance, "out"), busy, (long long)print_int(instance, "in_hand"));
    print_bytes(out, print_int(instance, "rss_bytes"));
    buf_addc(out, '\n');
}

/* Who listens to other machines, and from where instances came. */
static void print_tcp(struct buf *out, const char *who, const json_t *tcp)
{
    if (!json_is_object(tcp))
        return;
    print_cell(out, who, 8, false);
    buf_printf(out, " tcp %s, %s, %lld keys, %lld connections let in, ", print_text(tcp, "listen"),
               print_text(tcp, "security"), (long long)print_int(tcp, "keys"),
               (long long)print_int(tcp, "admitted"));
    buf_printf(out, "%lld refused\n", (long long)print_int(tcp, "refused"));
}

static void print_remote(struct buf *out, json_t *instances)
{
    const json_t *instance = NULL;
    size_t i = 0;

    json_array_foreach(instances, i, instance)
    {
        if (*print_text(instance, "key"))
            buf_printf(out, "tcp      %s from %s with key %s\n", print_text(instance, "instance"),
                       print_text(instance, "from"), print_text(instance, "key"));
    }
}

static void print_links(struct buf *out, const json_t *links)
{
    json_t *link = NULL;
    size_t i = 0;

    buf_adds(out, "\nlink      lane  forwarded      waited  tapped\n");
    json_array_foreach(links, i, link)
    {
        if (print_int(link, "forwarded") == 0)
            continue;
        print_cell(out, print_text(link, "link"), 10, false);
        buf_printf(out, "%-4s %10lld  %10lld  %6lld%s\n", print_text(link, "lane"),
                   (long long)print_int(link, "forwarded"), (long long)print_int(link, "waited"),
                   (long long)print_int(link, "tapped"),
                   json_is_true(json_object_get(link, "waiting")) ? "  one waits now" : "");
    }
}

static void print_ring(struct buf *out, const json_t *status)
{
    const json_t *broker = json_object_get(status, "broker");
    json_t *instances = json_object_get(status, "instances"), *instance = NULL;
    size_t i = 0;

    buf_printf(out, "broker   pid %lld, %s, up ", (long long)print_int(broker, "pid"),
               print_text(status, "phase"));
    print_span(out, print_int(broker, "up_ms"));
    buf_printf(out, ", %lld lost since, version %s\n", (long long)print_int(status, "losses"),
               print_text(broker, "version"));
    print_tcp(out, "broker", json_object_get(status, "tcp"));
    buf_adds(out, "\nstage    instance                         pid state        in/s    out/s  busy"
                  " in hand  memory\n");
    json_array_foreach(instances, i, instance) print_instance(out, instance);
    print_remote(out, instances);
    models_print(out, instances);
    print_links(out, json_object_get(status, "links"));
}

/* --- the storer ------------------------------------------------------------------------------- */

static void print_sum(struct buf *out, const json_t *stats)
{
    int64_t accepted = print_int(stats, "accepted");
    int64_t sum = print_int(stats, "stored") + print_int(stats, "updated") +
                  print_int(stats, "known") + print_int(stats, "dead") +
                  print_int(stats, "under_way");

    buf_printf(out,
               "sum      accepted %lld = stored %lld + updated %lld + known %lld + dead %lld"
               " + under way %lld",
               (long long)accepted, (long long)print_int(stats, "stored"),
               (long long)print_int(stats, "updated"), (long long)print_int(stats, "known"),
               (long long)print_int(stats, "dead"), (long long)print_int(stats, "under_way"));
    if (accepted != sum)
        print_styled(out, PRINT_RED, "  WRONG");
    buf_addc(out, '\n');
}

static void print_stuck(struct buf *out, const json_t *stats, const char *stuck)
{
    print_styled(out, PRINT_RED, "stuck    the store cannot be written to since ");
    print_span(out, print_int(stats, "stuck_ms"));
    buf_adds(out, ": ");
    print_cut(out, stuck, 0);
    buf_adds(out, ", ");
    print_cut(out, print_text(stats, "stuck_why"), 0);
    buf_adds(out, "\n         ");
    print_cut(out, print_text(stats, "stuck_do"), 0);
    buf_addc(out, '\n');
}

/* How full what is bounded is (DESIGN 8). */
static void print_load(struct buf *out, json_t *load)
{
    const char *name = NULL, *before = "load     ";
    json_t *one = NULL;

    json_object_foreach(load, name, one)
    {
        const char *rung = print_text(one, "rung");

        buf_printf(out, "%s%s %lld %%", before, name, (long long)print_int(one, "percent"));
        if (strcmp(rung, "easy") != 0) {
            buf_addc(out, ' ');
            print_styled(out, strcmp(rung, "warn") == 0 ? PRINT_YELLOW : PRINT_RED, rung);
        }
        before = ", ";
    }
    buf_addc(out, '\n');
}

static void print_storer(struct buf *out, const json_t *stats)
{
    const char *stuck = print_text(stats, "stuck");

    buf_printf(
        out,
        "window   %lld of %lld (under way %lld, reserved %lld, asked again %lld), %lld leases,"
        " oldest ",
        (long long)print_int(stats, "window"), (long long)print_int(stats, "window_max"),
        (long long)print_int(stats, "under_way"), (long long)print_int(stats, "reserved"),
        (long long)print_int(stats, "asked"), (long long)print_int(stats, "leases"));
    print_span(out, print_int(stats, "oldest_ms"));
    buf_printf(out, "\nstoring  %.1f items/s, %lld replaying, %lld held, %lld sources, %lld due\n",
               json_number_value(json_object_get(stats, "rate")),
               (long long)print_int(stats, "replaying"), (long long)print_int(stats, "held"),
               (long long)print_int(stats, "sources"), (long long)print_int(stats, "due"));
    if (json_is_object(json_object_get(stats, "load")))
        print_load(out, json_object_get(stats, "load"));
    print_sum(out, stats);
    print_tcp(out, "storer", json_object_get(stats, "tcp"));
    reembed_status(out, stats);
    if (json_is_true(json_object_get(stats, "paused")))
        print_styled(out, PRINT_YELLOW, "paused   nothing is fetched until weir resume\n");
    if (json_is_false(json_object_get(stats, "online"))) {
        print_styled(out, PRINT_YELLOW, "offline  there is no network; no source is polled since ");
        print_time(out, print_int(stats, "offline_since_ms"), print_terminal());
        buf_addc(out, '\n');
    }
    if (*stuck)
        print_stuck(out, stats, stuck);
    if (json_is_true(json_object_get(stats, "slow"))) {
        print_styled(out, PRINT_YELLOW, "slow     the disk: the last commit took ");
        print_span(out, print_int(stats, "commit_ms"));
        buf_addc(out, '\n');
    }
    if (json_is_true(json_object_get(stats, "log_held"))) {
        print_styled(out, PRINT_RED, "log      nothing new is fetched: the store's log has ");
        print_bytes(out, print_int(stats, "log_bytes"));
        buf_adds(out, ", for somebody reads an old state of the store\n");
    }
}

/* --- the verbs -------------------------------------------------------------------------------- */

/* Half an answer is better than none: what is reachable is shown, the exit code tells of the rest.
 */
static int status(struct call *call)
{
    json_t *ring = NULL, *stats = NULL;
    struct buf out = {0};
    int code = client_tell(call->config, "status", "", &ring);
    int second = client_ask(call->config, "stats", json_object(), &stats);

    if (call->json && (ring || stats)) {
        json_t *all = ring ? json_incref(ring) : json_object();

        if (stats)
            json_object_set(all, "storer", stats);
        print_json(all);
        json_decref(all);
    } else {
        if (ring)
            print_ring(&out, ring);
        if (ring && stats)
            buf_addc(&out, '\n');
        if (stats)
            print_storer(&out, stats);
        print_out(&out);
    }
    buf_free(&out);
    json_decref(ring);
    json_decref(stats);
    return code ? code : second;
}

const struct verb verb_status = {
    .name = "status",
    .words = "",
    .summary = "show stages, instances, rates, the window, and where every accepted item is",
    .run = status,
};

static void print_object(struct buf *out, const char *indent, json_t *object)
{
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach(object, key, value)
    {
        buf_printf(out, "%s%-14s ", indent, key);
        if (json_is_object(value)) {
            buf_addc(out, '\n');
            print_object(out, "  ", value);
            continue;
        }
        if (json_is_string(value))
            print_cut(out, json_string_value(value), 0);
        else if (json_is_boolean(value))
            buf_adds(out, json_is_true(value) ? "yes" : "no");
        else if (json_is_real(value))
            buf_printf(out, "%.1f", json_real_value(value));
        else
            buf_printf(out, "%lld", (long long)json_integer_value(value));
        buf_addc(out, '\n');
    }
}

/* What the store holds is asked apart: it may take a while, and the rest must not. */
static int add_store(const struct call *call, json_t *answer)
{
    json_t *store = NULL;
    int code = client_ask(call->config, "store", json_object(), &store);

    if (!code)
        json_object_set(answer, "store", store);
    json_decref(store);
    return code;
}

static int stats(struct call *call)
{
    json_t *answer = NULL;
    struct buf out = {0};
    int code = client_ask(call->config, "stats", json_object(), &answer);

    if (!code && call_option(call, "store"))
        code = add_store(call, answer);

    if (!code && call->json)
        print_json(answer);
    else if (!code)
        print_object(&out, "", answer);
    print_out(&out);
    buf_free(&out);
    json_decref(answer);
    return code;
}

const struct verb verb_stats = {
    .name = "stats",
    .words = "",
    .summary = "print every figure of the storer",
    .options = {{"store", NULL, "and what the store holds: items, stories, full texts, size ..."}},
    .run = stats,
};

/* tap. */
#include <stdio.h>
#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/follow.h"
#include "reader/print.h"
#include "reader/tapped.h"
#include "reader/verbs.h"

enum {
    FRAMES = 8,
    LONGEST = 400,  /* bytes of one text in JSON */
    TELL_MS = 5000, /* between two words on what was missed */
    TURN = 100,     /* copies of a lane in a row */
};

struct tap {
    const struct call *call;
    enum link_id link;
    zsock_t *sockets[LANES]; /* NULL: not asked for */
    struct tapped_lane lanes[LANES];
    uint64_t told[LANES]; /* missed, as last told */
    int64_t told_ms;
    int64_t count;    /* to show; 0 = no end */
    int64_t max_rate; /* lines a second; 0 = no limit */
    int64_t second;   /* the one that lines are counted in */
    int64_t lines;    /* in this second */
    int64_t shown;
    int64_t hidden; /* by max_rate */
    struct msg_pool pool;
    struct buf out;
};

/* --- showing ---------------------------------------------------------------------------------- */

static bool may_show(struct tap *tap)
{
    int64_t second = clock_mono_ms() / 1000;

    if (tap->max_rate == 0)
        return true;
    if (second != tap->second) {
        tap->second = second;
        tap->lines = 0;
    }
    return tap->lines++ < tap->max_rate;
}

static void show(struct tap *tap, const struct msg_tapped *tapped, const struct span *frames,
                 size_t count)
{
    if (!may_show(tap)) {
        tap->hidden++;
        return;
    }
    if (tap->call->json)
        tapped_json(tap->link, tapped, frames, count, LONGEST, &tap->pool, &tap->out);
    else
        tapped_line(tap->link, tapped, frames, count, &tap->pool, &tap->out);
    (tap->call->json ? print_out_json : print_out)(&tap->out);
    tap->shown++;
}

static bool complete(const struct tap *tap)
{
    return follow_ended() || (tap->count && tap->shown >= tap->count);
}

static void take(struct tap *tap, enum lane lane, zmsg_t *message)
{
    struct span frames[FRAMES];
    struct msg_tapped tapped;
    size_t count = 0;

    msg_pool_reset(&tap->pool);
    if (msg_tapped_read(link_span(zmsg_first(message)), &tap->pool, &tapped)) {
        fprintf(stderr, "weir: a copy cannot be read: %s\n", tap->pool.why);
        return;
    }
    for (zframe_t *f = zmsg_next(message); f && count < FRAMES; f = zmsg_next(message))
        frames[count++] = link_span(f);
    tapped_count(&tap->lanes[lane], tapped.number);
    show(tap, &tapped, frames, count);
}

static void drain(struct tap *tap, enum lane lane)
{
    for (int i = 0; i < TURN && !complete(tap); i++) {
        zmsg_t *message = NULL;

        if (!(zsock_events(tap->sockets[lane]) & ZMQ_POLLIN))
            return;
        message = zmsg_recv(tap->sockets[lane]);
        if (message)
            take(tap, lane, message);
        zmsg_destroy(&message);
    }
}

/* Counts what has come, without showing it. */
static void take_waiting(struct tap *tap, enum lane lane)
{
    while (zsock_events(tap->sockets[lane]) & ZMQ_POLLIN) {
        zmsg_t *message = zmsg_recv(tap->sockets[lane]);
        struct msg_tapped tapped;

        msg_pool_reset(&tap->pool);
        if (message && msg_tapped_read(link_span(zmsg_first(message)), &tap->pool, &tapped) == 0)
            tapped_count(&tap->lanes[lane], tapped.number);
        zmsg_destroy(&message);
    }
}

/* --- what was missed -------------------------------------------------------------------------- */

static void tell_missed(struct tap *tap)
{
    int64_t now_ms = clock_mono_ms();

    if (now_ms - tap->told_ms < TELL_MS)
        return;
    tap->told_ms = now_ms;
    for (enum lane lane = 0; lane < LANES; lane++) {
        struct tapped_lane *seen = &tap->lanes[lane];

        if (seen->missed == tap->told[lane])
            continue;
        tap->told[lane] = seen->missed;
        fprintf(stderr, "weir: tap %s %s: %llu copies missed so far\n", link_name(tap->link),
                link_lane_name(lane), (unsigned long long)seen->missed);
    }
}

/* How many copies of a lane the broker has made, as its status says. */
static uint64_t copies_made(json_t *status, enum link_id link, enum lane lane)
{
    json_t *entry = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(status, "links"), i, entry)
    {
        if (strcmp(print_text(entry, "link"), link_name(link)) == 0 &&
            strcmp(print_text(entry, "lane"), link_lane_name(lane)) == 0)
            return (uint64_t)print_int(entry, "tapped");
    }
    return 0;
}

/* Copies that were dropped after the last one that came leave no gap to be seen, so the broker is
 * asked.  What arrived meanwhile is taken first. */
static void count_tail(struct tap *tap)
{
    json_t *status = NULL;

    if (client_tell(tap->call->config, "status", "", &status) == 0)
        for (enum lane lane = 0; lane < LANES; lane++) {
            if (!tap->sockets[lane])
                continue;
            take_waiting(tap, lane);
            tapped_end(&tap->lanes[lane], copies_made(status, tap->link, lane));
        }
    json_decref(status);
}

static void tell_end(const struct tap *tap)
{
    for (enum lane lane = 0; lane < LANES; lane++)
        if (tap->sockets[lane])
            fprintf(stderr, "weir: tap %s %s: %llu copies seen, %llu missed\n",
                    link_name(tap->link), link_lane_name(lane),
                    (unsigned long long)tap->lanes[lane].seen,
                    (unsigned long long)tap->lanes[lane].missed);
    if (tap->hidden)
        fprintf(stderr, "weir: tap %s: %lld copies seen and not shown (--max-rate)\n",
                link_name(tap->link), (long long)tap->hidden);
}

/* --- the verb --------------------------------------------------------------------------------- */

static int open_lane(struct tap *tap, enum lane lane)
{
    const struct config *config = tap->call->config;
    char *endpoint = link_endpoint(config, tap->link, lane, "tap");
    int code = client_await(config, "broker", endpoint);

    if (!code) {
        tap->sockets[lane] = link_connect(config, ZMQ_SUB, LINK_ROLE_TAP, tap->link, endpoint);
        code = tap->sockets[lane] ? 0 : APP_IO;
    }
    if (!code)
        zsock_set_subscribe(tap->sockets[lane], "");
    free(endpoint);
    return code;
}

static void follow(struct tap *tap)
{
    zmq_pollitem_t items[LANES];
    enum lane lane_of[LANES];
    int count = 0;

    for (enum lane lane = 0; lane < LANES; lane++)
        if (tap->sockets[lane]) {
            lane_of[count] = lane;
            items[count++] =
                (zmq_pollitem_t){.socket = zsock_resolve(tap->sockets[lane]), .events = ZMQ_POLLIN};
        }
    while (!complete(tap)) {
        zmq_poll(items, count, FOLLOW_TURN_MS);
        for (int i = 0; i < count; i++)
            drain(tap, lane_of[i]);
        fflush(stdout);
        tell_missed(tap);
    }
}

static int read_arguments(struct tap *tap)
{
    const struct call *call = tap->call;
    const char *lane = call_option(call, "lane");

    tap->link = link_of(call->words[0]);
    if (tap->link == LINKS)
        return call_fail(APP_USAGE,
                         "there is no link '%s': jobs, items, vectors, verdicts or reports",
                         call->words[0]);
    if (lane && strcmp(lane, "hi") != 0 && strcmp(lane, "lo") != 0)
        return call_fail(APP_USAGE, "--lane is hi or lo, not '%s'", lane);
    if (!call_number(call, "count", 0, 1, INT64_MAX, &tap->count) ||
        !call_number(call, "max-rate", 0, 1, 1000000, &tap->max_rate))
        return APP_USAGE;
    return 0;
}

static int tap_link(struct call *call)
{
    struct tap tap = {.call = call, .told_ms = clock_mono_ms()};
    const char *lane = call_option(call, "lane");
    int code = read_arguments(&tap);

    if (!code && (!lane || strcmp(lane, "hi") == 0))
        code = open_lane(&tap, LANE_HI);
    if (!code && (!lane || strcmp(lane, "lo") == 0))
        code = open_lane(&tap, LANE_LO);
    if (!code) {
        follow_start();
        follow(&tap);
        if (!tap.count || tap.shown < tap.count)
            count_tail(&tap);
        tell_end(&tap);
    }
    for (enum lane i = 0; i < LANES; i++)
        zsock_destroy(&tap.sockets[i]);
    msg_pool_free(&tap.pool);
    buf_free(&tap.out);
    return code;
}

const struct verb verb_tap = {
    .name = "tap",
    .words = "LINK",
    .least = 1,
    .most = 1,
    .summary = "show what passes on jobs, items, vectors, verdicts or reports",
    .more =
        "A tap never slows the pipeline: what this command is too slow for is dropped, and the\n"
        "number of copies missed is told on standard error.  It waits for a broker to come.",
    .options = {{"lane", "hi|lo", "only this lane"},
                {"max-rate", "N", "print at most so many lines a second"},
                {"count", "N", "end after so many"}},
    .run = tap_link,
};

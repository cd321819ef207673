/* events. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/msg.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/follow.h"
#include "reader/print.h"
#include "reader/verbs.h"

enum { LONGEST = 400 };

struct events {
    const struct call *call;
    zsock_t *socket;
    int64_t count; /* to show; 0 = no end */
    int64_t shown;
    uint64_t epoch; /* of the last commit */
    uint64_t last;  /* sequence of the last commit */
    uint64_t gaps;
    struct msg_pool pool;
    struct buf out;
};

static void watch_sequence(struct events *events, const struct msg_commit *commit)
{
    if (events->epoch == commit->epoch && commit->first > events->last + 1) {
        events->gaps++;
        fprintf(stderr, "weir: events %" PRIu64 " to %" PRIu64 " were missed\n", events->last + 1,
                commit->first - 1);
    }
    events->epoch = commit->epoch;
    events->last = commit->last;
}

static void show_commit(struct events *events, const struct msg_commit *commit)
{
    const struct msg_entry *entries = commit->entries.at;

    watch_sequence(events, commit);
    for (size_t i = 0; i < commit->entries.count; i++) {
        const struct msg_entry *entry = &entries[i];

        print_time(&events->out, clock_utc_ms(), print_terminal());
        buf_printf(&events->out, " %" PRIu64 " item %" PRIu64, entry->sequence, entry->id);
        if (entry->gone)
            buf_adds(&events->out, " gone");
        else if (entry->copy_of)
            buf_printf(&events->out, " copy of %" PRIu64 " in story %" PRIu64, entry->copy_of,
                       entry->story);
        else
            buf_printf(&events->out, " in story %" PRIu64, entry->story);
        buf_addc(&events->out, '\n');
    }
}

static void show_state(struct events *events, const struct msg_state *state)
{
    struct buf text = {0};

    buf_add(&text, state->event.p, state->event.n);
    buf_addc(&text, ' ');
    buf_add(&text, state->detail.p, state->detail.n);
    print_time(&events->out, clock_utc_ms(), print_terminal());
    buf_addc(&events->out, ' ');
    print_cut(&events->out, text.data, 0);
    buf_addc(&events->out, '\n');
    buf_free(&text);
}

static void show(struct events *events, enum msg_type type, const void *message)
{
    if (events->call->json) {
        buf_printf(&events->out, "{\"time_ms\":%" PRId64 ",\"%s\":", clock_utc_ms(),
                   msg_name(type));
        msg_json(type, message, LONGEST, &events->out);
        buf_adds(&events->out, "}\n");
    } else if (type == MSG_commit) {
        show_commit(events, message);
    } else {
        show_state(events, message);
    }
    (events->call->json ? print_out_json : print_out)(&events->out);
    events->shown++;
}

static void take(struct events *events, zmsg_t *message)
{
    enum msg_type type = msg_type_of(link_span(zmsg_first(message)));
    struct span frame = link_span(zmsg_next(message));
    union {
        struct msg_commit commit;
        struct msg_state state;
    } any;

    msg_pool_reset(&events->pool);
    if (type != MSG_commit && type != MSG_state)
        return; /* an event that this version does not know */
    if (msg_read(type, frame, &events->pool, &any))
        fprintf(stderr, "weir: an event cannot be read: %s\n", events->pool.why);
    else
        show(events, type, &any);
}

static bool complete(const struct events *events)
{
    return follow_ended() || (events->count && events->shown >= events->count);
}

static void follow(struct events *events)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(events->socket), .events = ZMQ_POLLIN};

    while (!complete(events)) {
        zmsg_t *message = NULL;

        if (zmq_poll(&item, 1, FOLLOW_TURN_MS) > 0)
            message = zmsg_recv(events->socket);
        if (message)
            take(events, message);
        zmsg_destroy(&message);
        fflush(stdout);
    }
}

static int run(struct call *call)
{
    struct events events = {.call = call};
    char *endpoint = NULL;
    int code = 0;

    if (!call_number(call, "count", 0, 1, INT64_MAX, &events.count))
        return APP_USAGE;
    endpoint = link_endpoint_named(call->config, "events.out");
    code = client_await(call->config, "broker", endpoint);
    if (!code)
        events.socket = link_connect(call->config, ZMQ_SUB, LINK_ROLE_EVENTS, LINKS, endpoint);
    free(endpoint);
    if (events.socket) {
        zsock_set_subscribe(events.socket, "");
        follow_start();
        follow(&events);
    } else if (!code) {
        code = APP_IO;
    }
    zsock_destroy(&events.socket);
    msg_pool_free(&events.pool);
    buf_free(&events.out);
    return code;
}

const struct verb verb_events = {
    .name = "events",
    .words = "",
    .summary = "follow what is committed and what changes",
    .options = {{"follow", NULL, "go on until Ctrl-C, as it does anyway (-f)"},
                {"count", "N", "end after so many"}},
    .run = run,
};

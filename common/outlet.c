/* Sending on a link: two lanes, never blocking, oversize refused before it can harm the receiver.
 */
#include "common/link.h"

#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/log.h"
#include "common/mem.h"

struct outlet_lane {
    zsock_t *socket;
    char *endpoint;
    int64_t blocked_since_ms; /* 0 = not blocked */
    bool said;                /* that it waits */
};

struct outlet {
    const struct config *config;
    struct counters *counters;
    enum link_id link;
    struct outlet_lane lanes[LANES];
    struct floods floods;
};

struct outlet *outlet_open(const struct config *config, enum link_id link,
                           struct counters *counters)
{
    struct outlet *outlet = mem_calloc(1, sizeof(*outlet));

    *outlet = (struct outlet){.config = config, .counters = counters, .link = link};
    for (enum lane lane = 0; lane < LANES; lane++) {
        struct outlet_lane *l = &outlet->lanes[lane];

        l->endpoint = link_endpoint(config, link, lane, "in");
        l->socket = link_connect(config, ZMQ_PUSH, LINK_ROLE_DATA_OUT, link, l->endpoint);
        if (!l->socket) {
            outlet_close(&outlet);
            break;
        }
    }
    return outlet;
}

void outlet_close(struct outlet **outlet)
{
    if (!*outlet)
        return;
    for (enum lane lane = 0; lane < LANES; lane++) {
        zsock_destroy(&(*outlet)->lanes[lane].socket);
        free((*outlet)->lanes[lane].endpoint);
    }
    free(*outlet);
    *outlet = NULL;
}

static enum outlet_result refuse(struct outlet *outlet, zmsg_t **message)
{
    if (floods_add(&outlet->floods, "oversize-refused", clock_mono_ms()))
        log_warning("oversize-refused", "link=%s bytes=%zu limit=%lld", link_name(outlet->link),
                    zmsg_content_size(*message), (long long)link_cap(outlet->config, outlet->link));
    counters_add(outlet->counters, COUNTER_oversize, 1);
    zmsg_destroy(message);
    return OUTLET_REFUSED;
}

/* A queue that is full for a moment is how the ring keeps its pace; one that stays full is told. */
static void tell_waiting(struct outlet *outlet, enum lane which, int64_t blocked_ms, bool waits)
{
    struct outlet_lane *lane = &outlet->lanes[which];

    if (waits && !lane->said)
        log_notice("sender-waits", "link=%s lane=%s blocked_ms=%lld why=\"the queue is full\"",
                   link_name(outlet->link), link_lane_name(which), (long long)blocked_ms);
    else if (!waits && lane->said)
        log_notice("sender-goes-on", "link=%s lane=%s blocked_ms=%lld", link_name(outlet->link),
                   link_lane_name(which), (long long)blocked_ms);
    lane->said = waits;
}

static void unblock(struct outlet *outlet, enum lane which)
{
    struct outlet_lane *lane = &outlet->lanes[which];
    int64_t blocked_ms = 0;

    if (!lane->blocked_since_ms)
        return;
    blocked_ms = clock_mono_ms() - lane->blocked_since_ms;
    tell_waiting(outlet, which, blocked_ms, false);
    counters_add(outlet->counters, COUNTER_stall_ms, (uint64_t)blocked_ms);
    lane->blocked_since_ms = 0;
}

static enum outlet_result full(struct outlet *outlet, struct outlet_lane *lane)
{
    if (!lane->blocked_since_ms) {
        lane->blocked_since_ms = clock_mono_ms();
        counters_add(outlet->counters, COUNTER_stalls, 1);
    }
    return OUTLET_FULL;
}

/* In place of zmsg_send, which loses the message when the socket would block.  Where a connection
 * breaks in the middle, libzmq drops all frames up to the last one (lb.cpp): the rest is given to
 * it, so that the next try begins a message of its own. */
static int send_frames(void *socket, zmsg_t *message)
{
    int result = 0;
    zframe_t *frame = zmsg_first(message);
    bool first = true;

    while (frame) {
        zframe_t *next = zmsg_next(message);
        int flags = ZFRAME_REUSE | ZFRAME_DONTWAIT | (next ? ZFRAME_MORE : 0);

        if (zframe_send(&frame, socket, flags) < 0)
            result = -1;
        if (result && first)
            return -1;
        frame = next;
        first = false;
    }
    return result;
}

enum outlet_result outlet_send(struct outlet *outlet, enum lane which, zmsg_t **message)
{
    struct outlet_lane *lane = &outlet->lanes[which];
    size_t bytes = zmsg_content_size(*message);

    if ((int64_t)bytes > link_cap(outlet->config, outlet->link))
        return refuse(outlet, message);
    /* The first frame says whether there is room: asking before would cost two system calls for
     * each message.  A refusal may be stale, until the socket has looked at what its receivers told
     * it. */
    if (send_frames(lane->socket, *message) &&
        (!(zsock_events(lane->socket) & ZMQ_POLLOUT) || send_frames(lane->socket, *message)))
        return full(outlet, lane);
    unblock(outlet, which);
    counters_add(outlet->counters, COUNTER_out, 1);
    counters_add(outlet->counters, COUNTER_bytes_out, bytes);
    zmsg_destroy(message);
    return OUTLET_SENT;
}

void *outlet_socket(struct outlet *outlet, enum lane lane)
{
    return zsock_resolve(outlet->lanes[lane].socket);
}

void outlet_tend(struct outlet *outlet, int64_t mono_ms)
{
    app_often_over(&outlet->floods, outlet->config->log_quiet_ms);
    for (enum lane which = 0; which < LANES; which++) {
        struct outlet_lane *lane = &outlet->lanes[which];
        int64_t blocked_ms = lane->blocked_since_ms ? mono_ms - lane->blocked_since_ms : 0;

        if (blocked_ms >= outlet->config->link_wait_ms)
            tell_waiting(outlet, which, blocked_ms, true);
        if (blocked_ms < outlet->config->link_stuck_ms)
            continue;
        /* Options are set on the socket that is there; a further connection is what makes libzmq
         * look again.  The socket itself stays, so that nobody polls a closed one. */
        log_warning("sender-stuck", "link=%s lane=%s blocked_ms=%lld do=\"connecting anew\"",
                    link_name(outlet->link), link_lane_name(which), (long long)blocked_ms);
        zmq_disconnect(zsock_resolve(lane->socket), lane->endpoint);
        zmq_connect(zsock_resolve(lane->socket), lane->endpoint);
        counters_add(outlet->counters, COUNTER_reopened, 1);
        counters_add(outlet->counters, COUNTER_stall_ms, (uint64_t)blocked_ms);
        lane->blocked_since_ms = mono_ms;
    }
}

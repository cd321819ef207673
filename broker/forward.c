#include "broker/forward.h"

#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"

enum { TELL_MS = 250, MESSAGES_A_TURN = 256 };

/* The sockets are made by the main thread, so that a failed bind is told at once, and belong to the
 * actor from its start on. */
struct lane_state {
    enum link_id link;
    enum lane lane;
    zsock_t *in;
    zsock_t *out;
    zsock_t *tap;
    uint64_t listeners; /* subscriptions at the tap */
    uint64_t copies;
    struct forward_counts counts;
    struct buf label;
};

struct forward {
    zactor_t *actor;
    struct lane_state *state;
    struct forward_counts last;
};

static zsock_t *bind_side(const struct config *config, struct lane_state *state, int type,
                          enum link_role role, const char *side)
{
    char *endpoint = link_endpoint(config, state->link, state->lane, side);
    zsock_t *socket = link_bind(config, type, role, state->link, endpoint);

    free(endpoint);
    return socket;
}

/* --- the tap ---------------------------------------------------------------------------------- */

/* A subscription arrives as a message of 1 and a topic, its end as one of 0 (zmq_socket, XPUB). */
static void count_listeners(struct lane_state *state)
{
    while (zsock_events(state->tap) & ZMQ_POLLIN) {
        zframe_t *frame = zframe_recv(state->tap);

        if (frame && zframe_size(frame) > 0 && zframe_data(frame)[0] == 1)
            state->listeners++;
        else if (frame && state->listeners)
            state->listeners--;
        zframe_destroy(&frame);
    }
}

static void label_copy(struct lane_state *state)
{
    struct msg_tapped tapped = {.number = ++state->copies,
                                .link = span_str(link_name(state->link)),
                                .lane = span_str(link_lane_name(state->lane)),
                                .time_ms = clock_utc_ms()};

    buf_clear(&state->label);
    msg_tapped_write(&tapped, &state->label);
    zmq_send(zsock_resolve(state->tap), state->label.data, state->label.len,
             ZMQ_DONTWAIT | ZMQ_SNDMORE);
    state->counts.tapped++;
}

static void copy_frame(struct lane_state *state, zmq_msg_t *frame, int more)
{
    zmq_msg_t copy;

    zmq_msg_init(&copy);
    zmq_msg_copy(&copy, frame);
    if (zmq_msg_send(&copy, zsock_resolve(state->tap), ZMQ_DONTWAIT | more) < 0)
        zmq_msg_close(&copy);
}

/* --- forwarding ------------------------------------------------------------------------------- */

/* One whole message; false where the receiver vanished, and with it the message (links may lose).
 * Where its first frame was refused the others are left out: they would begin a message of their
 * own.  A connection that breaks in the middle is libzmq's to finish (see send_frames, outlet.c).
 */
static bool pass_message(struct lane_state *state)
{
    void *in = zsock_resolve(state->in);
    void *out = zsock_resolve(state->out);
    bool tapped = state->listeners > 0;
    bool first = true;
    bool refused = false;
    bool sent = true;
    int more = ZMQ_SNDMORE;

    if (tapped)
        label_copy(state);
    while (more) {
        zmq_msg_t frame;

        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, in, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        more = zmq_msg_more(&frame) ? ZMQ_SNDMORE : 0;
        state->counts.bytes += zmq_msg_size(&frame);
        if (tapped)
            copy_frame(state, &frame, more);
        if (refused || zmq_msg_send(&frame, out, ZMQ_DONTWAIT | more) < 0) {
            zmq_msg_close(&frame);
            refused |= first;
            sent = false;
        }
        first = false;
    }
    state->counts.messages += sent;
    state->counts.dropped += !sent;
    return sent;
}

static void forward_some(struct lane_state *state)
{
    for (int i = 0; i < MESSAGES_A_TURN; i++) {
        if (!(zsock_events(state->in) & ZMQ_POLLIN))
            return;
        if (!(zsock_events(state->out) & ZMQ_POLLOUT)) {
            if (!state->counts.waiting)
                state->counts.waited++;
            state->counts.waiting = 1;
            return;
        }
        state->counts.waiting = 0;
        if (!pass_message(state))
            return;
    }
}

/* Waits for whichever side is not ready: asking for both would return at once, always. */
static bool wait_turn(struct lane_state *state, zsock_t *pipe)
{
    bool wants_out = state->counts.waiting;
    zmq_pollitem_t items[] = {
        {.socket = zsock_resolve(pipe), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(state->tap), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(wants_out ? state->out : state->in),
         .events = wants_out ? ZMQ_POLLOUT : ZMQ_POLLIN},
    };

    if (zmq_poll(items, 3, TELL_MS) < 0 && zmq_errno() != EINTR)
        return false;
    if (items[1].revents)
        count_listeners(state);
    return !items[0].revents; /* the pipe carries one word only: the end */
}

static void tell(struct lane_state *state, zsock_t *pipe, int64_t *told_ms)
{
    int64_t now = clock_mono_ms();

    if (now - *told_ms < TELL_MS)
        return;
    *told_ms = now;
    zmq_send(zsock_resolve(pipe), &state->counts, sizeof(state->counts), ZMQ_DONTWAIT);
}

static void forward_actor(zsock_t *pipe, void *arg)
{
    struct lane_state *state = arg;
    int64_t told_ms = 0;

    zsock_signal(pipe, 0);
    do {
        forward_some(state);
        tell(state, pipe, &told_ms);
    } while (wait_turn(state, pipe));
    zsock_destroy(&state->in);
    zsock_destroy(&state->out);
    zsock_destroy(&state->tap);
}

/* --- the main thread's side ------------------------------------------------------------------- */

struct forward *forward_open(const struct config *config, enum link_id link, enum lane lane)
{
    struct forward *forward = mem_calloc(1, sizeof(*forward));
    struct lane_state *state = mem_calloc(1, sizeof(*state));

    *state = (struct lane_state){.link = link, .lane = lane};
    forward->state = state;
    state->in = bind_side(config, state, ZMQ_PULL, LINK_ROLE_DATA_IN, "in");
    state->out = bind_side(config, state, ZMQ_PUSH, LINK_ROLE_DATA_OUT, "out");
    state->tap = bind_side(config, state, ZMQ_XPUB, LINK_ROLE_TAP, "tap");
    if (state->in && state->out && state->tap)
        forward->actor = zactor_new(forward_actor, state);
    if (!forward->actor)
        forward_close(&forward);
    return forward;
}

void forward_close(struct forward **forward)
{
    struct lane_state *state = *forward ? (*forward)->state : NULL;

    if (!*forward)
        return;
    zactor_destroy(&(*forward)->actor);
    zsock_destroy(&state->in);
    zsock_destroy(&state->out);
    zsock_destroy(&state->tap);
    buf_free(&state->label);
    free(state);
    free(*forward);
    *forward = NULL;
}

void forward_counts(struct forward *forward, struct forward_counts *counts)
{
    void *pipe = zsock_resolve(zactor_sock(forward->actor));
    struct forward_counts told;

    while (zmq_recv(pipe, &told, sizeof(told), ZMQ_DONTWAIT) == (int)sizeof(told))
        forward->last = told;
    *counts = forward->last;
}

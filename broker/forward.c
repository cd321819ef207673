#include "broker/forward.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/watchdog.h"

enum { TELL_MS = 250, MESSAGES_A_TURN = 256 };

/* The sockets are made by the main thread, so that a failed bind is told at once, and belong to the
 * actor from its start on. */
struct lane_state {
    enum link_id link;
    enum lane lane;
    zsock_t *in;
    zsock_t *out;
    zsock_t *tap;
    zsock_t *watches[2]; /* of in and out, where they are bound on tcp */
    uint64_t listeners;  /* subscriptions at the tap */
    uint64_t copies;
    struct forward_counts counts;
    struct buf label;
    zmq_msg_t held; /* the first frame of a message that waits for a receiver */
    bool holds;
};

struct forward {
    zactor_t *actor;
    struct lane_state *state;
    struct forward_counts last;
    struct watch watch;
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

/* The frames of a message that a tap shows; 0 = all.  The fourth of a job carries a source's
 * passwords (PROTOCOL.md, private): that it was there is shown, not what it says.  The place
 * decides, so that nothing needs to be read. */
static const int frames_shown[LINKS] = {[LINK_JOBS] = 3};

static bool is_shown(const struct lane_state *state, int place)
{
    return frames_shown[state->link] == 0 || place < frames_shown[state->link];
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

/* The frame at this place of a message (0 = the first), and a copy of it where somebody listens.
 * false: it was not taken, and is the caller's still; only of the first is there no copy then. */
static bool pass_frame(struct lane_state *state, zmq_msg_t *frame, int more, int place)
{
    void *out = zsock_resolve(state->out);
    bool tapped = state->listeners > 0, first = place == 0;
    size_t bytes = zmq_msg_size(frame);
    bool sent = false;
    zmq_msg_t copy;

    zmq_msg_init(&copy);
    if (tapped && is_shown(state, place))
        zmq_msg_copy(&copy, frame);
    sent = zmq_msg_send(frame, out, ZMQ_DONTWAIT | more) >= 0;
    /* A refusal may be stale, until the socket has looked at what its receivers told it. */
    if (!sent && first && (zsock_events(state->out) & ZMQ_POLLOUT))
        sent = zmq_msg_send(frame, out, ZMQ_DONTWAIT | more) >= 0;
    if (sent || !first) {
        if (tapped && first)
            label_copy(state);
        if (tapped)
            copy_frame(state, &copy, more);
        state->counts.bytes += bytes;
    }
    zmq_msg_close(&copy);
    return sent;
}

/* The first frame is the one that may have to wait: when the output becomes full between two
 * messages of a turn, it is held and nothing else is received.  false: none is there. */
static bool take_first(struct lane_state *state)
{
    if (state->holds)
        return true;
    zmq_msg_init(&state->held);
    state->holds = zmq_msg_recv(&state->held, zsock_resolve(state->in), ZMQ_DONTWAIT) >= 0;
    if (!state->holds)
        zmq_msg_close(&state->held);
    return state->holds;
}

/* The frames behind the first.  A connection that breaks in the middle is libzmq's to finish (see
 * send_frames, outlet.c): the rest is given to it all the same. */
static void pass_rest(struct lane_state *state)
{
    bool sent = true;
    int more = ZMQ_SNDMORE;

    for (int place = 1; more; place++) {
        zmq_msg_t frame;

        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, zsock_resolve(state->in), ZMQ_DONTWAIT) < 0)
            sent = false;
        more = zmq_msg_more(&frame) ? ZMQ_SNDMORE : 0;
        sent = pass_frame(state, &frame, more, place) && sent;
        zmq_msg_close(&frame);
    }
    state->counts.messages += sent;
    state->counts.dropped += !sent;
}

static void note_wait(struct lane_state *state)
{
    state->counts.waited += !state->counts.waiting;
    state->counts.waiting = 1;
}

/* One whole message; false where there is none, or nobody who takes it. */
static bool pass_message(struct lane_state *state)
{
    int more = 0;

    if (!take_first(state))
        return false;
    FAULT(message_taken);
    more = zmq_msg_more(&state->held) ? ZMQ_SNDMORE : 0;
    if (!pass_frame(state, &state->held, more, 0)) {
        note_wait(state);
        return false;
    }
    state->holds = false;
    state->counts.waiting = 0;
    if (more)
        pass_rest(state);
    else
        state->counts.messages++;
    FAULT(message_forwarded);
    return true;
}

/* Nothing is received before the output has said that it takes something; asked once a turn, since
 * each question costs a system call. */
static void forward_some(struct lane_state *state)
{
    if (!state->holds) {
        bool blocked =
            (zsock_events(state->in) & ZMQ_POLLIN) && !(zsock_events(state->out) & ZMQ_POLLOUT);

        if (blocked) {
            note_wait(state);
            return;
        }
        state->counts.waiting = 0;
    }
    for (int i = 0; i < MESSAGES_A_TURN; i++)
        if (!pass_message(state))
            return;
}

/* false: the word is that of the end. */
static bool obey(struct lane_state *state, zsock_t *pipe)
{
    char *word = zstr_recv(pipe);
    bool everybody = word && strcmp(word, "ALL") == 0;
    bool renew = everybody || (word && strcmp(word, "OUT") == 0);

    zstr_free(&word);
    if (renew)
        link_renew(state->out);
    if (everybody) {
        link_renew(state->in);
        link_renew(state->tap);
    }
    return renew;
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
        {.socket = state->watches[0] ? zsock_resolve(state->watches[0]) : NULL,
         .events = ZMQ_POLLIN},
        {.socket = state->watches[1] ? zsock_resolve(state->watches[1]) : NULL,
         .events = ZMQ_POLLIN},
    };

    if (zmq_poll(items, state->watches[0] ? 5 : 3, TELL_MS) < 0 && zmq_errno() != EINTR)
        return false;
    if (items[1].revents)
        count_listeners(state);
    for (int i = 0; i < 2; i++)
        if (items[3 + i].revents)
            state->counts.torn += link_torn(state->watches[i]);
    return !items[0].revents || obey(state, pipe);
}

static void tell(struct lane_state *state, zsock_t *pipe, int64_t *told_ms)
{
    int64_t now = clock_mono_ms();

    if (now - *told_ms < TELL_MS)
        return;
    *told_ms = now;
    /* Connections end, and others begin, only when their socket is asked for something. */
    zsock_events(state->out);
    state->counts.turns++;
    zmq_send(zsock_resolve(pipe), &state->counts, sizeof(state->counts), ZMQ_DONTWAIT);
}

static void watch_connections(struct lane_state *state)
{
    zsock_t *const sockets[] = {state->in, state->out};

    for (int i = 0; i < 2; i++) {
        char *name = mem_printf("%s.%s.%d", link_name(state->link), link_lane_name(state->lane), i);

        state->watches[i] = link_watch(sockets[i], name);
        free(name);
    }
}

static void forward_actor(zsock_t *pipe, void *arg)
{
    struct lane_state *state = arg;
    int64_t told_ms = 0;

    watch_connections(state);
    zsock_signal(pipe, 0);
    do {
        forward_some(state);
        tell(state, pipe, &told_ms);
    } while (wait_turn(state, pipe));
    if (state->holds)
        zmq_msg_close(&state->held);
    zsock_destroy(&state->in);
    zsock_destroy(&state->out);
    zsock_destroy(&state->tap);
    for (int i = 0; i < 2; i++)
        zsock_destroy(&state->watches[i]);
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

void forward_renew(struct forward *forward, bool everybody)
{
    zstr_send(forward->actor, everybody ? "ALL" : "OUT");
}

void forward_counts(struct forward *forward, struct forward_counts *counts)
{
    void *pipe = zsock_resolve(zactor_sock(forward->actor));
    struct forward_counts told;

    while (zmq_recv(pipe, &told, sizeof(told), ZMQ_DONTWAIT) == (int)sizeof(told))
        forward->last = told;
    *counts = forward->last;
}

void forward_look(struct forward *forward, int64_t stuck_ms, int64_t now_ms)
{
    struct forward_counts counts;
    char name[40];

    forward_counts(forward, &counts);
    snprintf(name, sizeof(name), "%s.%s", link_name(forward->state->link),
             link_lane_name(forward->state->lane));
    watchdog_look(&forward->watch, name, 1, counts.turns, stuck_ms, now_ms);
}

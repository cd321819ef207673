/* The order of leaving and of shutdown, as a pure state machine (DESIGN 5.2, 5.3, 7).
 *
 * Level-triggered: it looks at who is there and what they say of themselves, so a broker that was
 * started anew in the middle goes on where the last one was.  QUIESCE is renewed at every step
 * until its time is over; STOP is said again until its hearer has gone. */
#ifndef WEIR_BROKER_ORDER_H
#define WEIR_BROKER_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/roster.h"
#include "common/msg.h"

struct config;

enum order_phase { ORDER_IDLE, ORDER_DRAINING, ORDER_STOPPING, ORDER_ENDED };

struct order {
    enum order_phase phase;
    enum msg_purpose purpose;
    enum stage stage;     /* while stopping: whose turn it is; STAGES = who came too late for it */
    bool drained;         /* nothing was in flight when stopping began */
    bool storer_answered; /* QUIESCED {done} came for this purpose */
    bool storer_was_there;
    bool storer_seen;     /* since this broker began, as the two below outlives an order */
    bool storer_ended;    /* by its own word, which is the last on what is left */
    int64_t began_ms;     /* monotonic */
    int64_t began_utc_ms; /* also the round's number */
    int64_t drain_until_ms;
    int64_t stage_since_ms;
    int64_t end_by_ms;        /* shutdown only */
    uint64_t in_flight_first; /* as first told */
    uint64_t in_flight;
    uint64_t left; /* items that stay in the journal */
    char where[512];
};

/* What the broker is to do now; the caller does it. */
struct order_actions {
    bool quiesce;      /* send QUIESCE {purpose, within_ms} to the storer */
    bool resume;       /* send RESUME to the storer */
    bool stop;         /* send STOP to those of `stage` (all, or those leaving) */
    int64_t within_ms; /* of the QUIESCE */
    bool phase_changed;
    bool ended; /* the shutdown is over: leave */
};

/* The operator or a signal wants all to stop.  Asked again it changes nothing. */
void order_shutdown(struct order *order, const struct config *config, int64_t now_ms,
                    int64_t now_utc_ms);
/* The storer has answered; an answer to another round is passed over, so that an old "nothing in
 * flight" never serves the next one who leaves. */
void order_quiesced(struct order *order, const struct msg_quiesced *quiesced);
/* The storer said HELLO: what it answered before is void. */
void order_storer_came(struct order *order);
/* The storer said BYE: its count of what is left is the last word. */
void order_storer_gone(struct order *order, uint64_t left);
/* True where there was a storer and it has gone without a word, or has not gone: what is left is
 * then not known. */
bool order_storer_is_silent(const struct order *order);
/* True where an instance that says HELLO now must be told to stop.  Not while the ring drains: its
 * connections are open, and what was sent to it on them would be lost with it. */
bool order_refuses(const struct order *order, const struct instance *instance);
/* True where this instance is to be stopped in the current stage's turn. */
bool order_stops(const struct order *order, const struct instance *instance);
/* One step; call about every heartbeat and after every change. */
void order_step(struct order *order, struct roster *roster, const struct config *config,
                int64_t now_ms, int64_t now_utc_ms, struct order_actions *actions);
/* Nobody was looking for so long: all deadlines later. */
void order_was_late(struct order *order, int64_t late_ms);
const char *order_phase_name(enum order_phase phase);

#endif

#include "broker/order.h"

#include <stdio.h>

#include "common/config.h"

/* What a storer may take longer than the drain deadline to say that it has passed. */
enum { ANSWER_MS = 500 };

/* What an order leaves to the next one: the storer's last word, where it has said it. */
static struct order afresh(const struct order *before)
{
    struct order order = {.storer_seen = before->storer_seen, .storer_ended = before->storer_ended};

    if (before->storer_ended) {
        order.left = before->left;
        snprintf(order.where, sizeof(order.where), "%s", before->where);
    }
    return order;
}

static void begin(struct order *order, const struct config *config, enum msg_purpose purpose,
                  int64_t now_ms, int64_t now_utc_ms)
{
    *order = afresh(order);
    order->phase = ORDER_DRAINING;
    order->purpose = purpose;
    order->began_ms = now_ms;
    order->began_utc_ms = now_utc_ms;
    order->drain_until_ms = now_ms + config->broker_drain_ms;
    order->end_by_ms = now_ms + config->broker_shutdown_ms;
}

void order_shutdown(struct order *order, const struct config *config, int64_t now_ms,
                    int64_t now_utc_ms)
{
    if (order->purpose != MSG_PURPOSE_SHUTDOWN)
        begin(order, config, MSG_PURPOSE_SHUTDOWN, now_ms, now_utc_ms);
}

void order_quiesced(struct order *order, const struct msg_quiesced *quiesced)
{
    if (order->phase == ORDER_IDLE || quiesced->purpose != order->purpose ||
        quiesced->round != (uint64_t)order->began_utc_ms)
        return;
    if (!order->in_flight_first)
        order->in_flight_first = quiesced->in_flight;
    order->in_flight = quiesced->in_flight;
    order->left = quiesced->left;
    snprintf(order->where, sizeof(order->where), "%.*s", (int)quiesced->where.n, quiesced->where.p);
    if (quiesced->done)
        order->storer_answered = true;
}

void order_storer_came(struct order *order)
{
    order->storer_seen = true;
    order->storer_ended = false;
    if (order->phase == ORDER_DRAINING)
        order->storer_answered = false;
}

void order_storer_gone(struct order *order, uint64_t left)
{
    order->left = left;
    order->storer_ended = true;
}

bool order_storer_is_silent(const struct order *order)
{
    return order->storer_seen && !order->storer_ended;
}

bool order_refuses(const struct order *order, const struct instance *instance)
{
    return order->purpose == MSG_PURPOSE_SHUTDOWN && instance->stage != STAGE_STORER &&
           order->phase >= ORDER_STOPPING;
}

bool order_stops(const struct order *order, const struct instance *instance)
{
    return (instance->stage == order->stage || order->stage == STAGES) &&
           (order->purpose == MSG_PURPOSE_SHUTDOWN || instance->leaving || instance->told_to_stop);
}

static bool any_to_stop(const struct order *order, const struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++)
        if (order_stops(order, &roster->at[i]))
            return true;
    return false;
}

static void begin_stopping(struct order *order, int64_t now_ms)
{
    order->phase = ORDER_STOPPING;
    order->stage = STAGE_FETCHER;
    order->stage_since_ms = now_ms;
    order->drained = order->storer_answered && order->in_flight == 0;
}

/* A storer that is away may be on its way back, with the journal, unless it has said good-bye; one
 * that never was is not waited for longer than a lost one would be. */
static bool no_storer_to_wait_for(const struct order *order, const struct config *config,
                                  int64_t now_ms)
{
    return order->storer_ended ||
           (now_ms - order->began_ms > config->service_lost_ms && !order->storer_was_there);
}

static void step_draining(struct order *order, struct roster *roster, const struct config *config,
                          int64_t now_ms, struct order_actions *actions)
{
    bool storer = roster_storer(roster) != NULL;

    order->storer_was_there |= storer;
    if (storer && order->storer_answered)
        begin_stopping(order, now_ms);
    else if (now_ms > order->drain_until_ms + ANSWER_MS ||
             (!storer && no_storer_to_wait_for(order, config, now_ms)))
        begin_stopping(order, now_ms);
    actions->quiesce = storer;
    actions->phase_changed |= order->phase == ORDER_STOPPING;
}

static void end(struct order *order, struct roster *roster, struct order_actions *actions)
{
    if (order->purpose == MSG_PURPOSE_SHUTDOWN) {
        order->phase = ORDER_ENDED;
        actions->ended = true;
        return;
    }
    *order = afresh(order);
    actions->resume = roster_storer(roster) != NULL;
    actions->phase_changed = true;
}

/* Those that said HELLO after their stage's turn: they are told to stop and will say BYE.  One that
 * is silent has had its time. */
static bool any_late_comer(const struct order *order, const struct roster *roster,
                           const struct config *config, int64_t now_ms)
{
    if (order->purpose != MSG_PURPOSE_SHUTDOWN)
        return false;
    for (size_t i = 0; i < roster->count; i++)
        if (now_ms - roster->at[i].heard_ms <= 2 * config->service_heartbeat_ms)
            return true;
    return false;
}

/* A supervisor signals everybody, and the storer may hear of it before this broker does: signals so
 * close together are one, so it waits whether this is to be a shutdown, in which it comes last. */
static bool storer_waits(const struct order *order, const struct config *config, int64_t now_ms)
{
    return order->purpose == MSG_PURPOSE_LEAVE && order->stage == STAGE_STORER &&
           now_ms - order->began_ms < config->service_second_signal_ms;
}

static void step_stopping(struct order *order, struct roster *roster, const struct config *config,
                          int64_t now_ms, struct order_actions *actions)
{
    int64_t patience_ms = config->service_stop_ms + config->service_heartbeat_ms;

    while (order->stage < STAGES) {
        bool late = now_ms - order->stage_since_ms > patience_ms;

        if (any_to_stop(order, roster) && storer_waits(order, config, now_ms)) {
            order->stage_since_ms = now_ms;
            actions->quiesce = true;
            return;
        }
        if (any_to_stop(order, roster) && !late)
            break;
        order->stage++;
        order->stage_since_ms = now_ms;
        actions->phase_changed = true;
    }
    if (order->stage == STAGES && (!any_late_comer(order, roster, config, now_ms) ||
                                   now_ms - order->stage_since_ms > patience_ms)) {
        end(order, roster, actions);
        return;
    }
    actions->stop = true;
    actions->quiesce = roster_storer(roster) && order->stage < STAGE_STORER;
}

void order_step(struct order *order, struct roster *roster, const struct config *config,
                int64_t now_ms, int64_t now_utc_ms, struct order_actions *actions)
{
    const struct instance *storer = roster_storer(roster);

    *actions = (struct order_actions){0};
    /* A broker before this one had begun a shutdown: the storer still knows. */
    if (storer && storer->quiesce == MSG_PURPOSE_SHUTDOWN)
        order_shutdown(order, config, now_ms, now_utc_ms);
    if (order->phase == ORDER_IDLE && roster_any_leaving(roster)) {
        begin(order, config, MSG_PURPOSE_LEAVE, now_ms, now_utc_ms);
        actions->phase_changed = true;
    }
    if (order->phase == ORDER_DRAINING)
        step_draining(order, roster, config, now_ms, actions);
    if (order->phase == ORDER_STOPPING)
        step_stopping(order, roster, config, now_ms, actions);
    if (order->purpose == MSG_PURPOSE_SHUTDOWN && now_ms > order->end_by_ms &&
        order->phase != ORDER_ENDED) {
        order->phase = ORDER_ENDED;
        actions->ended = true;
    }
    if (order->drain_until_ms > now_ms)
        actions->within_ms = order->drain_until_ms - now_ms;
}

void order_was_late(struct order *order, int64_t late_ms)
{
    order->began_ms += late_ms;
    order->drain_until_ms += late_ms;
    order->stage_since_ms += late_ms;
    order->end_by_ms += late_ms;
}

const char *order_phase_name(enum order_phase phase)
{
    static const char *const names[] = {"working", "draining", "stopping", "ended"};

    return names[phase];
}

#include "broker/broker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/bus.h"
#include "broker/forward.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/guard.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/loop.h"

static int open_links(struct broker *broker)
{
    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++) {
            broker->forwards[link][lane] = forward_open(broker->app.config, link, lane);
            if (!broker->forwards[link][lane])
                return -1;
        }
    return 0;
}

int broker_open(struct broker *broker)
{
    char *endpoint = NULL;

    if (guard_open(broker->app.config, broker->app.config->broker_listen, &broker->guard))
        return APP_CONFIG;
    endpoint = link_endpoint_named(broker->app.config, "control");
    /* Control first: a second broker on the same folder is told so by one line, not by ten. */
    broker->control = link_bind(broker->app.config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    free(endpoint);
    if (!broker->control || open_links(broker))
        return APP_CONFIG;
    broker->bus = bus_open(broker->app.config);
    if (!broker->bus)
        return APP_CONFIG;
    if (getentropy(&broker->run, sizeof(broker->run)) || !broker->run)
        broker->run = (uint64_t)clock_mono_us() | 1;
    return 0;
}

void broker_close(struct broker *broker)
{
    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++)
            forward_close(&broker->forwards[link][lane]);
    bus_close(&broker->bus);
    zsock_destroy(&broker->control);
    guard_close(&broker->guard);
    roster_free(&broker->roster);
    msg_pool_free(&broker->pool);
    buf_free(&broker->out);
}

/* --- who is there ----------------------------------------------------------------------------- */

static void tell_storer(struct broker *broker, enum msg_type type, const void *message)
{
    const struct instance *storer = roster_storer(&broker->roster);

    if (storer)
        control_send(broker, buf_span(&storer->identity), type, message);
}

static void tell_roster(struct broker *broker)
{
    struct buf leases = {0};
    struct msg_roster message = {
        .broker = broker->run,
        .losses = broker->roster.losses,
        .fetchers = roster_of_stage(&broker->roster, STAGE_FETCHER),
        .embedders = roster_of_stage(&broker->roster, STAGE_EMBEDDER),
        .dedupers = roster_of_stage(&broker->roster, STAGE_DEDUPER),
    };

    roster_leases(&broker->roster, &leases);
    message.leases = buf_span(&leases);
    tell_storer(broker, MSG_roster, &message);
    buf_free(&leases);
}

/* A departure is a loss unless the ring was empty: messages on their way to it are gone. */
void broker_forget(struct broker *broker, struct instance *instance, bool crashed)
{
    bool clean = !crashed && broker->order.phase == ORDER_STOPPING && broker->order.drained;
    struct msg_lost lost = {.stage = span_str(roster_stage_name(instance->stage)),
                            .instance = span_str(instance->name),
                            .crashed = crashed,
                            .leases = buf_span(&instance->leases)};

    if (crashed)
        access_lost(broker, instance);
    if (crashed)
        log_warning("lost", "instance=%s in-hand=%" PRIu64, instance->name, instance->in_hand);
    else
        log_info("left", "instance=%s clean=%s", instance->name, clean ? "yes" : "no");
    if (!clean && instance->stage != STAGE_STORER) {
        broker->roster.losses++;
        tell_storer(broker, MSG_lost, &lost);
        FAULT(lost_said);
    }
    roster_remove(&broker->roster, instance);
    tell_roster(broker);
}

static void forget_silent(struct broker *broker, int64_t now_ms)
{
    struct instance *silent = NULL;

    while ((silent = roster_silent(&broker->roster, now_ms, broker->app.config->service_lost_ms)))
        broker_forget(broker, silent, true);
}

/* --- the order of things ---------------------------------------------------------------------- */

static void stop_stage(struct broker *broker)
{
    struct msg_stop stop = {
        .within_ms = (uint64_t)broker->app.config->service_stop_ms,
        .why = span_str(broker->order.purpose == MSG_PURPOSE_SHUTDOWN ? "shutdown" : "leave")};

    for (size_t i = 0; i < broker->roster.count; i++) {
        struct instance *instance = &broker->roster.at[i];

        if (!order_stops(&broker->order, instance))
            continue;
        instance->told_to_stop = true;
        control_send(broker, buf_span(&instance->identity), MSG_stop, &stop);
        FAULT(stop_sent);
    }
}

static void quiesce(struct broker *broker, const struct order_actions *actions)
{
    struct msg_quiesce message = {.purpose =
                                      actions->resume ? MSG_PURPOSE_NONE : broker->order.purpose,
                                  .round = (uint64_t)broker->order.began_utc_ms,
                                  .ttl_ms = (uint64_t)broker->app.config->broker_quiesce_ttl_ms,
                                  .within_ms = (uint64_t)actions->within_ms};

    tell_storer(broker, MSG_quiesce, &message);
    FAULT(quiesce_sent);
    /* The fetchers abort what takes too long, so they are told as well. */
    for (size_t i = 0; i < broker->roster.count; i++)
        if (broker->roster.at[i].stage == STAGE_FETCHER)
            control_send(broker, buf_span(&broker->roster.at[i].identity), MSG_quiesce, &message);
}

static void tell_phase(const struct broker *broker)
{
    const struct order *order = &broker->order;

    log_notice("order", "phase=%s purpose=%s stage=%s in-flight=%" PRIu64 " left=%" PRIu64,
               order_phase_name(order->phase),
               order->purpose == MSG_PURPOSE_SHUTDOWN ? "shutdown"
               : order->purpose == MSG_PURPOSE_LEAVE  ? "leave"
                                                      : "none",
               order->phase != ORDER_STOPPING ? "none"
               : order->stage == STAGES       ? "late-comers"
                                              : roster_stage_name(order->stage),
               order->in_flight, order->left);
}

void broker_step(struct broker *broker)
{
    struct order_actions actions;
    int64_t now = loop_now(broker->app.loop);

    access_watch(broker);
    forget_silent(broker, now);
    order_step(&broker->order, &broker->roster, broker->app.config, now, clock_utc_ms(), &actions);
    if (actions.phase_changed)
        tell_phase(broker);
    if (actions.quiesce || actions.resume)
        quiesce(broker, &actions);
    if (actions.stop)
        stop_stage(broker);
    tell_roster(broker);
    if (actions.ended)
        app_leave(&broker->app, broker_report(broker));
}

int broker_report(struct broker *broker)
{
    const struct order *order = &broker->order;
    uint64_t drained =
        order->in_flight_first > order->left ? order->in_flight_first - order->left : 0;
    int64_t took_ms = loop_now(broker->app.loop) - order->began_ms;
    bool silent = order_storer_is_silent(order);
    bool known = order->left || silent; /* where it lies */
    char left[32];

    snprintf(left, sizeof(left), silent ? "unknown" : "%" PRIu64, order->left);

    for (size_t i = 0; i < broker->roster.count; i++)
        log_warning("still-there", "instance=%s pid=%" PRIu64, broker->roster.at[i].name,
                    broker->roster.at[i].pid);
    if (!broker->app.asked_ms)
        broker->app.asked_ms = order->began_ms;
    log_notice("shutdown-report",
               "drained=%" PRIu64 " left=%s where=%s still-there=%zu took_ms=%" PRId64, drained,
               left, known && *order->where ? order->where : "-", broker->roster.count, took_ms);
    return order->left || silent || broker->roster.count ? APP_LEFT : APP_OK;
}

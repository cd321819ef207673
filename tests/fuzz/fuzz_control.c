/* The broker's side of control without its socket: hello, heartbeat, bye, quiesced, leave and stop
 * in any order, of known and of new names and connections, with steps in between and a clock that
 * goes on by steps of any size.
 *
 * Identities tell instances apart; stop is said only while stages are being stopped, resume only
 * when nothing is; "drained" means that the storer said so in this round; nothing is waited for
 * beyond its deadline; and a shutdown always ends. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/order.h"
#include "broker/roster.h"
#include "common/config.h"
#include "common/msg.h"
#include "tests/fuzz/take.h"

enum { PEERS = 12, NAMES = 16, ANSWER_MS = 500 };

struct world {
    struct config *config;
    struct roster roster;
    struct order order;
    int64_t now_ms, utc_ms;
    int64_t looked_ms; /* of the last step */
    uint64_t answered; /* round that the storer called done with nothing in flight */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* --- what must hold --- */

static void must_be_told_apart(const struct world *world)
{
    const struct roster *roster = &world->roster;

    for (size_t i = 0; i < roster->count; i++) {
        const struct instance *one = &roster->at[i];

        if (one->stage >= STAGES || memchr(one->name, 0, sizeof(one->name)) == NULL ||
            roster_find((struct roster *)(uintptr_t)roster, buf_span(&one->identity)) != one)
            abort();
    }
    if (roster->count > PEERS)
        abort();
}

/* Deadlines are looked at when there is a step, so a step that comes late is the one that must act.
 */
static void must_not_wait(const struct world *world, const struct order *before)
{
    const struct order *order = &world->order;
    const struct config *config = world->config;
    int64_t patience_ms = config->service_stop_ms + config->service_heartbeat_ms;

    if (order->phase == ORDER_DRAINING && world->now_ms > order->drain_until_ms + ANSWER_MS)
        abort();
    if (order->phase == ORDER_STOPPING && before->phase == ORDER_STOPPING &&
        before->stage == order->stage && world->now_ms - order->stage_since_ms > patience_ms)
        abort();
    if (order->purpose == MSG_PURPOSE_SHUTDOWN && world->now_ms > order->end_by_ms &&
        order->phase != ORDER_ENDED)
        abort();
    if (before->phase == ORDER_ENDED && order->phase != ORDER_ENDED)
        abort();
}

static void must_fit(const struct world *world, const struct order_actions *actions)
{
    const struct order *order = &world->order;

    if (actions->stop && order->phase != ORDER_STOPPING)
        abort();
    if (actions->resume && order->phase != ORDER_IDLE)
        abort();
    if (actions->ended != (order->phase == ORDER_ENDED) && actions->ended)
        abort();
    if ((actions->quiesce || actions->resume) &&
        !roster_storer((struct roster *)(uintptr_t)&world->roster))
        abort();
    if (order->phase == ORDER_STOPPING && order->drained &&
        world->answered != (uint64_t)order->began_utc_ms)
        abort();
    if (actions->within_ms < 0 || actions->within_ms > world->config->broker_drain_ms)
        abort();
}

/* --- what the broker does --- */

static void step(struct world *world)
{
    struct order before = world->order;
    struct order_actions actions;
    struct instance *silent = NULL;

    while ((silent = roster_silent(&world->roster, world->now_ms, world->config->service_lost_ms)))
        roster_remove(&world->roster, silent);
    order_step(&world->order, &world->roster, world->config, world->now_ms, world->utc_ms,
               &actions);
    must_fit(world, &actions);
    must_not_wait(world, &before);
    for (size_t i = 0; i < world->roster.count && actions.stop; i++)
        if (order_stops(&world->order, &world->roster.at[i]))
            world->roster.at[i].told_to_stop = true;
    if (strlen(order_phase_name(world->order.phase)) == 0)
        abort();
}

static struct span name_of(char *room, const char *what, size_t number)
{
    int n = snprintf(room, 64, "%s%zu", what, number);

    return span_of(room, (size_t)n);
}

static void hello(struct world *world, struct take *take)
{
    char identity[64], name[64];
    size_t peer = take_below(take, PEERS);
    enum stage stage = (enum stage)take_below(take, STAGES);
    uint64_t said = take_bytes(take, 1);
    struct msg_hello message = {.protocol = MSG_PROTOCOL,
                                .stage = span_str(roster_stage_name(stage)),
                                .instance = name_of(name, "name", take_below(take, NAMES)),
                                .pid = said,
                                .leaving = said & 1,
                                .quiesce = (said >> 1) % 3};
    struct instance *storer = roster_storer(&world->roster), *instance = NULL;

    if (stage == STAGE_STORER) {
        if (storer && !span_eq(span_str(storer->name), message.instance))
            roster_remove(&world->roster, storer);
        order_storer_came(&world->order);
    }
    instance =
        roster_hello(&world->roster, name_of(identity, "peer", peer), &message, world->now_ms);
    if (order_refuses(&world->order, instance) && world->order.phase < ORDER_STOPPING)
        abort();
}

static void heartbeat(struct world *world, struct instance *instance, struct take *take)
{
    uint64_t said = take_bytes(take, 1);
    struct msg_heartbeat message = {.leaving = said & 1,
                                    .quiesce = (said >> 1) % 3,
                                    .in_hand = take_number(take),
                                    .rss_bytes = take_number(take),
                                    .leases = take_span(take, 64),
                                    .counters = take_span(take, 255),
                                    .note = take_span(take, 64)};

    roster_heartbeat(instance, &message, world->now_ms);
    for (int i = 0; i < COUNTERS; i++)
        if (roster_rate(instance, (enum counter)i) < 0)
            abort();
}

static void quiesced(struct world *world, struct take *take)
{
    uint64_t said = take_bytes(take, 1);
    struct msg_quiesced message = {.purpose = said % 3,
                                   .round = said & 4 ? take_number(take)
                                                     : (uint64_t)world->order.began_utc_ms,
                                   .done = said >> 3 & 1,
                                   .in_flight = said & 16 ? take_number(take) : 0,
                                   .left = said & 32 ? take_number(take) : 0,
                                   .where = take_span(take, 255)};
    bool mine = message.purpose == world->order.purpose &&
                message.round == (uint64_t)world->order.began_utc_ms;

    if (!roster_storer(&world->roster))
        return;
    order_quiesced(&world->order, &message);
    if (world->order.phase == ORDER_DRAINING && mine && message.in_flight == 0)
        world->answered = message.round;
}

static void from(struct world *world, struct instance *instance, struct take *take)
{
    size_t what = take_below(take, 4);

    if (what == 0 || what == 1)
        heartbeat(world, instance, take);
    else if (what == 2 && instance->stage == STAGE_STORER)
        quiesced(world, take);
    else if (what == 2)
        instance->leaving = instance->asked_to_leave = true;
    else if (take_below(take, 2))
        order_storer_gone(&world->order, take_number(take));
    else
        roster_remove(&world->roster, instance);
}

static void pass(struct world *world, struct take *take)
{
    static const int64_t steps[] = {1, 50, 500, 1000, 4000, 6000, 20000, 86400000};
    int64_t ms = steps[take_below(take, 8)];

    world->now_ms += ms;
    world->utc_ms += ms;
    if (take_below(take, 8) == 0) { /* nobody was looking */
        roster_was_late(&world->roster, ms);
        order_was_late(&world->order, ms);
    }
}

static void act(struct world *world, struct take *take)
{
    size_t what = take_below(take, 16);

    if (what < 4)
        hello(world, take);
    else if (what < 10 && world->roster.count)
        from(world, &world->roster.at[take_below(take, world->roster.count)], take);
    else if (what == 10 && take_below(take, 4) == 0)
        order_shutdown(&world->order, world->config, world->now_ms, world->utc_ms);
    else if (what < 13)
        pass(world, take);
    step(world);
    must_be_told_apart(world);
}

/* Nobody says anything any more: all are lost, and a shutdown ends. */
static void must_end(struct world *world)
{
    order_shutdown(&world->order, world->config, world->now_ms, world->utc_ms);
    for (int i = 0; i < 200 && world->order.phase != ORDER_ENDED; i++) {
        world->now_ms += world->config->broker_quiesce_repeat_ms;
        world->utc_ms += world->config->broker_quiesce_repeat_ms;
        step(world);
    }
    if (world->order.phase != ORDER_ENDED)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct take take = {.p = data, .n = size};
    struct world world = {.config = config_create(), .now_ms = 1000000, .utc_ms = 1700000000000};

    while (take.n > 0)
        act(&world, &take);
    must_end(&world);
    roster_free(&world.roster);
    config_destroy(&world.config);
    return 0;
}

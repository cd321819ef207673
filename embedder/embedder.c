#include "embedder/embedder.h"

#include <string.h>

#include "common/backlog.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"
#include "embedder/asked.h"
#include "embedder/compute.h"
#include "embedder/embedder_inner.h"
#include "embedder/reranker.h"

enum { TEND_MS = 1000 };

static bool on_items(struct loop *loop, void *self);

static int64_t under_way(const struct embedder *embedder)
{
    return embedder->in_hand + (int64_t)asked_count(embedder->asked) +
           (int64_t)reranker_count(embedder->reranker) + (int64_t)backlog_count(embedder->vectors);
}

/* While lo has filled all there is, some of hi are taken still: somebody waits for them. */
static bool has_room(const struct embedder *embedder, enum lane lane)
{
    const struct config *config = embedder->service->app.config;
    int64_t most = config->embedder_pending + (lane == LANE_HI ? config->embedder_batch : 0);

    return !embedder->stopping && under_way(embedder) < most &&
           (lane == LANE_HI || asked_has_room(embedder->asked, (size_t)embedder->in_hand));
}

void embedder_watch(struct embedder *embedder)
{
    for (enum lane lane = 0; lane < LANES; lane++)
        loop_socket(embedder->service->app.loop, inlet_socket(embedder->items, lane),
                    has_room(embedder, lane) ? ZMQ_POLLIN : 0, on_items, embedder);
}

void embedder_finish_if_empty(struct embedder *embedder)
{
    if (embedder->stopping && under_way(embedder) == 0)
        service_done(embedder->service, APP_OK, 0, "nothing in hand");
}

/* The next that there is room for, or NULL. */
static zmsg_t *receive(struct embedder *embedder, enum lane *lane)
{
    if (has_room(embedder, LANE_LO))
        return inlet_recv(embedder->items, lane);
    *lane = LANE_HI;
    return has_room(embedder, LANE_HI) ? inlet_recv_hi(embedder->items) : NULL;
}

static bool on_items(struct loop *loop, void *self)
{
    struct embedder *embedder = self;
    zmsg_t *message = NULL;
    enum lane lane = LANE_LO;

    (void)loop;
    while ((message = receive(embedder, &lane))) {
        struct compute_ticket ticket = {.lane = lane};

        if (reranker_take(embedder->reranker, lane, &message))
            continue;
        FAULT(item_taken);
        zmsg_pushmem(message, &ticket, sizeof(ticket));
        zmsg_send(&message, zactor_sock(embedder->compute));
        embedder->in_hand++;
    }
    if (!has_room(embedder, LANE_LO))
        embedder_watch(embedder);
    return false;
}

static void count(struct embedder *embedder, const struct compute_ticket *ticket)
{
    struct counters *counters = &embedder->service->app.counters;

    embedder->busy_us += ticket->busy_us;
    counters->at[COUNTER_busy_ms] = (uint64_t)(embedder->busy_us / 1000);
    if (ticket->result == COMPUTE_MALFORMED)
        app_malformed(&embedder->service->app, "link=items", ticket->why);
    else if (ticket->result == COMPUTE_EXPIRED)
        counters_add(counters, COUNTER_expired, 1);
    else if (ticket->result != COMPUTE_ASK)
        counters_add(counters, COUNTER_items, 1);
    if (ticket->result == COMPUTE_BARE)
        counters_add(counters, COUNTER_no_vector, 1);
}

static bool on_computed(struct loop *loop, void *self)
{
    struct embedder *embedder = self;
    void *pipe = zactor_sock(embedder->compute);

    (void)loop;
    while (zsock_events(pipe) & ZMQ_POLLIN) {
        zmsg_t *message = zmsg_recv(pipe);
        zframe_t *frame = message ? zmsg_pop(message) : NULL;
        struct compute_ticket ticket;

        if (!frame)
            break;
        memcpy(&ticket, zframe_data(frame), sizeof(ticket));
        zframe_destroy(&frame);
        embedder->in_hand--;
        embedder->computed++;
        count(embedder, &ticket);
        if (ticket.result == COMPUTE_ASK)
            asked_take(embedder->asked, &ticket, &message);
        else if (zmsg_size(message) && !FAULT_DROPS(vector_send))
            backlog_send(embedder->vectors, (enum lane)ticket.lane, &message);
        FAULT(vector_sent);
        zmsg_destroy(&message);
    }
    embedder_watch(embedder);
    embedder_finish_if_empty(embedder);
    return false;
}

static void on_sent(void *self)
{
    embedder_watch(self);
    embedder_finish_if_empty(self);
}

static bool on_tend(struct loop *loop, void *self)
{
    struct embedder *embedder = self;

    backlog_tend(embedder->vectors, loop_now(loop));
    return false;
}

int embedder_start(struct service *service, void *self)
{
    struct embedder *embedder = self;
    struct app *app = &service->app;
    struct outlet *outlet = NULL;
    int code = 0;

    embedder->service = service;
    code = embedder_open_server(embedder);
    if (code)
        return code;
    embedder->items = inlet_open(app->config, LINK_ITEMS, &app->counters);
    outlet = outlet_open(app->config, LINK_VECTORS, &app->counters);
    if (!embedder->items || !outlet) {
        outlet_close(&outlet);
        return APP_CONFIG;
    }
    embedder->vectors = backlog_create(&outlet, app->loop, on_sent, embedder);
    embedder->compute = compute_start(app->config);
    if (!embedder->compute)
        return APP_BUG;
    loop_socket(app->loop, zsock_resolve(zactor_sock(embedder->compute)), ZMQ_POLLIN, on_computed,
                embedder);
    loop_timer(app->loop, TEND_MS, TEND_MS, on_tend, embedder);
    embedder_watch(embedder);
    return 0;
}

void embedder_stop(struct service *service, void *self, int64_t within_ms)
{
    struct embedder *embedder = self;

    (void)service;
    embedder->stopping = true;
    embedder_watch(embedder);
    reranker_stop(embedder->reranker);
    asked_stop(embedder->asked, within_ms / 2);
    embedder_finish_if_empty(embedder);
}

void embedder_end(struct service *service, void *self)
{
    struct embedder *embedder = self;

    (void)service;
    zactor_destroy(&embedder->compute);
    asked_close(&embedder->asked);
    reranker_close(&embedder->reranker);
    buf_free(&embedder->note);
    backlog_destroy(&embedder->vectors);
    inlet_close(&embedder->items);
}

void embedder_memory(struct service *service, void *self, const struct ladder_step *step)
{
    struct embedder *embedder = self;

    (void)step;
    asked_strain(embedder->asked, service->memory.rung);
}

void embedder_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat)
{
    struct embedder *embedder = self;

    heartbeat->in_hand = (uint64_t)under_way(embedder);
    watchdog_look(&embedder->watch, "compute", (uint64_t)embedder->in_hand, embedder->computed,
                  service->app.config->service_stuck_ms, loop_now(service->app.loop));
    buf_clear(&embedder->note);
    asked_note(embedder->asked, service->app.config, &embedder->note);
    reranker_note(embedder->reranker, &embedder->note);
    heartbeat->note = buf_span(&embedder->note);
}

#include "embedder/embedder.h"

#include <string.h>

#include "common/backlog.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"
#include "embedder/asked.h"
#include "embedder/compute.h"
#include "embedder/model.h"
#include "embedder/settings.h"

enum { TEND_MS = 1000 };

static bool on_items(struct loop *loop, void *self);

static int64_t under_way(const struct embedder *embedder)
{
    return embedder->in_hand + (int64_t)asked_count(embedder->asked) +
           (int64_t)backlog_count(embedder->vectors);
}

static bool has_room(const struct embedder *embedder)
{
    return !embedder->stopping && asked_has_room(embedder->asked) &&
           under_way(embedder) < embedder->service->app.config->embedder_pending;
}

/* Takes work only while there is room: the rest waits in the link, and upstream slows down. */
static void watch_items(struct embedder *embedder)
{
    short events = has_room(embedder) ? ZMQ_POLLIN : 0;

    for (enum lane lane = 0; lane < LANES; lane++)
        loop_socket(embedder->service->app.loop, inlet_socket(embedder->items, lane), events,
                    on_items, embedder);
}

static void finish_if_empty(struct embedder *embedder)
{
    if (embedder->stopping && under_way(embedder) == 0)
        service_done(embedder->service, APP_OK, 0, "nothing in hand");
}

static bool on_items(struct loop *loop, void *self)
{
    struct embedder *embedder = self;
    zmsg_t *message = NULL;
    enum lane lane = LANE_LO;

    (void)loop;
    while (has_room(embedder) && (message = inlet_recv(embedder->items, &lane))) {
        struct compute_ticket ticket = {.lane = lane};

        zmsg_pushmem(message, &ticket, sizeof(ticket));
        zmsg_send(&message, zactor_sock(embedder->compute));
        embedder->in_hand++;
    }
    if (!has_room(embedder))
        watch_items(embedder);
    return false;
}

static void count(struct embedder *embedder, const struct compute_ticket *ticket)
{
    struct counters *counters = &embedder->service->app.counters;

    embedder->busy_us += ticket->busy_us;
    counters->at[COUNTER_busy_ms] = (uint64_t)(embedder->busy_us / 1000);
    if (ticket->result == COMPUTE_MALFORMED)
        counters_add(counters, COUNTER_malformed, 1);
    else if (ticket->result == COMPUTE_EXPIRED)
        counters_add(counters, COUNTER_expired, 1);
    else if (ticket->result != COMPUTE_ASK)
        counters_add(counters, COUNTER_items, 1);
    if (ticket->result == COMPUTE_BARE)
        counters_add(counters, COUNTER_no_vector, 1);
}

/* What the model server made of an item, or did not. */
static void on_answered(void *self, enum lane lane, zmsg_t **message, bool bare)
{
    struct embedder *embedder = self;
    struct counters *counters = &embedder->service->app.counters;

    if (*message) {
        counters_add(counters, COUNTER_items, 1);
        if (bare)
            counters_add(counters, COUNTER_no_vector, 1);
        backlog_send(embedder->vectors, lane, message);
    } else {
        counters_add(counters, COUNTER_expired, 1);
    }
    watch_items(embedder);
    finish_if_empty(embedder);
}

/* Whoever looks at the status sees it at once. */
static void on_changed(void *self)
{
    struct embedder *embedder = self;

    if (embedder->service->member)
        service_beat_now(embedder->service);
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
        count(embedder, &ticket);
        if (ticket.result == COMPUTE_ASK)
            asked_take(embedder->asked, (enum lane)ticket.lane, ticket.deadline_ms, &message);
        else if (zmsg_size(message))
            backlog_send(embedder->vectors, (enum lane)ticket.lane, &message);
        zmsg_destroy(&message);
    }
    watch_items(embedder);
    finish_if_empty(embedder);
    return false;
}

static void on_sent(void *self)
{
    watch_items(self);
    finish_if_empty(self);
}

static bool on_tend(struct loop *loop, void *self)
{
    struct embedder *embedder = self;

    backlog_tend(embedder->vectors, loop_now(loop));
    return false;
}

/* 0, or the exit code of settings that cannot be. */
static int open_backend(struct embedder *embedder)
{
    struct app *app = &embedder->service->app;
    struct asked_calls calls = {.answered = on_answered, .changed = on_changed, .self = embedder};
    struct model *model = model_create();
    bool right = settings_check(app->config, model_name(model));

    model_destroy(&model);
    if (right && settings_has_server(app->config)) {
        embedder->asked = asked_open(app->config, app->loop, &app->counters, app->instance, &calls);
        right = embedder->asked != NULL;
    }
    return right ? 0 : APP_CONFIG;
}

int embedder_start(struct service *service, void *self)
{
    struct embedder *embedder = self;
    struct app *app = &service->app;
    struct outlet *outlet = NULL;
    int code = 0;

    embedder->service = service;
    code = open_backend(embedder);
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
    watch_items(embedder);
    return 0;
}

void embedder_stop(struct service *service, void *self, int64_t within_ms)
{
    struct embedder *embedder = self;

    (void)service;
    embedder->stopping = true;
    watch_items(embedder);
    asked_stop(embedder->asked, within_ms / 2);
    finish_if_empty(embedder);
}

void embedder_end(struct service *service, void *self)
{
    struct embedder *embedder = self;

    (void)service;
    zactor_destroy(&embedder->compute);
    asked_close(&embedder->asked);
    buf_free(&embedder->note);
    backlog_destroy(&embedder->vectors);
    inlet_close(&embedder->items);
}

void embedder_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat)
{
    struct embedder *embedder = self;

    heartbeat->in_hand = (uint64_t)under_way(embedder);
    buf_clear(&embedder->note);
    asked_note(embedder->asked, service->app.config, &embedder->note);
    heartbeat->note = buf_span(&embedder->note);
}

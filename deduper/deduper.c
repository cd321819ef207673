#include "deduper/deduper.h"

#include <stdlib.h>

#include "common/backlog.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"
#include "deduper/engines.h"
#include "deduper/memory.h"

enum { TEND_MS = 1000, ITEMS_A_TURN = PROPOSALS_MAX };

static bool on_vectors(struct loop *loop, void *self);

static int64_t under_way(const struct deduper *deduper)
{
    return (int64_t)(backlog_count(deduper->verdicts) + proposals_count(deduper->proposals)) +
           (deduper->held ? 1 : 0);
}

static bool has_room(const struct deduper *deduper)
{
    return !deduper->stopping && !deduper->held &&
           under_way(deduper) < deduper->service->app.config->deduper_pending;
}

static void watch_vectors(struct deduper *deduper)
{
    short events = has_room(deduper) ? ZMQ_POLLIN : 0;

    for (enum lane lane = 0; lane < LANES; lane++)
        loop_socket(deduper->service->app.loop, inlet_socket(deduper->vectors, lane), events,
                    on_vectors, deduper);
}

static void finish_if_empty(struct deduper *deduper)
{
    if (deduper->stopping && under_way(deduper) == 0)
        service_done(deduper->service, APP_OK, 0, "nothing in hand");
}

static void take_or_hold(struct deduper *deduper, enum lane lane, zmsg_t *message, bool caught_up)
{
    if (reranked_pass(deduper, lane, &message) ||
        proposals_take(deduper, lane, &message, caught_up))
        return;
    deduper->held = message;
    deduper->held_lane = lane;
}

/* What waits, and no more than a few, so that commits are applied between them. */
static bool on_vectors(struct loop *loop, void *self)
{
    struct deduper *deduper = self;
    zmsg_t *message = NULL;
    enum lane lane = LANE_LO;

    (void)loop;
    for (int i = 0; i < ITEMS_A_TURN && has_room(deduper); i++) {
        message = inlet_recv(deduper->vectors, &lane);
        if (!message)
            break;
        take_or_hold(deduper, lane, message, false);
    }
    proposals_send(deduper);
    if (!has_room(deduper))
        watch_vectors(deduper);
    return false;
}

void deduper_resume(struct deduper *deduper)
{
    zmsg_t *message = deduper->held;

    deduper->held = NULL;
    if (message)
        take_or_hold(deduper, deduper->held_lane, message, true);
    proposals_send(deduper);
    watch_vectors(deduper);
    finish_if_empty(deduper);
}

static void on_sent(void *self)
{
    watch_vectors(self);
    finish_if_empty(self);
}

static bool on_tend(struct loop *loop, void *self)
{
    struct deduper *deduper = self;

    backlog_tend(deduper->verdicts, loop_now(loop));
    catchup_tend(deduper);
    return false;
}

/* --- life ------------------------------------------------------------------------------------- */

static zsock_t *connect_named(struct app *app, int type, enum link_role role, const char *name)
{
    char *endpoint = link_endpoint_named(app->config, name);
    zsock_t *socket = link_connect(app->config, type, role, LINKS, endpoint);

    free(endpoint);
    return socket;
}

static int open_sockets(struct deduper *deduper, struct app *app)
{
    struct outlet *outlet = outlet_open(app->config, LINK_VERDICTS, &app->counters);

    if (!outlet)
        return APP_CONFIG;
    deduper->verdicts = backlog_create(&outlet, app->loop, on_sent, deduper);
    deduper->vectors = inlet_open(app->config, LINK_VECTORS, &app->counters);
    deduper->events = connect_named(app, ZMQ_SUB, LINK_ROLE_EVENTS, "events.out");
    deduper->query = connect_named(app, ZMQ_DEALER, LINK_ROLE_CONTROL, "query");
    if (!deduper->vectors || !deduper->events || !deduper->query)
        return APP_CONFIG;
    /* Subscribed before the first page is asked for, so that nothing falls between them. */
    zsock_set_subscribe(deduper->events, "commit");
    return 0;
}

static int choose_engine(const struct config *config, enum engine_kind *engine)
{
    if (engine_kind_of(config->deduper_engine, engine)) {
        log_info("engine", "name=%s built=\"%s\"", config->deduper_engine, ENGINES_BUILT);
        return 0;
    }
    log_error("bad-setting", "deduper.engine=%s why=\"this build has: %s\"", config->deduper_engine,
              ENGINES_BUILT);
    return APP_CONFIG;
}

int deduper_start(struct service *service, void *self)
{
    struct deduper *deduper = self;
    struct app *app = &service->app;
    enum engine_kind engine = ENGINE_FLAT;
    int code = choose_engine(app->config, &engine);

    deduper->service = service;
    deduper->proposals = proposals_create();
    if (code)
        return code;
    deduper->follow.paging = true; /* what is stored is read before the first item comes */
    deduper->memory = memory_create(app->config->embedder_model, app->config->deduper_window_ms,
                                    (size_t)app->config->deduper_index_items, engine);
    code = open_sockets(deduper, app);
    if (code)
        return code;
    loop_socket(app->loop, zsock_resolve(deduper->events), ZMQ_POLLIN, catchup_on_event, deduper);
    loop_socket(app->loop, zsock_resolve(deduper->query), ZMQ_POLLIN, catchup_on_page, deduper);
    loop_timer(app->loop, TEND_MS, TEND_MS, on_tend, deduper);
    watch_vectors(deduper);
    return 0;
}

void deduper_stop(struct service *service, void *self, int64_t within_ms)
{
    struct deduper *deduper = self;

    (void)service;
    (void)within_ms;
    deduper->stopping = true;
    watch_vectors(deduper);
    finish_if_empty(deduper);
}

void deduper_end(struct service *service, void *self)
{
    struct deduper *deduper = self;

    (void)service;
    zmsg_destroy(&deduper->held);
    proposals_destroy(&deduper->proposals);
    backlog_destroy(&deduper->verdicts);
    inlet_close(&deduper->vectors);
    zsock_destroy(&deduper->events);
    zsock_destroy(&deduper->query);
    memory_destroy(&deduper->memory);
    msg_pool_free(&deduper->pool);
    buf_free(&deduper->out);
}

void deduper_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat)
{
    (void)service;
    heartbeat->in_hand = (uint64_t)under_way(self);
}

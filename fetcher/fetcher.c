#include "fetcher/fetcher.h"

#include "common/backlog.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/service.h"
#include "fetcher/http.h"
#include "fetcher/lease.h"
#include "fetcher/parser.h"

enum { TEND_MS = 1000 };

static const struct config *config(const struct fetcher *fetcher)
{
    return fetcher->service->app.config;
}

/* --- taking jobs ------------------------------------------------------------------------------ */

static bool on_jobs(struct loop *loop, void *self);

/* No transfer begins while its items would only pile up behind others. */
static bool has_room(const struct fetcher *fetcher)
{
    size_t waiting = backlog_bytes(fetcher->items) + backlog_bytes(fetcher->reports);

    return !fetcher->stopping &&
           (int64_t)fetcher->lease_count < config(fetcher)->fetcher_concurrency &&
           (int64_t)waiting < config(fetcher)->fetcher_pending_bytes;
}

static bool is_empty(const struct fetcher *fetcher)
{
    return fetcher->lease_count == 0 && backlog_count(fetcher->items) == 0 &&
           backlog_count(fetcher->reports) == 0;
}

void fetcher_turn(struct fetcher *fetcher)
{
    short events = has_room(fetcher) ? ZMQ_POLLIN : 0;

    for (enum lane lane = 0; lane < LANES; lane++)
        loop_socket(fetcher->service->app.loop, inlet_socket(fetcher->jobs, lane), events, on_jobs,
                    fetcher);
    if (fetcher->stopping && is_empty(fetcher))
        service_done(fetcher->service, APP_OK, 0, "nothing in hand");
}

static bool on_jobs(struct loop *loop, void *self)
{
    struct fetcher *fetcher = self;
    zmsg_t *message = NULL;
    enum lane lane = LANE_LO;

    (void)loop;
    while (has_room(fetcher) && (message = inlet_recv(fetcher->jobs, &lane)))
        lease_take(fetcher, lane, &message);
    fetcher_turn(fetcher);
    return false;
}

static bool on_parsed(struct loop *loop, void *self)
{
    struct fetcher *fetcher = self;
    void *pipe = zactor_sock(fetcher->parser);

    (void)loop;
    while (zsock_events(pipe) & ZMQ_POLLIN) {
        zmsg_t *message = zmsg_recv(pipe);

        if (!message)
            break;
        fetcher->parsing--;
        fetcher->parsed++;
        lease_parsed(fetcher, &message);
    }
    fetcher_turn(fetcher);
    return false;
}

static void on_sent(void *self)
{
    fetcher_turn(self);
}

/* --- QUIESCE ---------------------------------------------------------------------------------- */

static void give_back_transfers(struct fetcher *fetcher)
{
    struct lease *next = NULL;

    for (struct lease *lease = fetcher->leases; lease; lease = next) {
        next = lease->next;
        if (lease->transfer)
            lease_give_back(lease);
    }
}

static void quiesce(struct fetcher *fetcher, const struct msg_quiesce *message)
{
    int64_t now = loop_now(fetcher->service->app.loop);

    if (message->purpose == MSG_PURPOSE_NONE) {
        fetcher->quiet_until_ms = 0;
        return;
    }
    if (!fetcher->quiet_until_ms)
        fetcher->abort_at_ms = now + config(fetcher)->fetcher_abort_ms;
    fetcher->quiet_until_ms = now + (int64_t)message->ttl_ms;
}

static bool on_tend(struct loop *loop, void *self)
{
    struct fetcher *fetcher = self;
    int64_t now = loop_now(loop);

    backlog_tend(fetcher->items, now);
    backlog_tend(fetcher->reports, now);
    if (fetcher->quiet_until_ms && now > fetcher->quiet_until_ms)
        fetcher->quiet_until_ms = 0;
    if (fetcher->quiet_until_ms && now >= fetcher->abort_at_ms)
        give_back_transfers(fetcher);
    fetcher_turn(fetcher);
    return false;
}

void fetcher_control(struct service *service, void *self, enum msg_type type, const void *message)
{
    (void)service;
    if (type == MSG_quiesce)
        quiesce(self, message);
}

/* --- life ------------------------------------------------------------------------------------- */

static struct backlog *open_backlog(struct fetcher *fetcher, enum link_id link)
{
    struct app *app = &fetcher->service->app;
    struct outlet *outlet = outlet_open(app->config, link, &app->counters);

    return outlet ? backlog_create(&outlet, app->loop, on_sent, fetcher) : NULL;
}

int fetcher_start(struct service *service, void *self)
{
    struct fetcher *fetcher = self;
    struct app *app = &service->app;

    fetcher->service = service;
    fetcher->jobs = inlet_open(app->config, LINK_JOBS, &app->counters);
    fetcher->reports = open_backlog(fetcher, LINK_REPORTS);
    fetcher->items = open_backlog(fetcher, LINK_ITEMS);
    fetcher->http = http_open(app->config, app->loop, lease_responded, fetcher);
    if (!fetcher->jobs || !fetcher->reports || !fetcher->items || !fetcher->http)
        return APP_CONFIG;
    fetcher->parser = parser_start(app->config);
    if (!fetcher->parser)
        return APP_BUG;
    loop_socket(app->loop, zsock_resolve(zactor_sock(fetcher->parser)), ZMQ_POLLIN, on_parsed,
                fetcher);
    loop_timer(app->loop, TEND_MS, TEND_MS, on_tend, fetcher);
    fetcher_turn(fetcher);
    return 0;
}

void fetcher_stop(struct service *service, void *self, int64_t within_ms)
{
    struct fetcher *fetcher = self;

    (void)service;
    (void)within_ms;
    fetcher->stopping = true;
    give_back_transfers(fetcher);
    fetcher_turn(fetcher);
}

void fetcher_end(struct service *service, void *self)
{
    struct fetcher *fetcher = self;

    (void)service;
    http_close(&fetcher->http);
    zactor_destroy(&fetcher->parser);
    while (fetcher->leases)
        lease_free(fetcher->leases);
    backlog_destroy(&fetcher->items);
    backlog_destroy(&fetcher->reports);
    inlet_close(&fetcher->jobs);
    msg_pool_free(&fetcher->pool);
    buf_free(&fetcher->out);
    buf_free(&fetcher->lease_list);
}

void fetcher_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat)
{
    struct fetcher *fetcher = self;

    watchdog_look(&fetcher->watch, "parser", fetcher->parsing, fetcher->parsed,
                  service->app.config->service_stuck_ms, loop_now(service->app.loop));
    buf_clear(&fetcher->lease_list);
    for (const struct lease *lease = fetcher->leases; lease; lease = lease->next)
        if (!lease->full)
            msg_put_u64(&fetcher->lease_list, lease->fetch);
    heartbeat->leases = buf_span(&fetcher->lease_list);
    heartbeat->in_hand = fetcher->lease_count + backlog_count(fetcher->items);
}

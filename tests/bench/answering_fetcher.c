/* A fetcher that asks nobody: it answers each job at once with "not modified".  What then remains
 * to be measured is the storer. */
#include "common/backlog.h"
#include "common/clock.h"
#include "common/loop.h"
#include "common/service.h"

struct answering {
    struct service *service;
    struct inlet *jobs;
    struct backlog *reports;
    struct msg_pool pool;
    struct buf out;
};

static void answer(struct answering *self, enum lane lane, zmsg_t *job)
{
    zframe_t *first = zmsg_first(job);
    struct msg_header header;
    struct msg_report report = {.outcome = MSG_OUTCOME_NOT_MODIFIED,
                                .http_status = 304,
                                .retry_after_ms = -1,
                                .max_age_ms = -1,
                                .ttl_ms = -1,
                                .mean_gap_ms = -1,
                                .seen_ms = clock_utc_ms()};
    zmsg_t *message = zmsg_new();

    msg_pool_reset(&self->pool);
    if (msg_header_read(link_span(first), &self->pool, &header) == 0) {
        msg_header_write(&header, &self->out);
        link_append(message, &self->out);
        msg_report_write(&report, &self->out);
        link_append(message, &self->out);
        backlog_send(self->reports, lane, &message);
    }
    zmsg_destroy(&message);
}

static bool on_jobs(struct loop *loop, void *arg)
{
    struct answering *self = arg;
    enum lane lane = LANE_LO;
    zmsg_t *job = NULL;

    (void)loop;
    while ((job = inlet_recv(self->jobs, &lane))) {
        answer(self, lane, job);
        zmsg_destroy(&job);
    }
    return false;
}

static int start(struct service *service, void *arg)
{
    struct answering *self = arg;
    struct app *app = &service->app;
    struct outlet *outlet = outlet_open(app->config, LINK_REPORTS, &app->counters);

    self->service = service;
    self->jobs = inlet_open(app->config, LINK_JOBS, &app->counters);
    self->reports = outlet ? backlog_create(&outlet, app->loop, NULL, NULL) : NULL;
    if (!self->jobs || !self->reports)
        return APP_CONFIG;
    for (enum lane lane = 0; lane < LANES; lane++)
        loop_socket(app->loop, inlet_socket(self->jobs, lane), ZMQ_POLLIN, on_jobs, self);
    return 0;
}

static void stop(struct service *service, void *arg, int64_t within_ms)
{
    (void)arg;
    (void)within_ms;
    service_done(service, APP_OK, 0, "nothing in hand");
}

static void end(struct service *service, void *arg)
{
    struct answering *self = arg;

    (void)service;
    inlet_close(&self->jobs);
    backlog_destroy(&self->reports);
    msg_pool_free(&self->pool);
    buf_free(&self->out);
}

int main(int argc, char **argv)
{
    static const struct service_spec spec = {
        .app = {.name = "weir-fetcher",
                .stage = "fetcher",
                .summary = "Answers each job with 304, asking nobody."},
        .start = start,
        .stop = stop,
        .end = end,
    };
    struct answering self = {0};

    return service_main(&spec, &self, argc, argv);
}

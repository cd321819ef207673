#include "common/service.h"

#include <inttypes.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/member.h"

/* What a stage's life is made of, beside its member. */
struct service_life {
    bool leaving;  /* signalled: asks the broker, goes on working */
    bool stopping; /* told to stop, or on its own */
    bool done;
    int64_t lonely_since_ms; /* signalled and without a broker since; 0 = not */
    struct buf counters;
};

static void begin_stop(struct service *service, int64_t within_ms, const char *why);

/* --- heartbeats ------------------------------------------------------------------------------- */

static void fill(struct service *service, struct msg_heartbeat *beat)
{
    *beat = (struct msg_heartbeat){.leaving = service->life->leaving, .rss_bytes = app_rss_bytes()};
    buf_clear(&service->life->counters);
    counters_write(&service->app.counters, &service->life->counters);
    beat->counters = buf_span(&service->life->counters);
    if (service->spec->beat)
        service->spec->beat(service, service->self, beat);
}

void service_beat_now(struct service *service)
{
    struct msg_heartbeat beat;
    struct msg_hello hello;

    fill(service, &beat);
    hello = (struct msg_hello){.protocol = MSG_PROTOCOL,
                               .stage = span_str(service->app.spec->stage),
                               .instance = span_str(service->app.instance),
                               .pid = (uint64_t)getpid(),
                               .version = span_str(app_version),
                               .leaving = service->life->leaving,
                               .quiesce = beat.quiesce,
                               .started_ms = service->app.started_ms};
    member_beat(service->member, &hello, &beat);
}

/* Signalled, and nobody there to ask: after a heartbeat's worth of looking it leaves by itself. */
static void look_after_loneliness(struct service *service, int64_t now)
{
    if (!service->life->leaving || service->life->stopping || member_broker(service->member)) {
        service->life->lonely_since_ms = 0;
        return;
    }
    if (!service->life->lonely_since_ms)
        service->life->lonely_since_ms = now;
    else if (now - service->life->lonely_since_ms >= 2 * service->app.config->service_heartbeat_ms)
        begin_stop(service, service->app.config->service_stop_ms, "signalled, and no broker");
}

static void look_at_memory(struct service *service, int64_t now)
{
    uint64_t rss = app_rss_bytes(), most = (uint64_t)service->app.config->service_memory_bytes;
    struct ladder_step step;

    while (ladder_set(&service->memory, ladder_percent(rss, most), now, &step)) {
        log_notice(step.begun ? "load-begun" : "load-ended",
                   "what=memory rung=%s rss=%" PRIu64 " limit=%" PRIu64 " for_ms=%" PRId64,
                   ladder_name(step.rung), rss, most, step.for_ms);
        if (service->spec->memory)
            service->spec->memory(service, service->self, &step);
    }
}

static bool on_heartbeat(struct loop *loop, void *arg)
{
    struct service *service = arg;

    service_beat_now(service);
    look_after_loneliness(service, loop_now(loop));
    look_at_memory(service, loop_now(loop));
    app_often_over(&service->app.floods, service->app.config->log_quiet_ms);
    app_notify("WATCHDOG=1");
    return false;
}

/* --- stopping --------------------------------------------------------------------------------- */

static bool on_deadline(struct loop *loop, void *arg)
{
    struct service *service = arg;
    struct msg_heartbeat beat;

    (void)loop;
    fill(service, &beat);
    log_warning("stop-deadline", "left-unfinished=yes in-hand=%" PRIu64, beat.in_hand);
    app_leave(&service->app, APP_LEFT);
    return true;
}

static void begin_stop(struct service *service, int64_t within_ms, const char *why)
{
    if (service->life->stopping)
        return;
    service->life->stopping = true;
    if (!service->app.asked_ms)
        service->app.asked_ms = loop_now(service->app.loop);
    log_notice("stopping", "why=\"%s\" within_ms=%" PRId64, why, within_ms);
    app_notify("STOPPING=1");
    FAULT(stop_taken);
    loop_timer(service->app.loop, within_ms, 0, on_deadline, service);
    service->spec->stop(service, service->self, within_ms);
}

static bool on_bye_unanswered(struct loop *loop, void *arg)
{
    (void)loop;
    app_leave(arg, ((struct app *)arg)->exit_code);
    return true;
}

void service_done(struct service *service, int code, uint64_t left, const char *words)
{
    struct msg_bye bye = {.code = (uint64_t)code, .left = left, .words = span_str(words)};

    if (service->life->done)
        return;
    service->life->done = true;
    service->app.exit_code = code;
    log_info("done", "code=%d left=%" PRIu64 " words=\"%s\"", code, left, words);
    if (!member_broker(service->member)) {
        app_leave(&service->app, code);
        return;
    }
    /* The last counters, for the broker's report. */
    service_beat_now(service);
    FAULT(bye_send);
    member_tell(service->member, MSG_bye, &bye);
    FAULT(bye_sent);
    loop_timer(service->app.loop, service->app.config->service_linger_ms, 0, on_bye_unanswered,
               &service->app);
}

static void on_signal(void *self, bool forced)
{
    struct service *service = self;
    struct msg_heartbeat beat;

    if (forced) {
        fill(service, &beat);
        log_notice("leaving-now", "in-hand=%" PRIu64, beat.in_hand);
        app_leave(&service->app, beat.in_hand ? APP_LEFT : APP_OK);
        return;
    }
    service->life->leaving = true;
    service_beat_now(service);
    FAULT(leave_said);
    look_after_loneliness(service, loop_now(service->app.loop));
}

/* --- control ---------------------------------------------------------------------------------- */

static void on_control(void *self, enum msg_type type, const void *message)
{
    struct service *service = self;
    const struct msg_stop *stop = message;

    if (type == MSG_bye) {
        if (service->life->done)
            app_leave(&service->app, service->app.exit_code);
        return;
    }
    if (type == MSG_stop)
        begin_stop(service, (int64_t)stop->within_ms, "told to");
    else if (service->spec->control)
        service->spec->control(service, service->self, type, message);
}

static void on_broker(void *self, uint64_t broker)
{
    struct service *service = self;

    if (broker)
        service_beat_now(service);
    if (broker && service->spec->welcomed)
        service->spec->welcomed(service, service->self, broker);
}

static bool on_late(struct loop *loop, void *arg)
{
    struct service *service = arg;

    log_warning("ran-late", "late_ms=%" PRId64 " do=\"deadlines moved\"", loop_late(loop));
    member_was_late(service->member, loop_late(loop));
    return false;
}

void service_tell(struct service *service, enum msg_type type, const void *message)
{
    member_tell(service->member, type, message);
}

bool service_has_broker(const struct service *service)
{
    return member_broker(service->member) != 0;
}

bool service_leaving(const struct service *service)
{
    return service->life->leaving;
}

/* --- the whole -------------------------------------------------------------------------------- */

/* After the threads and sockets of the start, before the first job is taken. */
static int narrow(const struct service *service)
{
    const struct config *config = service->app.config;
    enum sandbox profile = service->spec->sandbox ? service->spec->sandbox(config) : SANDBOX_NONE;

    return sandbox_enter(profile, config->service_sandbox != 0) ? APP_CONFIG : 0;
}

static int open_all(struct service *service)
{
    int code = service->spec->start(service, service->self);

    if (code)
        return code;
    service->member = member_create(&service->app, on_control, on_broker, service);
    if (!service->member)
        return APP_IO;
    app_watch_signals(&service->app, on_signal, service);
    loop_on_late(service->app.loop, on_late, service);
    loop_timer(service->app.loop, 0, service->app.config->service_heartbeat_ms, on_heartbeat,
               service);
    if (narrow(service))
        return APP_CONFIG;
    log_info("started", "instance=%s version=%s", service->app.instance, app_version);
    app_notify("READY=1");
    return 0;
}

int service_main(const struct service_spec *spec, void *self, int argc, char **argv)
{
    struct service_life life = {0};
    struct service service = {.spec = spec, .self = self, .life = &life};
    int code = app_start(&service.app, &spec->app, argc, argv);

    if (code >= 0)
        return code;
    code = open_all(&service);
    if (code == 0)
        code = app_run(&service.app);
    app_closing(&service.app);
    spec->end(&service, self);
    member_destroy(&service.member);
    buf_free(&life.counters);
    return app_end(&service.app, code);
}

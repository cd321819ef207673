/* weir-broker: forwards every link, hosts the taps, the event bus and control. */
#include "broker/broker.h"

#include "broker/bus.h"
#include "broker/forward.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"

static void on_signal(void *self, bool forced)
{
    struct broker *broker = self;

    if (forced) {
        app_leave(&broker->app, broker_report(broker));
        return;
    }
    order_shutdown(&broker->order, broker->app.config, loop_now(broker->app.loop), clock_utc_ms());
    app_notify("STOPPING=1");
    broker_step(broker);
}

static void look_after_threads(struct broker *broker)
{
    int64_t stuck_ms = broker->app.config->service_stuck_ms, now_ms = loop_now(broker->app.loop);

    for (enum link_id link = 0; link < LINKS; link++)
        for (enum lane lane = 0; lane < LANES; lane++)
            forward_look(broker->forwards[link][lane], stuck_ms, now_ms);
    bus_look(broker->bus, stuck_ms, now_ms);
}

static bool on_tick(struct loop *loop, void *self)
{
    struct broker *broker = self;

    (void)loop;
    broker_step(broker);
    look_after_threads(broker);
    app_often_over(&broker->app.floods, broker->app.config->log_quiet_ms);
    app_notify("WATCHDOG=1");
    return false;
}

static bool on_late(struct loop *loop, void *self)
{
    struct broker *broker = self;

    roster_was_late(&broker->roster, loop_late(loop));
    order_was_late(&broker->order, loop_late(loop));
    return false;
}

static void watch(struct broker *broker)
{
    struct loop *loop = broker->app.loop;

    loop_socket(loop, zsock_resolve(broker->control), ZMQ_POLLIN, control_serve, broker);
    loop_timer(loop, 0, broker->app.config->broker_quiesce_repeat_ms, on_tick, broker);
    loop_on_late(loop, on_late, broker);
    app_watch_signals(&broker->app, on_signal, broker);
}

int main(int argc, char **argv)
{
    static const struct app_spec spec = {
        .name = "weir-broker",
        .stage = "broker",
        .summary = "Forwards every link of the ring, hosts taps, events and control.",
    };
    struct broker broker = {0};
    int code = app_start(&broker.app, &spec, argc, argv);

    if (code >= 0)
        return code;
    code = broker_open(&broker);
    if (code == 0) {
        watch(&broker);
        log_info("started", "dir=%s version=%s", broker.app.config->runtime_dir, app_version);
        app_notify("READY=1");
        code = app_run(&broker.app);
    }
    app_closing(&broker.app);
    broker_close(&broker);
    return app_end(&broker.app, code);
}

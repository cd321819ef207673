#include "common/app.h"

#include <czmq.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/app_options.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/ending.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/sandbox.h"
#include "common/watchdog.h"

struct signals {
    struct app *app;
    int fd;
    app_signal_fn *fn;
    void *self;
    int64_t first_ms; /* 0 = none yet */
};

static struct signals signals = {.fd = -1};

static bool on_signal(struct loop *loop, void *arg)
{
    struct signals *s = arg;
    struct signalfd_siginfo info;
    bool forced = false;

    if (read(s->fd, &info, sizeof(info)) != sizeof(info))
        return false;
    if (info.ssi_signo == SIGHUP)
        return false;
    forced = s->first_ms && loop_now(loop) - s->first_ms > s->app->config->service_second_signal_ms;
    if (s->first_ms && !forced)
        return false;
    log_notice(forced ? "second-signal" : "signal", "signal=%s from-pid=%u",
               strsignal((int)info.ssi_signo), info.ssi_pid);
    if (!s->first_ms)
        s->first_ms = loop_now(loop);
    if (!s->app->asked_ms)
        s->app->asked_ms = s->first_ms;
    s->fn(s->self, forced);
    return false;
}

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

/* Blocked before any thread exists, so that all threads leave them to the descriptor. */
static void block_signals(void)
{
    sigset_t set;

    signal_set(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

bool app_signalled(void)
{
    sigset_t waiting;

    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1);
}

void app_watch_signals(struct app *app, app_signal_fn *fn, void *self)
{
    sigset_t set;

    signal_set(&set);
    signals = (struct signals){
        .app = app, .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .fn = fn, .self = self};
    if (signals.fd >= 0)
        loop_fd(app->loop, signals.fd, ZMQ_POLLIN, on_signal, &signals);
}

static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max > 65536 ? 65536 : limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void start_czmq(void)
{
    setenv("ZSYS_SIGHANDLER", "false", 1);
    zsys_init();
    zsys_handler_set(NULL);
    zsys_set_linger(0);
    zsys_set_max_sockets(4096);
    zmq_ctx_set(zsys_init(), ZMQ_BLOCKY, 0);
}

int app_start(struct app *app, const struct app_spec *spec, int argc, char **argv)
{
    unsigned chance = 0;
    int code = 0;

    sandbox_guard();
    *app = (struct app){.spec = spec};
    log_start(spec->name);
    code = app_options(spec, argc, argv, &app->config);
    if (code >= 0)
        return code;
    block_signals(); /* from here on one means an end in order; a one-shot is just interrupted */
    if (!log_set_level(app->config->log_level)) {
        fprintf(stderr, "%s: log.level = %s: error, warning, notice, info or debug is allowed\n",
                spec->name, app->config->log_level);
        config_destroy(&app->config);
        return APP_CONFIG;
    }
    clock_set_ahead(app->config->service_clock_ahead_ms);
    raise_descriptor_limit();
    start_czmq();
    if (link_prepare(app->config) || link_start(app->config, spec->stage)) {
        config_destroy(&app->config);
        return APP_CONFIG;
    }
    if (getentropy(&chance, sizeof(chance)))
        chance = (unsigned)clock_mono_us();
    snprintf(app->instance, sizeof(app->instance), "%s-%d-%08x", spec->stage, (int)getpid(),
             chance);
    app->started_ms = clock_utc_ms();
    app->loop = loop_create(app->config->service_late_ms);
    return -1;
}

void app_leave(struct app *app, int exit_code)
{
    app->exit_code = exit_code;
    loop_stop(app->loop);
}

static bool on_beat(struct loop *loop, void *arg)
{
    (void)loop;
    (void)arg;
    watchdog_beat();
    return false;
}

int app_run(struct app *app)
{
    int64_t stuck_ms = app->config->service_stuck_ms;
    bool right = false;

    loop_timer(app->loop, 0, stuck_ms / 8 > 0 ? stuck_ms / 8 : 1000, on_beat, NULL);
    watchdog_start(stuck_ms);
    right = loop_run(app->loop);
    watchdog_end();
    if (!right) {
        log_error("loop-failed", "error=\"%s\"", zmq_strerror(zmq_errno()));
        return APP_BUG;
    }
    return app->exit_code;
}

void app_closing(struct app *app)
{
    ending_limit(app->config->service_close_ms);
}

int app_end(struct app *app, int code)
{
    int64_t took_ms = app->asked_ms ? clock_mono_ms() - app->asked_ms : -1;
    size_t threads = 0;

    if (signals.fd >= 0)
        close(signals.fd);
    signals.fd = -1;
    loop_destroy(&app->loop);
    config_destroy(&app->config);
    zsys_shutdown();
    threads = ending_threads();
    ending_limit(0);
    if (threads)
        log_warning("threads-left", "count=%zu", threads);
    log_notice("stopped", "code=%d took_ms=%" PRId64 " threads=%zu", code, took_ms, threads);
    return code;
}

/* What every long-running process of Weir starts with: options, settings, log, signals, loop,
 * sd_notify, exit code.  The broker uses it alone; the other stages through service.h. */
#ifndef WEIR_COMMON_APP_H
#define WEIR_COMMON_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/counters.h"
#include "common/flood.h"

struct config;
struct loop;

/* Exit codes (sysexits.h, and 75 for work left in the journal). */
enum app_exit {
    APP_OK = 0,
    APP_USAGE = 64,
    APP_DATA = 65,
    APP_NO_PEER = 69,
    APP_BUG = 70,
    APP_IO = 74,
    APP_LEFT = 75,
    APP_CONFIG = 78,
};

/* A one-shot option of a stage: `--parse FILE` prints something and ends the process. */
struct app_oneshot {
    const char *name;     /* "parse" */
    const char *argument; /* "FILE", or NULL where it takes none */
    const char *help;
    int (*run)(const char *argument); /* at once; gives the exit code */
    /* Instead of run: once all options and settings were read.  config is lent. */
    int (*run_with)(const char *argument, const struct config *config);
};

struct app_spec {
    const char *name;                   /* "weir-fetcher" */
    const char *stage;                  /* "fetcher" */
    const char *summary;                /* one line for --help */
    const struct app_oneshot *oneshots; /* ends with a name of NULL; or NULL */
};

struct app {
    const struct app_spec *spec;
    struct config *config;
    struct loop *loop;
    struct counters counters;
    struct floods floods; /* of what may happen often */
    char instance[64];    /* stage-pid-random: never the same twice */
    int64_t started_ms;
    int64_t asked_ms; /* monotonic: when a signal or STOP first asked it to end; 0 = not yet */
    int exit_code;
};

/* Called at the first signal to stop, and at a second one that counts (then forced is true). */
typedef void app_signal_fn(void *self, bool forced);

/* Reads options and settings.  Returns -1 to go on, else an exit code to leave with (after --help,
 * --version, a one-shot, or an error that was told). */
int app_start(struct app *app, const struct app_spec *spec, int argc, char **argv);
/* Watches SIGTERM, SIGINT and SIGHUP (ignored) in the loop. */
void app_watch_signals(struct app *app, app_signal_fn *fn, void *self);
/* Ends the loop with this exit code. */
void app_leave(struct app *app, int exit_code);
/* Runs the loop until app_leave; gives the exit code. */
int app_run(struct app *app);
/* A signal to stop waits to be served: long work before the loop runs is to break off. */
bool app_signalled(void);
/* Say this before anything is closed: from here on the process ends within service.close_ms. */
void app_closing(struct app *app);
/* Ends ZeroMQ once all sockets and actors are gone, and says as the last line with which code,
 * after how long (since it was asked to, -1 = by itself) and how many threads besides main were
 * still alive: 0, unless one hangs where nobody can reach it (a name lookup).  Gives code. */
int app_end(struct app *app, int code);

/* Counts an event that may happen often, of a constant kind; true: log it, it is the first of a run
 * (flood.h). */
bool app_often(struct app *app, const char *what);
/* Counts a message that could not be read; logs it unless it is one of a run.  where: a constant,
 * "link=jobs", "socket=control". */
void app_malformed(struct app *app, const char *where, const char *why);
/* Logs what runs have ended; call about once a second. */
void app_often_over(struct floods *floods, int64_t quiet_ms);

/* READY=1, STOPPING=1, STATUS=..., WATCHDOG=1 to $NOTIFY_SOCKET (sd_notify (3)); nothing where
 * there is none. */
void app_notify(const char *state);
/* The resident set of this process. */
uint64_t app_rss_bytes(void);
extern const char *const app_version;

#endif

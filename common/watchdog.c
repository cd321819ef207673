#include "common/watchdog.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/app.h"
#include "common/log.h"

enum { LOOKS = 4 };

static volatile sig_atomic_t missed;
/* Written before it can be needed: a signal handler may call little more than write (). */
static char words[256];
static size_t words_bytes;

static void look(int number)
{
    (void)number;
    missed = missed + 1;
    if (missed < LOOKS)
        return;
    if (write(STDERR_FILENO, words, words_bytes) < 0)
        _exit(APP_BUG);
    _exit(APP_BUG);
}

static void set_timer(int64_t every_ms)
{
    struct timeval every = {.tv_sec = every_ms / 1000, .tv_usec = every_ms % 1000 * 1000};
    struct itimerval timer = {.it_interval = every, .it_value = every};

    setitimer(ITIMER_REAL, &timer, NULL);
}

void watchdog_start(int64_t stuck_ms)
{
    struct sigaction action = {.sa_handler = look, .sa_flags = SA_RESTART};

    if (stuck_ms <= 0)
        return;
    words_bytes = (size_t)snprintf(
        words, sizeof(words), "%s[%d] error: stuck thread=main quiet_ms=%" PRId64 " code=%d\n",
        program_invocation_short_name, (int)getpid(), stuck_ms, (int)APP_BUG);
    if (words_bytes >= sizeof(words))
        words_bytes = sizeof(words) - 1;
    missed = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    set_timer(stuck_ms / LOOKS > 0 ? stuck_ms / LOOKS : 1);
}

void watchdog_beat(void)
{
    missed = 0;
}

void watchdog_end(void)
{
    set_timer(0);
}

void watchdog_look(struct watch *watch, const char *thread, uint64_t in_hand, uint64_t done,
                   int64_t stuck_ms, int64_t now_ms)
{
    int64_t passed = watch->look_ms ? now_ms - watch->look_ms : 0;
    int64_t most = stuck_ms / LOOKS > 0 ? stuck_ms / LOOKS : 1;

    watch->look_ms = now_ms;
    if (in_hand == 0 || done != watch->done || stuck_ms <= 0) {
        watch->done = done;
        watch->quiet_ms = 0;
        return;
    }
    watch->quiet_ms += passed < most ? passed : most;
    if (watch->quiet_ms < stuck_ms)
        return;
    log_error("stuck", "thread=%s in-hand=%" PRIu64 " quiet_ms=%" PRId64 " code=%d", thread,
              in_hand, watch->quiet_ms, (int)APP_BUG);
    _exit(APP_BUG); /* its threads could not be waited for */
}

#include "common/ending.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "common/app.h"

enum { MOMENT_MS = 200, LOOK_MS = 2 };

/* gcc and clang name it differently; that sanitizer has a thread of its own. */
#if defined(__SANITIZE_THREAD__)
enum { NOT_OURS = 2 };
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
enum { NOT_OURS = 2 };
#else
enum { NOT_OURS = 1 };
#endif
#else
enum { NOT_OURS = 1 };
#endif

/* --- the limit -------------------------------------------------------------------------------- */

/* Written before it can be needed: a signal handler may call little more than write (). */
static char last_words[256];
static size_t last_words_bytes;

static void give_up(int number)
{
    (void)number;
    if (write(STDERR_FILENO, last_words, last_words_bytes) < 0)
        _exit(APP_LEFT);
    _exit(APP_LEFT);
}

void ending_limit(int64_t within_ms)
{
    struct sigaction action = {.sa_handler = give_up};
    struct itimerval limit = {
        .it_value = {.tv_sec = within_ms / 1000, .tv_usec = within_ms % 1000 * 1000}};

    last_words_bytes = (size_t)snprintf(
        last_words, sizeof(last_words), "%s[%d] error: stop-stuck within_ms=%" PRId64 " code=%d\n",
        program_invocation_short_name, (int)getpid(), within_ms, (int)APP_LEFT);
    if (last_words_bytes >= sizeof(last_words))
        last_words_bytes = sizeof(last_words) - 1;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &limit, NULL);
}

/* --- threads ---------------------------------------------------------------------------------- */

/* The tasks of this process, as /proc/self/task has them; 0 = not known. */
static size_t tasks(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long count = 0;

    while (file && count == 0 && fgets(line, sizeof(line), file))
        if (sscanf(line, "Threads: %lu", &count) != 1)
            count = 0;
    if (file)
        fclose(file);
    return (size_t)count;
}

size_t ending_threads(void)
{
    const struct timespec look = {.tv_nsec = LOOK_MS * 1000000L};
    size_t count = tasks();

    for (int i = 0; i < MOMENT_MS / LOOK_MS && count > NOT_OURS; i++) {
        nanosleep(&look, NULL);
        count = tasks();
    }
    return count > NOT_OURS ? count - NOT_OURS : 0;
}

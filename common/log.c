#include "common/log.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum { LINE_MAX_BYTES = 2000 };

static const char *program = "weir";
static bool under_journald;
static enum log_level threshold = LOG_LEVEL_INFO;

static const struct {
    const char *word;
    int priority; /* sd-daemon (3) */
} levels[] = {{"error", 3}, {"warning", 4}, {"notice", 5}, {"info", 6}, {"debug", 7}};

void log_start(const char *name)
{
    program = name;
    under_journald = getenv("JOURNAL_STREAM") != NULL;
}

bool log_set_level(const char *word)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(word, levels[i].word) == 0) {
            threshold = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static int prefix(char *line, size_t room, enum log_level level)
{
    int64_t now = clock_utc_ms();
    time_t seconds = (time_t)(now / 1000);
    struct tm parts = {0};
    char when[32];

    if (under_journald)
        return snprintf(line, room, "<%d>", levels[level].priority);
    gmtime_r(&seconds, &parts);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &parts);
    return snprintf(line, room, "%s.%03dZ %s[%d] %s: ", when, (int)(now % 1000), program,
                    (int)getpid(), levels[level].word);
}

void log_write(enum log_level level, const char *event, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    size_t n = 0;
    size_t body = 0;

    if (level > threshold)
        return;
    body = n = (size_t)prefix(line, sizeof(line), level);
    n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%s", event, format ? " " : "");
    if (format && n < sizeof(line) - 2) {
        va_list args;
        int more = 0;

        va_start(args, format);
        more = vsnprintf(line + n, sizeof(line) - n - 1, format, args);
        va_end(args);
        n += more > 0 ? (size_t)more : 0;
    }
    if (n > sizeof(line) - 2)
        n = sizeof(line) - 2;
    for (size_t i = body; i < n; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = '?';
    line[n] = '\n';
    /* One write a line, so that lines of several threads never mix. */
    if (write(STDERR_FILENO, line, n + 1) < 0)
        return;
}

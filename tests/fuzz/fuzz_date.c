/* A date that is read lies within the years that can be written, is the same with blanks around it,
 * and the same again when it is written as RFC 3339 has it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "fetcher/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t read_or(const char *text, size_t n, int64_t preset)
{
    int64_t ms = preset;

    if (!date_parse(text, n, &ms) && ms != preset)
        abort();
    return ms;
}

static void must_survive_blanks(const uint8_t *data, size_t size, int64_t ms)
{
    char text[256];

    if (size > sizeof text - 3)
        return;
    text[0] = ' ';
    memcpy(text + 1, data, size);
    memcpy(text + 1 + size, "\n\t", 2);
    if (read_or(text, size + 3, INT64_MIN) != ms)
        abort();
}

static void must_be_written(int64_t ms)
{
    time_t seconds = (time_t)((ms - (ms % 1000 + 1000) % 1000) / 1000);
    struct tm tm;
    char text[64];

    if (!gmtime_r(&seconds, &tm))
        abort();
    if (tm.tm_year < 1 - 1900 || tm.tm_year > 9999 - 1900)
        return;
    int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                     (int)(ms - (int64_t)seconds * 1000));
    if (read_or(text, (size_t)n, INT64_MIN) != ms)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t ms = read_or((const char *)data, size, INT64_MIN);

    must_survive_blanks(data, size, ms);
    if (ms == INT64_MIN)
        return 0;
    if (ms < -62135683200000 || ms > 253402387200000) /* years 1 to 9999, +- a day */
        abort();
    must_be_written(ms);
    return 0;
}

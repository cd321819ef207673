#include "reader/export_time.h"

#include <stdio.h>
#include <time.h>

enum { LAST_YEAR = 9999 };

bool export_time(int64_t utc_ms, char text[EXPORT_TIME])
{
    time_t seconds = (time_t)(utc_ms / 1000);
    struct tm parts;
    char day[32];

    if (utc_ms <= 0 || !gmtime_r(&seconds, &parts) || parts.tm_year > LAST_YEAR - 1900 ||
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
        return false;
    snprintf(text, EXPORT_TIME, "%s.%03dZ", day, (int)(utc_ms % 1000));
    return true;
}

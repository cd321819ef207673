/* Times as other programs read them.  Pure. */
#ifndef WEIR_READER_EXPORT_TIME_H
#define WEIR_READER_EXPORT_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum { EXPORT_TIME = 48 };

/* Writes RFC 3339 with milliseconds, UTC.  false: 0, or no time that has a calendar date. */
bool export_time(int64_t utc_ms, char text[EXPORT_TIME]);

#endif

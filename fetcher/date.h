/* Dates of feeds.  Pure: the clock is not asked, so a date without a year gives none. */
#ifndef WEIR_FETCHER_DATE_H
#define WEIR_FETCHER_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads a date as feeds write it: RFC 822/2822 and its abuses (any order, other separators, missing
 * parts, 12-hour clocks, names of months and days in some thirty languages), RFC 3339, W3C-DTF, ISO
 * 8601 with week dates and ordinal dates, asctime, JavaScript's Date, seconds or milliseconds since
 * 1970.  Zones: offsets, Z, abbreviations (North America's as in RFC 822), and IANA names of
 * common places.  No zone means UTC; a 12-hour clock in Korean means Seoul.
 * text is n bytes of UTF-8, not necessarily NUL-terminated.  On success *ms is the time in
 * milliseconds UTC since 1970 (fractions of a second are kept to the millisecond).
 * Returns false, and leaves *ms alone, where there is no date or an impossible one (30 February,
 * month 13, 25 o'clock).  A weekday that contradicts the date is ignored. */
bool date_parse(const char *text, size_t n, int64_t *ms);

#endif

/* Inside of date.c: the parts of a date, and the readers that fill them.  Pure. */
#ifndef WEIR_FETCHER_DATE_FIELDS_H
#define WEIR_FETCHER_DATE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

enum { DATE_WORD_MAX = 48 };

struct date_zone {
    int16_t offset;      /* minutes east of Greenwich, winter time */
    uint8_t summer_rule; /* 0 none, else how summer time runs there */
};

struct date_fields {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
    int ms;
    struct date_zone zone;
};

/* ISO 8601, RFC 3339, W3C-DTF (https://www.w3.org/TR/NOTE-datetime). */
bool date_read_iso(const char *text, size_t n, struct date_fields *out);
/* RFC 822 as it should be; a short way round the next one. */
bool date_read_rfc822(const char *text, size_t n, struct date_fields *out);
/* Everything else: words, numbers and signs in any sensible order. */
bool date_read_free(const char *text, size_t n, struct date_fields *out);
/* hh[:mm] after a sign; returns the bytes read, 0 where it is no offset. */
size_t date_read_offset(const char *text, size_t n, int16_t *minutes);
/* hh:mm[:ss[.fraction]] (T: basic form too is read by the caller); bytes read, 0 for none. */
size_t date_read_clock(const char *text, size_t n, struct date_fields *out);

/* Appends a date with digits, signs and units of time of other scripts written as in English; what
 * is not valid UTF-8, and marks that nobody sees, are left out. */
void date_plain(struct span in, struct buf *out);
/* A word in lower case, without accents; returns its length in bytes, at most DATE_WORD_MAX - 1. */
size_t date_fold(const char *text, size_t n, char out[DATE_WORD_MAX]);
/* The month, from 1, that a folded word names in one of the languages known; 0 for none. */
int date_month(const char *word);
/* A folded abbreviation or IANA name. */
bool date_zone_named(const char *word, struct date_zone *out);
/* A zone written out ("Eastern Daylight Time") at the beginning of text; bytes read, 0 for none. */
size_t date_zone_phrase(const char *text, size_t n, struct date_zone *out);
/* Minutes east of Greenwich at this local time. */
int date_zone_offset(const struct date_fields *fields);

/* Days since 1970-01-01 in the Gregorian calendar. */
int64_t date_days(int year, int month, int day);
int date_month_days(int year, int month);

#endif

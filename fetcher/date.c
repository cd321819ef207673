#include "fetcher/date.h"
#include <ctype.h>
#include <string.h>
#include "fetcher/date_fields.h"

enum { TEXT_MAX = 256, PLAIN_MAX = 4096, SECONDS_DIGITS = 9, MS_DIGITS = 13 };

/* Howard Hinnant, chrono-compatible low-level date algorithms: days_from_civil. */
int64_t date_days(int year, int month, int day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int date_month_days(int year, int month)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return DAYS[month - 1] + (month == 2 && leap);
}

/* 24:00:00 is the end of a day, and :60 a leap second. */
static bool possible(const struct date_fields *f)
{
    if (f->year < 1 || f->year > 9999 || f->month < 1 || f->month > 12 || f->day < 1 ||
        f->day > date_month_days(f->year, f->month))
        return false;
    if (f->hour < 0 || f->minute < 0 || f->minute > 59 || f->second < 0 || f->second > 60)
        return false;
    return f->hour < 24 || (f->hour == 24 && f->minute == 0 && f->second == 0);
}

/* Seconds or milliseconds since 1970. */
static bool read_count(const char *text, size_t n, int64_t *ms)
{
    int64_t value = 0;
    const char *point = memchr(text, '.', n);

    if (point && n - (size_t)(point - text) <= 7 && (size_t)(point - text) == 10)
        n = 10; /* with a fraction of a second */
    if (n < SECONDS_DIGITS || n > MS_DIGITS || n == 12)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *ms = n == MS_DIGITS ? value : value * 1000;
    return true;
}

static bool read_any(const char *text, size_t n, struct date_fields *out)
{
    *out = (struct date_fields){.day = 1, .month = 1};
    if (date_read_iso(text, n, out))
        return true;
    *out = (struct date_fields){.day = 1, .month = 1};
    return date_read_free(text, n, out);
}

static bool parse(const char *text, size_t n, int64_t *ms)
{
    struct date_fields f = {.day = 1, .month = 1};

    while (n && isspace((unsigned char)*text)) {
        text++;
        n--;
    }
    while (n && isspace((unsigned char)text[n - 1]))
        n--;
    if (n == 0 || n > TEXT_MAX)
        return false;
    if (read_count(text, n, ms))
        return true;
    if (!date_read_rfc822(text, n, &f) && !read_any(text, n, &f))
        return false;
    if (!possible(&f))
        return false;
    int64_t seconds = date_days(f.year, f.month, f.day) * 86400 + f.hour * 3600 + f.minute * 60 +
                      f.second - date_zone_offset(&f) * 60;
    *ms = seconds * 1000 + f.ms;
    return true;
}

bool date_parse(const char *text, size_t n, int64_t *ms)
{
    struct buf plain = {0};
    bool ascii = true;

    for (size_t i = 0; i < n && ascii; i++)
        ascii = isascii((unsigned char)text[i]);
    if (ascii || n > PLAIN_MAX)
        return parse(text, n, ms);
    date_plain(span_of(text, n), &plain);
    bool good = parse(plain.data ? plain.data : "", plain.len, ms);
    buf_free(&plain);
    return good;
}

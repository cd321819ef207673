#include <ctype.h>
#include <string.h>
#include "fetcher/date_fields.h"

struct cursor {
    const char *p, *end;
};

static size_t digits(const struct cursor *c)
{
    size_t n = 0;

    while (c->p + n < c->end && isdigit((unsigned char)c->p[n]))
        n++;
    return n;
}

/* Exactly n digits, which are there. */
static int take(struct cursor *c, size_t n)
{
    int value = 0;

    while (n--)
        value = value * 10 + (*c->p++ - '0');
    return value;
}

static bool accept(struct cursor *c, char ch)
{
    if (c->p == c->end || *c->p != ch)
        return false;
    c->p++;
    return true;
}

static int full_year(int two_digits)
{
    return two_digits + (two_digits < 50 ? 2000 : 1900); /* RFC 2822 section 4.3 */
}

/* Day `of_year` of a year, from 1. */
static bool set_ordinal(struct date_fields *out, int of_year)
{
    int month = 1;

    if (of_year < 1)
        return false;
    while (month <= 12 && of_year > date_month_days(out->year, month))
        of_year -= date_month_days(out->year, month++);
    out->month = month;
    out->day = of_year;
    return month <= 12;
}

/* ISO 8601: week 1 is the one with 4 January in it; day 1 is Monday. */
static bool set_week(struct date_fields *out, int week, int day)
{
    int64_t fourth = date_days(out->year, 1, 4);
    int64_t monday = fourth - ((fourth + 3) % 7 + 7) % 7;
    int64_t wanted = monday + (week - 1) * 7 + day - 1;
    int64_t first = date_days(out->year, 1, 1);

    if (week < 1 || week > 53 || day < 1 || day > 7)
        return false;
    if (week == 53 && wanted - (day - 1) + 3 >= date_days(out->year + 1, 1, 1))
        return false; /* its Thursday would lie in the next year */
    if (wanted < first) {
        out->year--;
        return set_ordinal(out, (int)(wanted - date_days(out->year, 1, 1)) + 1);
    }
    if (wanted >= date_days(out->year + 1, 1, 1)) {
        out->year++;
        return set_ordinal(out, (int)(wanted - date_days(out->year, 1, 1)) + 1);
    }
    return set_ordinal(out, (int)(wanted - first) + 1);
}

/* Behind "YYYY-W" or "YYYYW". */
static bool take_week(struct cursor *c, struct date_fields *out)
{
    size_t n = digits(c);
    int week = 0, day = 1;

    if (n != 2 && n != 3)
        return false;
    week = take(c, 2);
    if (n == 3) {
        day = take(c, 1);
    } else if (c->end - c->p >= 2 && *c->p == '-' && isdigit((unsigned char)c->p[1])) {
        c->p++;
        day = take(c, 1);
    }
    return set_week(out, week, day);
}

/* Behind "YYYY" and a separator. */
static bool take_month(struct cursor *c, struct date_fields *out, char separator)
{
    size_t n = digits(c);

    if (separator == '-' && accept(c, 'W'))
        return take_week(c, out);
    if (separator == '-' && n == 3)
        return set_ordinal(out, take(c, 3));
    if (separator == '-' && n == 4) { /* YYYY-MMDD */
        out->month = take(c, 2);
        out->day = take(c, 2);
        return true;
    }
    if (n != 1 && n != 2)
        return false;
    out->month = take(c, n);
    if (!accept(c, separator))
        return true;
    n = digits(c);
    if (n != 1 && n != 2)
        return false;
    out->day = take(c, n);
    return true;
}

/* YYYYMMDD, YYYYDDD, YYMMDD, YYDDD */
static bool take_basic(struct cursor *c, size_t n, struct date_fields *out)
{
    if (n == 6 || n == 5) {
        out->year = full_year(take(c, 2));
    } else if (n == 8 || n == 7) {
        out->year = take(c, 4);
    } else {
        return false;
    }
    if (n == 7 || n == 5)
        return set_ordinal(out, take(c, 3));
    out->month = take(c, 2);
    out->day = take(c, 2);
    return true;
}

static bool take_date(struct cursor *c, struct date_fields *out)
{
    size_t n = digits(c);

    if (n == 12 || n == 14) /* YYYYMMDDhhmm[ss], without a T */
        return take_basic(c, 8, out);
    if (n == 0 && accept(c, '-')) { /* -YYMM, -YY-MM */
        n = digits(c);
        if (n != 4 && n != 2)
            return false;
        out->year = full_year(take(c, 2));
        if (n == 2 && (!accept(c, '-') || digits(c) != 2))
            return false;
        out->month = take(c, 2);
        return true;
    }
    if (n != 4)
        return take_basic(c, n, out);
    out->year = take(c, 4);
    if (accept(c, '-'))
        return take_month(c, out, '-');
    if (accept(c, '/'))
        return take_month(c, out, '/');
    if (accept(c, 'W'))
        return take_week(c, out);
    return true;
}

/* hhmm[ss] */
static bool take_basic_clock(struct cursor *c, struct date_fields *out)
{
    size_t n = digits(c);

    if (n != 2 && n != 4 && n != 6)
        return false;
    out->hour = take(c, 2);
    out->minute = n >= 4 ? take(c, 2) : 0;
    out->second = n == 6 ? take(c, 2) : 0;
    return true;
}

static bool take_zone(struct cursor *c, struct date_fields *out)
{
    while (accept(c, ' '))
        ;
    if (c->p == c->end)
        return true;
    if (*c->p == '+' || *c->p == '-') {
        size_t n = date_read_offset(c->p, (size_t)(c->end - c->p), &out->zone.offset);
        c->p += n;
        if (n && (accept(c, 'Z') || accept(c, 'z')))
            return c->p == c->end;
        return n && c->p == c->end;
    }
    return (accept(c, 'Z') || accept(c, 'z')) && c->p == c->end;
}

bool date_read_iso(const char *text, size_t n, struct date_fields *out)
{
    struct cursor c = {text, text + n};

    if (!take_date(&c, out))
        return false;
    if (c.p == c.end)
        return true;
    if (!accept(&c, 'T') && !accept(&c, 't') && !accept(&c, ' ') && !digits(&c))
        return take_zone(&c, out);
    while (accept(&c, ' '))
        ;
    if (c.p == c.end)
        return true;
    n = date_read_clock(c.p, (size_t)(c.end - c.p), out);
    c.p += n;
    if (n == 0 && !take_basic_clock(&c, out))
        return false;
    return take_zone(&c, out);
}

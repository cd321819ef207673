/* Points in time of the query language.  Days are counted as H. Hinnant describes in
 * "chrono-Compatible Low-Level Date Algorithms" (days_from_civil, civil_from_days). */
#include <string.h>

#include "storer/lang_inner.h"

static const int64_t day_ms = INT64_C(86400000);

static const struct {
    char letter;
    int64_t ms;
} units[] = {
    {'w', INT64_C(604800000)},  {'d', INT64_C(86400000)}, {'h', 3600000}, {'m', 60000}, {'s', 1000},
    {'y', INT64_C(31536000000)}};

enum { WRITTEN = 5 /* units that are written: the first of them */ };

/* --- reading ---------------------------------------------------------------------------------- */

static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    int64_t era = 0, yoe = 0, doy = 0;

    y -= m <= 2;
    era = y / 400;
    yoe = y - era * 400;
    doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t days_in(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* `digits` digits at *at, and the character behind them (0: none wanted). */
static bool number_at(struct span text, size_t *at, size_t digits, char behind, int64_t *value)
{
    *value = 0;
    if (text.n - *at < digits)
        return false;
    for (size_t i = 0; i < digits; i++, (*at)++) {
        if (text.p[*at] < '0' || text.p[*at] > '9')
            return false;
        *value = *value * 10 + (text.p[*at] - '0');
    }
    if (behind && (*at == text.n || text.p[(*at)++] != behind))
        return false;
    return true;
}

/* T10:00, T10:00:30, with or without a Z. */
static bool read_clock(struct span text, size_t *at, int64_t *ms)
{
    int64_t hour = 0, minute = 0, second = 0;

    if (*at == text.n)
        return true;
    if (text.p[(*at)++] != 'T' || !number_at(text, at, 2, ':', &hour) ||
        !number_at(text, at, 2, 0, &minute))
        return false;
    if (*at < text.n && text.p[*at] == ':') {
        (*at)++;
        if (!number_at(text, at, 2, 0, &second))
            return false;
    }
    if (*at < text.n && text.p[*at] == 'Z')
        (*at)++;
    *ms = ((hour * 60 + minute) * 60 + second) * 1000;
    return *at == text.n && hour < 24 && minute < 60 && second < 60;
}

static bool read_date(struct span text, struct lang *lang)
{
    int64_t year = 0, month = 0, day = 0, clock = 0;
    size_t at = 0;

    if (!number_at(text, &at, 4, '-', &year) || !number_at(text, &at, 2, '-', &month) ||
        !number_at(text, &at, 2, 0, &day) || year < 1 || month < 1 || month > 12 || day < 1 ||
        day > days_in(year, month) || !read_clock(text, &at, &clock))
        return false;
    lang->when = LANG_AT;
    lang->value = days_of(year, month, day) * day_ms + clock;
    return true;
}

/* At most six digits: 999999 years stay far below what an integer holds. */
static bool read_age(struct span text, struct lang *lang)
{
    int64_t number = 0;
    size_t at = 0;

    if (text.n < 2 || text.n > 7 || !number_at(text, &at, text.n - 1, 0, &number))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].letter == text.p[text.n - 1]) {
            lang->when = LANG_AGO;
            lang->value = number * units[i].ms;
            return true;
        }
    return false;
}

bool lang_read_time(struct span text, struct lang *lang)
{
    lang->when = LANG_DAY;
    lang->value = span_eq(text, span_str("yesterday"));
    return lang->value || span_eq(text, span_str("today")) || read_age(text, lang) ||
           read_date(text, lang);
}

/* --- writing ---------------------------------------------------------------------------------- */

static void write_date(int64_t ms, struct buf *out)
{
    int64_t days = ms >= 0 ? ms / day_ms : -((day_ms - 1 - ms) / day_ms);
    int64_t clock = (ms - days * day_ms) / 1000, z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;

    buf_printf(out, "%04d-%02d-%02d", (int)(yoe + era * 400 + (month <= 2)), (int)month,
               (int)(doy - (153 * mp + 2) / 5 + 1));
    if (clock)
        buf_printf(out, "T%02d:%02d", (int)(clock / 3600), (int)(clock / 60 % 60));
    if (clock % 60)
        buf_printf(out, ":%02d", (int)(clock % 60));
}

static void write_age(int64_t ms, struct buf *out)
{
    for (size_t i = 0; i < WRITTEN; i++)
        if (ms % units[i].ms == 0 && ms / units[i].ms <= 999999 && (ms > 0 || i == WRITTEN - 1)) {
            buf_printf(out, "%lld%c", (long long)(ms / units[i].ms), units[i].letter);
            return;
        }
    buf_printf(out, "%lldy", (long long)(ms / units[WRITTEN].ms));
}

void lang_write_time(const struct lang *lang, struct buf *out)
{
    if (lang->when == LANG_DAY)
        buf_adds(out, lang->value ? "yesterday" : "today");
    else if (lang->when == LANG_AGO)
        write_age(lang->value, out);
    else
        write_date(lang->value, out);
}

int64_t lang_time(const struct lang *lang, int64_t now_ms)
{
    int64_t ms = lang->value;

    if (lang->when == LANG_AGO)
        ms = now_ms - lang->value;
    else if (lang->when == LANG_DAY)
        ms = now_ms - now_ms % day_ms - lang->value * day_ms;
    return ms >= 0 ? ms - ms % 1000 : ms - (1000 + ms % 1000) % 1000;
}

#include <ctype.h>
#include <string.h>
#include "fetcher/date_fields.h"

enum { NUMBERS_MAX = 4, SEOUL = 540 };

struct number {
    int value;
    size_t digits;
};

/* What has been seen so far. */
struct reading {
    const char *p, *end;
    struct date_fields *out;
    struct number numbers[NUMBERS_MAX];
    size_t count;
    int month;          /* named by a word */
    size_t month_after; /* numbers seen before that word */
    char separator;     /* between the first two numbers */
    bool clock, zone, failed;
    bool stranger, stranger_inside; /* an unknown word, anywhere or between the numbers */
    char half;                      /* of the day: 'a', 'p' or 0 */
    bool korean;
};

size_t date_read_clock(const char *text, size_t n, struct date_fields *out)
{
    size_t i = 0;
    int parts[3] = {0}, scale = 100;

    for (int k = 0; k < 3; k++) {
        size_t start = i;
        while (i < n && i - start < 2 && isdigit((unsigned char)text[i]))
            parts[k] = parts[k] * 10 + (text[i++] - '0');
        if (i == start || (i < n && isdigit((unsigned char)text[i])))
            return 0;
        if (k == 2 || i + 1 >= n || text[i] != ':' || !isdigit((unsigned char)text[i + 1])) {
            if (k == 0)
                return 0;
            break;
        }
        i++;
    }
    out->ms = 0;
    if (i + 1 < n && (text[i] == '.' || text[i] == ',') && isdigit((unsigned char)text[i + 1]))
        for (i++; i < n && isdigit((unsigned char)text[i]); i++, scale /= 10)
            out->ms += (text[i] - '0') * scale;
    out->hour = parts[0];
    out->minute = parts[1];
    out->second = parts[2];
    return i;
}

size_t date_read_offset(const char *text, size_t n, int16_t *minutes)
{
    int sign = text[0] == '-' ? -1 : 1, hours = 0, rest = 0;
    size_t i = 1, digits = 0;

    while (i < n && isdigit((unsigned char)text[i]) && digits < 5) {
        hours = hours * 10 + (text[i++] - '0');
        digits++;
    }
    if (digits == 3 || digits == 4) {
        rest = hours % 100;
        hours /= 100;
    } else if (digits == 0 || digits > 4) {
        return 0;
    } else if (i < n && text[i] == ':') {
        if (n - i < 3 || !isdigit((unsigned char)text[i + 1]) ||
            !isdigit((unsigned char)text[i + 2]))
            return 0;
        rest = (text[i + 1] - '0') * 10 + (text[i + 2] - '0');
        i += 3;
    }
    if (hours > 15 || rest > 59)
        return 0;
    *minutes = (int16_t)(sign * (hours * 60 + rest));
    return i;
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Markers of the halves of the day; noon and midnight are numbers here. */
static char half_of_day(const char *word)
{
    static const char *const AM[] = {"am", "a.m", "a.m.", "오전", "上午", "午前", "πμ"};
    static const char *const PM[] = {"pm", "p.m", "p.m.", "오후", "下午", "午後", "μμ"};

    for (size_t i = 0; i < sizeof AM / sizeof *AM; i++) {
        if (strcmp(AM[i], word) == 0)
            return 'a';
        if (strcmp(PM[i], word) == 0)
            return 'p';
    }
    return 0;
}

static bool is_hangul(const char *word)
{
    return (unsigned char)word[0] >= 0xea && (unsigned char)word[0] <= 0xed;
}

static bool is_ordinal_suffix(const char *word)
{
    static const char *const SUFFIXES[] = {
        "st",  "nd", "rd",  "th",    "er", "º", "ª",  "de",  "of",  "at",  "a",  "um",
        "uhr", "h",  "年",  "月",    "日", "t", "kl", "il",  "den", "del", "as", "u",
        "г",   "в",  "thg", "thang", "m",  "d", "y",  "ano", "년",  "월",  "일"};

    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (strcmp(SUFFIXES[i], word) == 0)
            return true;
    return false;
}

/* An offset at p; whoever begins one has to end it. */
static void take_offset(struct reading *r)
{
    int16_t minutes = 0;
    size_t n = date_read_offset(r->p, (size_t)(r->end - r->p), &minutes);

    r->failed =
        n == 0 || (r->p + n < r->end && isalnum((unsigned char)r->p[n]) && (r->p[n] | 0x20) != 'z');
    if (!r->zone || r->out->zone.offset == 0)
        r->out->zone = (struct date_zone){minutes, 0};
    r->zone = true;
    r->p += n ? n : 1;
}

static void take_month(struct reading *r, int month)
{
    /* The first of two is a weekday: French mar., 01 dec. */
    if (r->month && r->month_after > 0)
        return;
    r->month = month;
    r->month_after = r->count;
}

/* "a.m." and "p.m." have a dot inside, names of zones a slash or an underscore. */
static size_t word_length(const struct reading *r)
{
    size_t n = 0, room = (size_t)(r->end - r->p);

    while (n < room && (is_letter(r->p[n]) || (n && (r->p[n] == '/' || r->p[n] == '_'))))
        n++;
    if (n == 1 && room >= 3 && strchr("aApP", r->p[0]) && r->p[1] == '.' && (r->p[2] | 0x20) == 'm')
        n = 3;
    return n;
}

static bool zone_with_digits(struct reading *r, const char *word)
{
    static const char *const NAMES[] = {"est5edt", "cst6cdt", "mst7mdt", "pst8pdt"};

    for (size_t i = 0; i < 4; i++)
        if (strncmp(word, NAMES[i], 3) == 0 && (size_t)(r->end - r->p) >= 7 &&
            r->p[3] == NAMES[i][3] && date_zone_named(NAMES[i], &r->out->zone)) {
            r->p += 7;
            return r->zone = true;
        }
    return false;
}

static void take_word(struct reading *r)
{
    char word[DATE_WORD_MAX];
    size_t n = word_length(r);
    struct date_zone zone;

    date_fold(r->p, n, word);
    if (zone_with_digits(r, word))
        return;
    r->p += n;
    r->korean = r->korean || is_hangul(word);
    char half = half_of_day(word);
    int month = 0;
    if (half) {
        r->half = half;
    } else if ((r->clock || r->count >= 2) && date_zone_named(word, &zone)) {
        if (!r->zone)
            r->out->zone = zone;
        r->zone = true;
    } else if ((month = date_month(word))) {
        take_month(r, month);
    } else if (!is_ordinal_suffix(word)) {
        r->stranger = true;
        r->stranger_inside = r->stranger_inside || r->count == 1 || r->count == 2;
    }
}

/* 11h30 is a French clock, 3pm an English one. */
static bool take_other_clock(struct reading *r, size_t digits, int value)
{
    const char *q = r->p + digits;
    size_t room = (size_t)(r->end - q);

    if (r->clock || digits > 2)
        return false;
    if (room >= 3 && *q == 'h' && isdigit((unsigned char)q[1]) && isdigit((unsigned char)q[2])) {
        r->out->minute = (q[1] - '0') * 10 + (q[2] - '0');
        q += 3;
    } else {
        while (room && *q == ' ') {
            q++;
            room--;
        }
        if (room < 2 || !strchr("aApP", *q) || (q[1] | 0x20) != 'm' ||
            (room > 2 && is_letter(q[2])))
            return false;
    }
    r->out->hour = value;
    r->clock = true;
    r->p = q;
    return true;
}

static void take_number(struct reading *r)
{
    size_t n = 0, room = (size_t)(r->end - r->p);
    int value = 0;

    if (!r->clock && (n = date_read_clock(r->p, room, r->out))) {
        r->clock = true;
        r->p += n;
        return;
    }
    for (n = 0; n < room && n < 9 && isdigit((unsigned char)r->p[n]); n++)
        value = value * 10 + (r->p[n] - '0');
    if (take_other_clock(r, n, value))
        return;
    r->p += n;
    if (r->count == NUMBERS_MAX || n == 9) {
        r->failed = true;
        return;
    }
    r->numbers[r->count++] = (struct number){value, n};
    if (r->count == 1 && r->p < r->end)
        r->separator = *r->p;
}

static void take_parenthesis(struct reading *r)
{
    const char *q = memchr(r->p, ')', (size_t)(r->end - r->p));

    r->p = q ? q + 1 : r->end;
}

static void scan(struct reading *r)
{
    while (r->p < r->end && !r->failed) {
        bool more = r->p + 1 < r->end;
        if (isdigit((unsigned char)*r->p))
            take_number(r);
        else if (is_letter(*r->p))
            take_word(r);
        else if (*r->p == '(')
            take_parenthesis(r);
        else if ((*r->p == '+' || (*r->p == '-' && (r->clock || r->zone))) && more &&
                 r->p[1] != ' ')
            take_offset(r);
        else
            r->p++;
    }
}

static int full_year(struct number n)
{
    if (n.digits >= 3)
        return n.digits == 3 ? n.value + 1900 : n.value; /* 3: RFC 2822 section 4.3 */
    return n.value + (n.value < 50 ? 2000 : 1900);
}

/* Year, month and day are all numbers. */
static bool set_from_three(struct reading *r)
{
    const struct number *n = r->numbers;
    bool year_first = n[0].digits >= 3;

    if (r->stranger_inside)
        return false;
    r->out->year = full_year(year_first ? n[0] : n[2]);
    if (year_first) {
        r->out->month = n[1].value;
        r->out->day = n[2].value;
        return true;
    }
    bool american = r->separator == '/' && n[0].value <= 12;
    r->out->month = american ? n[0].value : n[1].value;
    r->out->day = american ? n[1].value : n[0].value;
    return true;
}

static bool set_with_month(struct reading *r)
{
    const struct number *n = r->numbers;
    bool year_first = n[0].digits >= 3 || n[0].value > 31;

    r->out->month = r->month;
    if (r->count == 1) { /* a month and its year */
        r->out->year = n[0].value;
        r->out->day = 1;
        return n[0].digits == 4 && !r->stranger && !r->clock;
    }
    r->out->year = full_year(year_first ? n[0] : n[1]);
    r->out->day = year_first ? n[1].value : n[0].value;
    return true;
}

static bool set_clock(struct reading *r)
{
    if (!r->half)
        return true;
    if (r->half == 'p' && r->out->hour < 12)
        r->out->hour += 12;
    else if (r->half == 'a' && r->out->hour == 12)
        r->out->hour = 0;
    return true;
}

bool date_read_free(const char *text, size_t n, struct date_fields *out)
{
    struct reading r = {.p = text, .end = text + n, .out = out};

    scan(&r);
    if (r.failed || r.count == 0)
        return false;
    if (r.korean && !r.zone)
        out->zone = (struct date_zone){SEOUL, 0};
    if (r.count >= 3 && !(r.month && r.count == 4))
        return set_from_three(&r) && set_clock(&r);
    return r.month && r.count <= 2 && set_with_month(&r) && set_clock(&r);
}

#include <ctype.h>
#include <string.h>
#include "fetcher/date_fields.h"

enum { NUMBERS_MAX = 4, SEOUL = 540, THAI_YEARS = 543 };

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
    bool korean, thai;
    bool posix; /* the offset to come is one of Etc/GMT+5: west is positive */
};

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* Markers of the halves of the day; noon and midnight are numbers here. */
static char half_of_day(const char *word)
{
    static const char *const AM[] = {"am", "a.m", "a. m", "오전", "上午", "午前", "πμ"};
    static const char *const PM[] = {"pm", "p.m", "p. m", "오후", "下午", "午後", "μμ"};

    for (size_t i = 0; i < sizeof AM / sizeof *AM; i++) {
        if (*AM[i] == *word && strcmp(AM[i], word) == 0)
            return 'a';
        if (*PM[i] == *word && strcmp(PM[i], word) == 0)
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
        "st", "nd",  "rd",  "th", "er",  "º",     "ª",    "de", "of", "at",  "a",
        "um", "uhr", "h",   "年", "月",  "日",    "t",    "kl", "il", "den", "del",
        "as", "u",   "г",   "в",  "thg", "thang", "m",    "d",  "y",  "ano", "년",
        "월", "일",  "nam", "e",  "ko",  "eko",   "gada", "v"};

    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++)
        if (*SUFFIXES[i] == *word && strcmp(SUFFIXES[i], word) == 0)
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
    if (r->posix)
        minutes = (int16_t)-minutes;
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
    if (n == 1 && room >= 3 && strchr("aApP", r->p[0]) && r->p[1] == '.') {
        if ((r->p[2] | 0x20) == 'm')
            n = 3;
        else if (room >= 4 && r->p[2] == ' ' && (r->p[3] | 0x20) == 'm')
            n = 4;
    }
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

static bool take_zone_phrase(struct reading *r)
{
    size_t n =
        r->clock && !r->zone ? date_zone_phrase(r->p, (size_t)(r->end - r->p), &r->out->zone) : 0;

    r->p += n;
    r->zone = r->zone || n;
    return n;
}

static void take_word(struct reading *r)
{
    char word[DATE_WORD_MAX];
    size_t n = word_length(r);
    struct date_zone zone;

    date_fold(r->p, n, word);
    if (zone_with_digits(r, word) || take_zone_phrase(r))
        return;
    r->p += n;
    r->thai = r->thai || (word[0] == '\xe0' && ((unsigned char)word[1] & 0xfe) == 0xb8);
    r->korean = r->korean || is_hangul(word);
    char half = half_of_day(word);
    int month = 0;
    if (half) {
        r->half = half;
    } else if ((r->clock || (r->count >= 2 && strcmp(word, "at") != 0)) &&
               date_zone_named(word, &zone)) {
        r->posix = strcmp(word, "etc/gmt") == 0;
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

/* 10.11 or 10.11.12, behind a whole date. */
static bool take_dotted_clock(struct reading *r)
{
    const char *p = r->p;
    int parts[3] = {0}, k = 0;

    if (r->clock || r->count < (r->month ? 2U : 3U))
        return false;
    while (k < 3 && r->end - p >= 2 && isdigit((unsigned char)p[0]) &&
           isdigit((unsigned char)p[1])) {
        parts[k++] = (p[0] - '0') * 10 + (p[1] - '0');
        p += 2;
        if (p == r->end || *p != '.')
            break;
        p++;
    }
    if (k < 2 || (p < r->end && isdigit((unsigned char)*p)))
        return false;
    r->out->hour = parts[0];
    r->out->minute = parts[1];
    r->out->second = parts[2];
    r->p = p;
    return r->clock = true;
}

/* Behind a whole date: an offset that lacks its sign, or a clock that lacks its colons. */
static bool take_bare_digits(struct reading *r, size_t digits, int value)
{
    if (r->count < (r->month ? 2U : 3U))
        return false;
    if (digits == 4 && r->clock && !r->zone && value <= 1400 && value % 100 < 60) {
        r->out->zone = (struct date_zone){(int16_t)(value / 100 * 60 + value % 100), 0};
        r->zone = true;
    } else if ((digits == 4 || digits == 6) && !r->clock) {
        value *= digits == 4 ? 100 : 1;
        r->out->hour = value / 10000;
        r->out->minute = value / 100 % 100;
        r->out->second = value % 100;
        r->clock = true;
    } else {
        return false;
    }
    r->p += digits;
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
    if (take_other_clock(r, n, value) || take_dotted_clock(r) || take_bare_digits(r, n, value))
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

/* Of 03-12-31 and 31-12-03; most feeds are younger than 1970 and older than this. */
static bool is_likely_year(struct number n)
{
    return n.value <= 30 || n.value >= 70;
}

/* Year, month and day are all numbers. */
static bool set_from_three(struct reading *r)
{
    const struct number *n = r->numbers;
    bool year_first = n[0].digits >= 3;

    if (r->stranger_inside)
        return false;
    if (n[0].digits == 2 && n[2].digits == 2 && r->separator == '-' && is_likely_year(n[0])) {
        r->out->year = full_year(n[0]);
        r->out->month = n[1].value;
        r->out->day = n[2].value;
        return true;
    }
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
    if (r->thai && r->out->year > THAI_YEARS + 1900)
        r->out->year -= THAI_YEARS;
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

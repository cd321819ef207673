#include "reader/print.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "common/mem.h"
#include "common/utf8.h"

static bool terminal;
static bool colour;
static int width;

void print_start(void)
{
    const char *term = getenv("TERM");
    struct winsize size = {0};

    /* wcwidth () knows wide characters in a UTF-8 locale only. */
    setlocale(LC_CTYPE, "C.UTF-8");
    terminal = isatty(STDOUT_FILENO);
    colour = terminal && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
}

bool print_terminal(void)
{
    return terminal;
}

int print_width(void)
{
    return width;
}

void print_styled(struct buf *out, enum print_style style, const char *text)
{
    static const char *const codes[] = {"",         "\x1b[1m",  "\x1b[2m",
                                        "\x1b[31m", "\x1b[32m", "\x1b[33m"};

    if (colour)
        buf_adds(out, codes[style]);
    buf_adds(out, text);
    if (colour && style != PRINT_PLAIN)
        buf_adds(out, "\x1b[0m");
}

/* --- columns ---------------------------------------------------------------------------------- */

static int columns_of(uint32_t c)
{
    int columns = c == UTF8_BAD ? 1 : wcwidth((wchar_t)c);

    return columns < 0 ? 1 : columns; /* a control character: shown as a space */
}

int print_columns(struct span text)
{
    int columns = 0;
    uint32_t c = 0;

    for (size_t i = 0; i < text.n;) {
        i += utf8_next(text.p + i, text.p + text.n, &c);
        columns += columns_of(c);
    }
    return columns;
}

static void add_visible(struct buf *out, uint32_t c)
{
    if (c == UTF8_BAD)
        utf8_add(out, 0xfffd);
    else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        buf_addc(out, ' ');
    else if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
        return; /* direction overrides of strangers would turn the rest of the line */
    else
        utf8_add(out, c);
}

/* Appends as much as fits and returns the columns used. */
static int add_within(struct buf *out, struct span text, int limit)
{
    bool fits = print_columns(text) <= limit;
    int room = fits ? limit : limit - 1, used = 0;
    uint32_t c = 0;

    for (size_t i = 0; i < text.n;) {
        size_t n = utf8_next(text.p + i, text.p + text.n, &c);

        if (used + columns_of(c) > room)
            break;
        used += columns_of(c);
        add_visible(out, c);
        i += n;
    }
    if (fits || limit < 1)
        return used;
    utf8_add(out, 0x2026);
    return used + 1;
}

void print_cut(struct buf *out, const char *text, int limit)
{
    add_within(out, span_str(text), limit > 0 ? limit : INT32_MAX);
}

void print_cell(struct buf *out, const char *text, int limit, bool right)
{
    struct buf cell = {0};
    int used = add_within(&cell, span_str(text), limit);

    for (int i = used; right && i < limit; i++)
        buf_addc(out, ' ');
    buf_add(out, cell.data, cell.len);
    for (int i = used; !right && i < limit; i++)
        buf_addc(out, ' ');
    buf_free(&cell);
}

void print_styled_cell(struct buf *out, enum print_style style, const char *text, int limit)
{
    struct buf cell = {0};

    print_cell(&cell, text, limit, false);
    print_styled(out, style, cell.data ? cell.data : "");
    buf_free(&cell);
}

/* --- times and sizes -------------------------------------------------------------------------- */

void print_time(struct buf *out, int64_t utc_ms, bool local)
{
    time_t seconds = (time_t)(utc_ms / 1000);
    struct tm tm = {0};
    char text[64];

    if (utc_ms == 0 || !(local ? localtime_r(&seconds, &tm) : gmtime_r(&seconds, &tm))) {
        buf_addc(out, '-');
        return;
    }
    strftime(text, sizeof(text), local ? "%Y-%m-%d %H:%M" : "%Y-%m-%dT%H:%M:%SZ", &tm);
    buf_adds(out, text);
}

void print_span(struct buf *out, int64_t ms)
{
    if (ms < 1000)
        buf_printf(out, "%lld ms", (long long)ms);
    else if (ms < 120 * 1000)
        buf_printf(out, "%lld s", (long long)(ms / 1000));
    else if (ms < 120 * 60000)
        buf_printf(out, "%lld min", (long long)(ms / 60000));
    else if (ms < 48 * 3600000LL)
        buf_printf(out, "%lld h", (long long)(ms / 3600000));
    else
        buf_printf(out, "%lld d", (long long)(ms / 86400000));
}

void print_bytes(struct buf *out, int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    int unit = 0;

    while (value >= 1024 && unit < 4) {
        value /= 1024;
        unit++;
    }
    buf_printf(out, unit && value < 10 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

int64_t print_parse_span(const char *text)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
    char *end = NULL;
    long long n = 0;

    if (*text < '0' || *text > '9')
        return -1;
    n = strtoll(text, &end, 10);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (*end == units[i].letter && !end[1] && n <= 1000000)
            return n * units[i].ms;
    return -1;
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* Names of durations; everything else that ends in _ms is a time. */
bool print_is_time(const char *key)
{
    static const char *const spans[] = {"interval_ms", "gap_ms", "ttl_ms",  "oldest_ms", "up_ms",
                                        "silent_ms",   "age_ms", "busy_ms", "stall_ms"};
    size_t n = strlen(key);

    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        if (strcmp(key, spans[i]) == 0)
            return false;
    return n > 3 && strcmp(key + n - 3, "_ms") == 0;
}

static void add_iso(json_t *object)
{
    json_t *times = json_object(), *member = NULL;
    const char *key = NULL;

    json_object_foreach(object, key, member)
    {
        struct buf text = {0};
        char *name = NULL;

        print_add_iso(member);
        if (!json_is_integer(member) || json_integer_value(member) == 0 || !print_is_time(key))
            continue;
        name = mem_dup(key, strlen(key) - 3);
        print_time(&text, json_integer_value(member), false);
        json_object_set_new(times, name, json_string(text.data));
        buf_free(&text);
        free(name);
    }
    json_object_update_missing(object, times);
    json_decref(times);
}

void print_add_iso(json_t *value)
{
    size_t i = 0;
    json_t *element = NULL;

    if (json_is_object(value))
        add_iso(value);
    json_array_foreach(value, i, element) print_add_iso(element);
}

void print_json(json_t *value)
{
    size_t i = 0;
    json_t *element = NULL;

    if (!json_is_array(value)) {
        json_dumpf(value, stdout, JSON_COMPACT);
        putchar('\n');
        return;
    }
    putchar('[');
    json_array_foreach(value, i, element)
    {
        fputs(i ? ",\n" : "", stdout);
        json_dumpf(element, stdout, JSON_COMPACT);
    }
    puts("]");
}

void print_out(struct buf *out)
{
    if (out->len)
        fwrite(out->data, 1, out->len, stdout);
    buf_clear(out);
}

int64_t print_int(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

const char *print_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

#include "reader/print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/mem.h"
#include "common/utf8.h"
#include "reader/pager.h"
#include "reader/width.h"

static bool terminal;
static bool colour;
static int width;

void print_start(void)
{
    const char *term = getenv("TERM");
    struct winsize size = {0};

    terminal = isatty(STDOUT_FILENO);
    colour = terminal && !getenv("NO_COLOR") && term && strcmp(term, "dumb") != 0;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
}

void print_colour(bool use)
{
    colour = use;
}

bool print_terminal(void)
{
    return terminal;
}

int print_width(void)
{
    return width;
}

/* A style stands in a buffer as STYLE and its number, which no text has in it; print_out makes of
 * it what the terminal understands, so that nothing else that looks like it ever gets there. */
enum { STYLE = 0xff };

static void add_style(struct buf *out, enum print_style style)
{
    buf_addc(out, (char)STYLE);
    buf_addc(out, (char)('0' + style));
}

void print_styled(struct buf *out, enum print_style style, const char *text)
{
    if (colour && style != PRINT_PLAIN)
        add_style(out, style);
    buf_adds(out, text);
    if (colour && style != PRINT_PLAIN)
        add_style(out, PRINT_PLAIN);
}

/* --- columns ---------------------------------------------------------------------------------- */

int print_columns(struct span text)
{
    return width_columns(text);
}

/* Appends as much as fits and returns the columns used. */
static int add_within(struct buf *out, struct span text, int limit)
{
    int used = 0;
    struct span whole = width_clip(text, limit, &used);

    if (whole.n < text.n)
        whole = width_clip(text, limit - 1, &used);
    width_add_safe(out, whole, false);
    if (whole.n == text.n || limit < 1)
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

/* JSON escapes control characters below U+0020; here the others, too, and what turns text. */
static void write_json(const char *text, size_t n)
{
    const char *end = text + n, *p = text;
    uint32_t c = 0;

    while (p < end) {
        size_t length = utf8_next(p, end, &c);

        if (c < 0x7f || c == UTF8_BAD || width_is_safe(c))
            fwrite(p, 1, length, stdout);
        else if (c < 0x10000)
            printf("\\u%04x", c);
        else
            printf("\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
        p += length;
    }
}

static void dump(const json_t *value)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

    if (text)
        write_json(text, strlen(text));
    free(text);
}

void print_json(json_t *value)
{
    size_t i = 0;
    json_t *element = NULL;

    pager_begin();
    if (!json_is_array(value)) {
        dump(value);
        putchar('\n');
        return;
    }
    putchar('[');
    json_array_foreach(value, i, element)
    {
        fputs(i ? ",\n" : "", stdout);
        dump(element);
    }
    puts("]");
}

/* Appends a piece of what is to be shown, up to the next style, and gives its length. */
static size_t add_shown(struct buf *shown, struct span text)
{
    static const char *const codes[] = {"\x1b[0m",  "\x1b[1m",  "\x1b[2m",
                                        "\x1b[31m", "\x1b[32m", "\x1b[33m"};
    const char *next = memchr(text.p, STYLE, text.n);
    size_t n = next ? (size_t)(next - text.p) : text.n;

    width_add_safe(shown, span_of(text.p, n), true);
    if (n + 1 >= text.n)
        return text.n;
    if (colour && text.p[n + 1] >= '0' && text.p[n + 1] <= '5')
        buf_adds(shown, codes[text.p[n + 1] - '0']);
    return n + 2;
}

void print_out(struct buf *out)
{
    struct buf shown = {0};
    struct span text = buf_span(out);

    while (text.n)
        text = span_after(text, add_shown(&shown, text));
    if (shown.len) {
        pager_begin();
        fwrite(shown.data, 1, shown.len, stdout);
    }
    buf_free(&shown);
    buf_clear(out);
}

void print_out_json(struct buf *out)
{
    pager_begin();
    if (out->len)
        write_json(out->data, out->len);
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

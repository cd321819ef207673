#include "fetcher/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "fetcher/date.h"

enum { VALUE_MAX = 4096 };

#define YEAR_MS 31536000000LL /* no server knows more */

static void forget_response(struct headers *headers)
{
    free(headers->etag);
    free(headers->last_modified);
    free(headers->content_type);
    free(headers->location);
    headers->etag = headers->last_modified = headers->content_type = headers->location = NULL;
    headers->retry_after_ms = headers->max_age_ms = -1;
    headers->age_from_cache_control = false;
}

void headers_clear(struct headers *headers)
{
    forget_response(headers);
    headers->status = 0;
    headers->redirected = false;
    headers->only_permanent = true;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The three digits of a status line, 0 where there are none; the line has no NUL behind it. */
static long read_status(struct span line)
{
    const char *space = memchr(line.p, ' ', line.n);
    const char *end = line.p + line.n;
    long status = 0;

    if (!space || end - space < 4)
        return 0;
    for (const char *c = space + 1; c < space + 4; c++) {
        if (*c < '0' || *c > '9')
            return 0;
        status = status * 10 + (*c - '0');
    }
    return status;
}

static void begin_response(struct headers *headers, struct span line)
{

    if (is_redirect(headers->status)) {
        headers->redirected = true;
        headers->only_permanent &= headers->status == 301 || headers->status == 308;
    }
    forget_response(headers);
    headers->status = read_status(line);
}

/* Seconds, or a date (RFC 9110 section 10.2.3); -1 where it is neither. */
static int64_t read_delay(struct span value, int64_t now_ms)
{
    char text[64];
    char *end = NULL;
    long long seconds = 0;
    int64_t when_ms = 0;

    if (value.n == 0 || value.n >= sizeof(text))
        return -1;
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    seconds = strtoll(text, &end, 10);
    if (*end == '\0')
        return seconds < 0 ? -1 : seconds > 31536000 ? YEAR_MS : seconds * 1000;
    if (!date_parse(text, value.n, &when_ms))
        return -1;
    if (when_ms <= now_ms)
        return 0;
    return when_ms - now_ms > YEAR_MS ? YEAR_MS : when_ms - now_ms;
}

/* A directive begins the field, or stands behind a comma or a blank (RFC 9111 section 5.2). */
static const char *find_directive(const char *text, const char *word)
{
    const char *found = strcasestr(text, word);

    while (found && found != text && !strchr(", \t", found[-1]))
        found = strcasestr(found + 1, word);
    return found;
}

static void read_cache_control(struct headers *headers, struct span value)
{
    static const char word[] = "max-age=";
    char *text = mem_dup(value.p, value.n);
    const char *found = find_directive(text, word);

    if (found) {
        long long seconds = strtoll(found + sizeof(word) - 1, NULL, 10);

        headers->max_age_ms = seconds < 0 ? -1 : seconds > 31536000 ? YEAR_MS : seconds * 1000;
        headers->age_from_cache_control = true;
    }
    free(text);
}

static void keep(char **at, struct span value)
{
    free(*at);
    *at = mem_dup(value.p, value.n > VALUE_MAX ? VALUE_MAX : value.n);
}

static void read_field(struct headers *headers, struct span name, struct span value, int64_t now_ms)
{
#define IS(word) (name.n == sizeof(word) - 1 && strncasecmp(name.p, word, name.n) == 0)
    if (IS("etag"))
        keep(&headers->etag, value);
    else if (IS("last-modified"))
        keep(&headers->last_modified, value);
    else if (IS("content-type"))
        keep(&headers->content_type, value);
    else if (IS("location"))
        keep(&headers->location, value);
    else if (IS("retry-after"))
        headers->retry_after_ms = read_delay(value, now_ms);
    else if (IS("cache-control"))
        read_cache_control(headers, value);
    else if (IS("expires") && !headers->age_from_cache_control)
        headers->max_age_ms = read_delay(value, now_ms);
#undef IS
}

static struct span trim(struct span text)
{
    while (text.n && strchr(" \t\r\n", text.p[text.n - 1]))
        text.n--;
    while (text.n && strchr(" \t", text.p[0])) {
        text.p++;
        text.n--;
    }
    return text;
}

void headers_line(struct headers *headers, struct span line, int64_t now_ms)
{
    const char *colon = NULL;

    line = trim(line);
    if (line.n >= 5 && strncmp(line.p, "HTTP/", 5) == 0) {
        begin_response(headers, line);
        return;
    }
    colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (colon) {
        size_t n = (size_t)(colon - line.p);

        read_field(headers, span_of(line.p, n), trim(span_of(colon + 1, line.n - n - 1)), now_ms);
    }
}

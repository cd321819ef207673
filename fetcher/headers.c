#include "fetcher/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/mem.h"
#include "fetcher/date.h"

enum { VALUE_MAX = 4096, LOCATION_MAX = 8192 };

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
    headers->challenge = headers->guard = NULL;
    headers->codings = 0;
    headers->date_ms = headers->age_ms = headers->retry_date_ms = headers->expires_ms = 0;
    headers->last = NULL;
}

void headers_clear(struct headers *headers)
{
    forget_response(headers);
    headers->status = 0;
    headers->open = false;
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

static int64_t until(int64_t when_ms, int64_t now_ms)
{
    if (when_ms <= now_ms)
        return 0;
    return when_ms - now_ms > YEAR_MS ? YEAR_MS : when_ms - now_ms;
}

/* Seconds, or a date (RFC 9110 section 10.2.3), which goes into *date_ms; -1 where it is neither.
 */
static int64_t read_delay(struct span value, int64_t now_ms, int64_t *date_ms)
{
    char text[64];
    char *end = NULL;
    long long seconds = 0;

    *date_ms = 0;
    if (value.n == 0 || value.n >= sizeof(text))
        return -1;
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    seconds = strtoll(text, &end, 10);
    if (*end == '\0')
        return seconds < 0 ? -1 : seconds > 31536000 ? YEAR_MS : seconds * 1000;
    if (!date_parse(text, value.n, date_ms)) {
        *date_ms = 0;
        return -1;
    }
    return until(*date_ms, now_ms);
}

/* Dates are by the server's clock, which Date tells (RFC 9111 section 4.2.1), however wrong; what
 * lay in a cache has lost as much of its time as Age says (section 4.2.3). */
static void read_server_clock(struct headers *headers)
{
    if (headers->date_ms > 0 && headers->retry_date_ms > 0)
        headers->retry_after_ms = until(headers->retry_date_ms, headers->date_ms);
    if (headers->date_ms > 0 && headers->expires_ms > 0 && !headers->age_from_cache_control)
        headers->max_age_ms = until(headers->expires_ms, headers->date_ms);
    if (headers->max_age_ms > 0 && headers->age_ms > 0)
        headers->max_age_ms = until(headers->max_age_ms, headers->age_ms);
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

/* Half a URL is another URL, half a validator is none. */
static void keep(struct headers *headers, char **at, struct span value)
{
    size_t most = at == &headers->location ? LOCATION_MAX : VALUE_MAX;

    free(*at);
    *at = value.n > most ? NULL : mem_dup(value.p, value.n);
    headers->last = *at ? at : NULL;
}

static void go_on(struct headers *headers, struct span value)
{
    char **at = headers->last;
    size_t most = at == &headers->location ? LOCATION_MAX : VALUE_MAX;
    char *joined = NULL;

    if (!at || value.n == 0 || strlen(*at) + 1 + value.n > most)
        return;
    joined = mem_printf("%s%s%.*s", *at, **at ? " " : "", (int)value.n, value.p);
    free(*at);
    *at = joined;
}

static bool is_word(struct span text, const char *word)
{
    return text.n == strlen(word) && strncasecmp(text.p, word, text.n) == 0;
}

static bool begins(struct span text, const char *word)
{
    return text.n >= strlen(word) && strncasecmp(text.p, word, strlen(word)) == 0;
}

/* What those who guard sites add to their answers.  A challenge is one whatever the status; a guard
 * also lets answers through, and counts where it refuses. */
static const struct {
    const char *name;
    const char *value; /* how it begins */
    const char *who;
    bool challenge;
} signs[] = {
    {"cf-mitigated", "challenge", "Cloudflare", true},
    {"x-amzn-waf-action", "challenge", "AWS WAF", true},
    {"x-amzn-waf-action", "captcha", "AWS WAF", true},
    {"x-vercel-mitigated", "challenge", "Vercel", true},
    {"x-sucuri-block", "", "Sucuri", true},
    {"server", "ddos-guard", "DDoS-Guard", false},
    {"server", "Sucuri", "Sucuri", false},
    {"server", "AkamaiGHost", "Akamai", false},
    {"server", "cloudflare", "Cloudflare", false},
    {"x-datadome", "", "DataDome", false},
    {"x-dd-b", "", "DataDome", false},
    {"x-iinfo", "", "Imperva", false},
};

static void read_sign(struct headers *headers, struct span name, struct span value)
{
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (!is_word(name, signs[i].name) || !begins(value, signs[i].value))
            continue;
        if (signs[i].challenge)
            headers->challenge = signs[i].who;
        else if (!headers->guard || strcmp(signs[i].who, "Cloudflare") != 0)
            headers->guard = signs[i].who;
        return;
    }
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

/* Of one field or several (RFC 9110 section 8.4). */
static void count_codings(struct headers *headers, struct span value)
{
    while (value.n) {
        const char *comma = memchr(value.p, ',', value.n);
        struct span word = trim(span_of(value.p, comma ? (size_t)(comma - value.p) : value.n));

        headers->codings += word.n > 0 && !is_word(word, "identity");
        value = span_after(value, comma ? (size_t)(comma + 1 - value.p) : value.n);
    }
}

static void read_field(struct headers *headers, struct span name, struct span value, int64_t now_ms)
{
    int64_t ignored_ms = 0;

    headers->last = NULL;
    if (is_word(name, "etag"))
        keep(headers, &headers->etag, value);
    else if (is_word(name, "last-modified"))
        keep(headers, &headers->last_modified, value);
    else if (is_word(name, "content-type"))
        keep(headers, &headers->content_type, value);
    else if (is_word(name, "location"))
        keep(headers, &headers->location, value);
    else if (is_word(name, "content-encoding"))
        count_codings(headers, value);
    else if (is_word(name, "retry-after"))
        headers->retry_after_ms = read_delay(value, now_ms, &headers->retry_date_ms);
    else if (is_word(name, "date"))
        read_delay(value, now_ms, &headers->date_ms);
    else if (is_word(name, "age"))
        headers->age_ms = read_delay(value, now_ms, &ignored_ms);
    else if (is_word(name, "cache-control"))
        read_cache_control(headers, value);
    else if (is_word(name, "expires") && !headers->age_from_cache_control)
        headers->max_age_ms = read_delay(value, now_ms, &headers->expires_ms);
    else
        read_sign(headers, name, value);
}

static void begin_response(struct headers *headers, struct span line)
{
    forget_response(headers);
    headers->status = read_status(line);
    headers->open = true;
}

void headers_line(struct headers *headers, struct span line, int64_t now_ms)
{
    bool folded = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
    const char *colon = NULL;

    line = trim(line);
    if (!headers->open) {
        if (line.n >= 5 && strncmp(line.p, "HTTP/", 5) == 0)
            begin_response(headers, line);
    } else if (folded) {
        go_on(headers, line);
    } else if (line.n == 0) {
        headers->open = false;
        headers->last = NULL;
        read_server_clock(headers);
    } else if ((colon = memchr(line.p, ':', line.n))) {
        size_t n = (size_t)(colon - line.p);

        read_field(headers, trim(span_of(line.p, n)), trim(span_of(colon + 1, line.n - n - 1)),
                   now_ms);
    }
}

/* --- who answers ------------------------------------------------------------------------------ */

enum { PAGE_BEGIN = 16384 };

/* Pages of those who guard sites; the status may be any, 200 too. */
static const struct {
    const char *mark;
    const char *who;
} pages[] = {
    {"id=\"anubis_challenge\"", "Anubis"},
    {"sucuri_cloudproxy_js", "Sucuri"},
    {"<title>Vercel Security Checkpoint</title>", "Vercel"},
};

/* Cloudflare also passes on what the site itself refuses; its own pages are known by these. */
static const char *const cloudflare_pages[] = {
    "<title>Just a moment...</title>",
    "<title>Attention Required! | Cloudflare",
    "/cdn-cgi/challenge-",
    "_cf_chl_opt",
};

static bool holds(struct span body, const char *words)
{
    return body.n >= strlen(words) && memmem(body.p, body.n, words, strlen(words));
}

static const char *page_of(const struct headers *headers, struct span body)
{
    const char *type = headers->content_type;

    if (!type || strncasecmp(type, "text/html", 9) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        if (holds(body, pages[i].mark))
            return pages[i].who;
    return NULL;
}

static bool is_cloudflare_page(struct span body)
{
    for (size_t i = 0; i < sizeof(cloudflare_pages) / sizeof(cloudflare_pages[0]); i++)
        if (holds(body, cloudflare_pages[i]))
            return true;
    return false;
}

const char *headers_challenger(const struct headers *headers, struct span body)
{
    if (body.n > PAGE_BEGIN)
        body.n = PAGE_BEGIN;
    if (headers->challenge)
        return headers->challenge;
    if (!headers->guard || (headers->status != 403 && headers->status != 503))
        return page_of(headers, body);
    if (strcmp(headers->guard, "Cloudflare") == 0)
        return is_cloudflare_page(body) ? headers->guard : page_of(headers, body);
    return headers->status == 403 ? headers->guard : NULL;
}

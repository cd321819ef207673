/* Easy handles made ready: what all requests have in common, and what a source has of its own. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "fetcher/address.h"
#include "fetcher/http_inner.h"
#include "fetcher/options.h"

/* Of what is not a feed the beginning is kept, to see who speaks; the rest is read so that the
 * connection can be used again, though not without end. */
enum { KEPT_BYTES = 16384, UNWANTED_BYTES = 262144 };

/* --- callbacks -------------------------------------------------------------------------------- */

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;

    transfer->header_bytes += (int64_t)(size * n);
    if (transfer->header_bytes > transfer->http->config->fetcher_header_bytes) {
        transfer->stop = HTTP_STOP_HEADER;
        return 0;
    }
    if (!transfer->headers.open) /* the status line */
        transfer->seen_ms = clock_utc_ms();
    headers_line(&transfer->headers, span_of(data, size * n), transfer->seen_ms);
    /* What is compressed twice may become a million times larger, and be nothing once more: work
     * without end in one step, and no byte of it reaches the limits below. */
    if (transfer->headers.codings > 1) {
        transfer->stop = HTTP_STOP_CODINGS;
        return 0;
    }
    return size * n;
}

/* A redirect's body is not looked at at all. */
static size_t pass_over(struct http_transfer *transfer, const char *data, size_t n)
{
    size_t room = KEPT_BYTES - transfer->body.len;

    if (!redirect_is(transfer->headers.status, transfer->headers.location))
        buf_add(&transfer->body, data, n < room ? n : room);
    transfer->unwanted_bytes += (int64_t)n;
    if (transfer->unwanted_bytes <= UNWANTED_BYTES)
        return n;
    transfer->stop = HTTP_STOP_ENOUGH;
    return 0;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;

    n *= size;
    if (transfer->headers.status / 100 != 2)
        return pass_over(transfer, data, n);
    if ((int64_t)(transfer->body.len + n) > transfer->http->config->fetcher_body_bytes) {
        transfer->stop = HTTP_STOP_BODY;
        return 0;
    }
    buf_add(&transfer->body, data, n);
    return n;
}

/* Bytes as they came: what is compressed may come for ever and give nothing.  The size announced
 * counts as well, but not of an error's page or a redirect's, which say enough by their header. */
static int on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    struct http_transfer *transfer = arg;
    bool wanted = transfer->headers.status / 100 == 2;
    curl_off_t bytes = wanted && total > now ? total : now;

    (void)up_total;
    (void)up_now;
    if (bytes <= transfer->http->config->fetcher_response_bytes)
        return 0;
    transfer->stop = wanted ? HTTP_STOP_RESPONSE : HTTP_STOP_ENOUGH;
    return 1;
}

/* The address that was resolved, at the last moment before a connection: a name that resolves
 * differently the second time (DNS rebinding) gains nothing.  A proxy was named by the user. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_transfer *transfer = arg;
    bool proxied = transfer->options && transfer->options->proxy;
    int fd = -1;

    if (purpose == CURLSOCKTYPE_IPCXN && !proxied &&
        !address_allowed(&address->addr, transfer->http->config->fetcher_allow_networks)) {
        transfer->stop = HTTP_STOP_FORBIDDEN;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0)
        return CURL_SOCKET_BAD;
    http_socket_opened(transfer->http, fd);
    return fd;
}

/* --- what all requests have in common --------------------------------------------------------- */

static void set_limits(CURL *easy, const struct config *config)
{
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)config->fetcher_connect_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)config->fetcher_slow_bytes);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)((config->fetcher_idle_ms + 999) / 1000));
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* A transfer that ends while its name is looked up must not wait for the resolver's thread. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static void set_callbacks(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->curl_words);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, http_socket_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transfer->http);
}

static void set_common(struct http_transfer *transfer)
{
    set_limits(transfer->easy, transfer->http->config);
    set_callbacks(transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_USERAGENT, transfer->http->user_agent);
    curl_easy_setopt(transfer->easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(transfer->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    transfer->arranged = true;
}

/* --- what a source has of its own ------------------------------------------------------------- */

/* For every hop of the source: the user wants to be seen as this, or from there. */
static void set_ways(CURL *easy, const struct options *options)
{
    if (options->user_agent)
        curl_easy_setopt(easy, CURLOPT_USERAGENT, options->user_agent);
    if (!options->proxy)
        return;
    curl_easy_setopt(easy, CURLOPT_PROXY, options->proxy);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (!options->proxy_user)
        return;
    curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, options->proxy_user);
    curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, options->proxy_password);
    /* Somebody else's tunnel through the same proxy is not ours to use. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

/* For the source's own origin only. */
static void set_secrets(CURL *easy, const struct options *options)
{
    if (options->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, options->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, options->password);
    }
    if (options->cookies)
        curl_easy_setopt(easy, CURLOPT_COOKIE, options->cookies);
    if (options->ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca);
    if (options->pin)
        curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, options->pin);
    if (options->unverified) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* https://user:password@host/, where the source has no other credentials. */
static void set_url_user(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;
    const char *text = transfer->chain.user;
    const char *colon = strchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : strlen(text);
    char *user = n ? curl_easy_unescape(easy, text, (int)n, NULL) : NULL;
    char *password = colon && colon[1] ? curl_easy_unescape(easy, colon + 1, 0, NULL) : NULL;

    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, user ? user : "");
    curl_easy_setopt(easy, CURLOPT_PASSWORD, password ? password : "");
    curl_free(user);
    curl_free(password);
}

static struct curl_slist *add_line(struct curl_slist *lines, const char *name, struct span value)
{
    char *line = NULL;

    /* A line break in a validator would be a header of its own. */
    if (value.n == 0 || memchr(value.p, '\n', value.n) || memchr(value.p, '\r', value.n))
        return lines;
    line = mem_printf("%s: %.*s", name, (int)value.n, value.p);
    lines = curl_slist_append(lines, line);
    free(line);
    return lines;
}

void http_take_lines(struct http_transfer *transfer, const struct http_request *request)
{
    const struct options *options = request->options;
    struct curl_slist *lines = NULL;
    struct curl_slist *validators = add_line(NULL, "If-None-Match", request->etag);

    validators = add_line(validators, "If-Modified-Since", request->last_modified);
    for (size_t i = 0; options && i < options->header_count; i++)
        lines = curl_slist_append(lines, options->headers[i]);
    if (options && options->bearer) {
        char *line = mem_printf("Authorization: Bearer %s", options->bearer);

        lines = curl_slist_append(lines, line);
        mem_forget(&line);
    }
    transfer->validators = validators;
    transfer->lines = lines ? lines : validators;
    while (lines && lines->next)
        lines = lines->next;
    if (lines)
        lines->next = validators;
}

/* --- a hop ------------------------------------------------------------------------------------ */

/* Whether a host written as an address, in any of its forms, may be asked for. */
static bool literal_allowed(const char *host, const char *allow)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const char *dot = strrchr(host, '.');

    if (strcasecmp(host, "localhost") == 0 || (dot && strcasecmp(dot, ".localhost") == 0))
        host = "127.0.0.1"; /* RFC 6761 */
    if (inet_aton(host, &v4.sin_addr))
        return address_allowed((const struct sockaddr *)(const void *)&v4, allow);
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
        return address_allowed((const struct sockaddr *)(const void *)&v6, allow);
    return true;
}

/* As libcurl sends it, where digits and dots of other scripts are plain ones; without brackets and
 * the dot of the root.  NULL where it would send none; caller owns it. */
static char *host_sent(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL, *bare = NULL;

    if (parts && !curl_url_set(parts, CURLUPART_URL, url, 0) &&
        !curl_url_get(parts, CURLUPART_HOST, &host, CURLU_PUNYCODE)) {
        bare = mem_strdup(*host == '[' ? host + 1 : host);
        for (size_t n = strlen(bare); n > 0 && strchr(".]", bare[n - 1]); n--)
            bare[n - 1] = '\0';
    }
    curl_free(host);
    curl_url_cleanup(parts);
    return bare;
}

/* Through a proxy nobody here sees what a name resolves to; an address in the URL is seen. */
static bool target_allowed(const struct http_transfer *transfer)
{
    char *host = NULL;
    bool allowed = true;

    if (!transfer->options || !transfer->options->proxy)
        return true;
    host = host_sent(transfer->chain.url);
    allowed = host && literal_allowed(host, transfer->http->config->fetcher_allow_networks);
    free(host);
    return allowed;
}

static void set_own(struct http_transfer *transfer)
{
    const struct options *options = transfer->options;
    bool own = redirect_own(&transfer->chain);

    curl_easy_reset(transfer->easy);
    set_common(transfer);
    transfer->arranged = false;
    if (options)
        set_ways(transfer->easy, options);
    if (own && options)
        set_secrets(transfer->easy, options);
    if (own && transfer->chain.user && !(options && (options->user || options->bearer)))
        set_url_user(transfer);
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER,
                     own ? transfer->lines : transfer->validators);
}

bool http_arrange(struct http_transfer *transfer)
{
    int64_t left_ms = transfer->until_ms - clock_mono_ms();

    headers_clear(&transfer->headers);
    buf_clear(&transfer->body);
    transfer->header_bytes = transfer->unwanted_bytes = 0;
    transfer->stop = HTTP_STOP_NONE;
    transfer->curl_words[0] = '\0';
    if (transfer->options || transfer->chain.user) {
        set_own(transfer);
    } else {
        if (!transfer->arranged) {
            curl_easy_reset(transfer->easy);
            set_common(transfer);
        }
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
    }
    curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 0 ? left_ms : 1));
    curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->chain.url);
    if (target_allowed(transfer))
        return true;
    transfer->stop = HTTP_STOP_FORBIDDEN;
    return false;
}

/* What went wrong, as one of the protocol's errors and in words.  Words never hold what a source
 * keeps for itself: curl is given URLs and proxies without user information. */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/config.h"
#include "fetcher/http_inner.h"

static void say(struct http_transfer *transfer, const char *words)
{
    snprintf(transfer->words, sizeof(transfer->words), "%s", words);
}

/* --- is there any way out of this machine? ---------------------------------------------------- */

/* connect () of a datagram socket only looks for a route: nothing is sent. */
static bool has_route(const struct sockaddr *address, socklen_t size)
{
    int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool found = fd >= 0 && connect(fd, address, size) == 0;

    if (fd >= 0)
        close(fd);
    return found;
}

/* To addresses that belong to nobody (RFC 5737, RFC 3849). */
static bool is_offline(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};

    inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
    inet_pton(AF_INET6, "2001:db8::1", &v6.sin6_addr);
    return !has_route((const struct sockaddr *)(const void *)&v4, sizeof(v4)) &&
           !has_route((const struct sockaddr *)(const void *)&v6, sizeof(v6));
}

static enum msg_error unless_offline(struct http_transfer *transfer, enum msg_error error)
{
    long code = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &code);
    if (error == MSG_ERROR_CONNECT && code != ENETUNREACH && code != ENETDOWN &&
        code != EHOSTUNREACH && code != EADDRNOTAVAIL)
        return error;
    if (!is_offline())
        return error;
    say(transfer, "offline: this machine has no route to anywhere");
    return MSG_ERROR_OFFLINE;
}

/* --- time ------------------------------------------------------------------------------------- */

/* curl's own words count the milliseconds of the last hop. */
static void say_timeout(struct http_transfer *transfer)
{
    const struct config *config = transfer->http->config;
    int64_t now_ms = clock_mono_ms();
    curl_off_t connected_us = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (strstr(transfer->curl_words, "too slow"))
        snprintf(transfer->words, sizeof(transfer->words),
                 "stalled: less than %" PRId64 " bytes a second for %" PRId64
                 " ms (fetcher.slow_bytes, fetcher.idle_ms)",
                 (int64_t)config->fetcher_slow_bytes, (int64_t)config->fetcher_idle_ms);
    else if (connected_us == 0 && now_ms < transfer->until_ms)
        snprintf(transfer->words, sizeof(transfer->words),
                 "no connection within %" PRId64 " ms (fetcher.connect_ms)",
                 (int64_t)config->fetcher_connect_ms);
    else
        snprintf(transfer->words, sizeof(transfer->words),
                 "no whole response within %" PRId64 " ms (fetcher.response_ms)",
                 transfer->until_ms - transfer->began_ms);
}

/* The name servers take longer than that, or nobody hears us. */
static void say_no_name(struct http_transfer *transfer)
{
    snprintf(transfer->words, sizeof(transfer->words),
             "no answer of a name server within %" PRId64 " ms (fetcher.connect_ms)",
             (int64_t)transfer->http->config->fetcher_connect_ms);
}

/* --- size ------------------------------------------------------------------------------------- */

static void say_too_large(struct http_transfer *transfer, const char *what, const char *setting,
                          int64_t bytes)
{
    snprintf(transfer->words, sizeof(transfer->words), "%s larger than %" PRId64 " bytes (%s)",
             what, bytes, setting);
}

static enum msg_error judge_stop(struct http_transfer *transfer)
{
    const struct config *config = transfer->http->config;

    switch (transfer->stop) {
    case HTTP_STOP_HEADER:
        say_too_large(transfer, "header", "fetcher.header_bytes",
                      (int64_t)config->fetcher_header_bytes);
        return MSG_ERROR_TOO_LARGE;
    case HTTP_STOP_CODINGS:
        say(transfer, "compressed more than once");
        return MSG_ERROR_TOO_LARGE;
    case HTTP_STOP_RESPONSE:
        say_too_large(transfer, "response", "fetcher.response_bytes",
                      (int64_t)config->fetcher_response_bytes);
        return MSG_ERROR_TOO_LARGE;
    case HTTP_STOP_BODY:
        say_too_large(transfer, "decompressed response", "fetcher.body_bytes",
                      (int64_t)config->fetcher_body_bytes);
        return MSG_ERROR_TOO_LARGE;
    case HTTP_STOP_FORBIDDEN:
        say(transfer, "address not allowed (fetcher.allow_networks)");
        return MSG_ERROR_ADDRESS;
    case HTTP_STOP_ENOUGH:
    case HTTP_STOP_NONE:
        break;
    }
    return MSG_ERROR_NONE;
}

/* --- curl's codes ----------------------------------------------------------------------------- */

static enum msg_error judge_code(struct http_transfer *transfer, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return unless_offline(transfer, MSG_ERROR_DNS);
    case CURLE_COULDNT_CONNECT:
        return unless_offline(transfer, MSG_ERROR_CONNECT);
    case CURLE_PROXY:
        return MSG_ERROR_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        if (strstr(transfer->curl_words, "Resolving")) {
            say_no_name(transfer);
            return unless_offline(transfer, MSG_ERROR_DNS);
        }
        say_timeout(transfer);
        return MSG_ERROR_TIMEOUT;
    case CURLE_OUT_OF_MEMORY: /* a line of more than curl's 100 KiB; real want of memory aborts */
        if (transfer->headers.open)
            say(transfer, "header with a line larger than 102400 bytes");
        return transfer->headers.open ? MSG_ERROR_TOO_LARGE : MSG_ERROR_TRANSFER;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_INVALIDCERTSTATUS:
        return MSG_ERROR_TLS;
    default:
        return MSG_ERROR_TRANSFER;
    }
}

/* A response that was enough, or that came whole. */
static enum msg_error judge_response(struct http_transfer *transfer)
{
    const char *who = headers_challenger(&transfer->headers, buf_span(&transfer->body));

    if (!who)
        return MSG_ERROR_NONE;
    snprintf(
        transfer->words, sizeof(transfer->words),
        "%s wants a browser or a person here (HTTP status %ld): give the source a user agent or "
        "cookies of its own, or ask the site to let feed readers in",
        who, transfer->headers.status);
    return MSG_ERROR_CHALLENGE;
}

enum msg_error http_judge(struct http_transfer *transfer, CURLcode code)
{
    enum msg_error error = MSG_ERROR_NONE;

    transfer->words[0] = '\0';
    /* One of a host's addresses was refused, and what happened happened with another. */
    if (transfer->stop == HTTP_STOP_FORBIDDEN && code != CURLE_COULDNT_CONNECT &&
        code != CURLE_FAILED_INIT)
        transfer->stop = HTTP_STOP_NONE;
    if (code == CURLE_OK || transfer->stop == HTTP_STOP_ENOUGH)
        return judge_response(transfer);
    error = judge_stop(transfer);
    if (!error)
        error = judge_code(transfer, code);
    if (!*transfer->words)
        say(transfer, *transfer->curl_words ? transfer->curl_words : curl_easy_strerror(code));
    return error;
}

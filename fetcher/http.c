#include "fetcher/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "fetcher/address.h"

struct http_transfer {
    struct http *http;
    struct http_transfer *next;
    struct http_transfer *previous;
    CURL *easy;
    struct curl_slist *lines;
    struct headers headers;
    struct buf body;
    bool too_large;
    bool forbidden;
    int64_t began_ms;
    void *token;
    char words[CURL_ERROR_SIZE];
};

struct http {
    const struct config *config;
    struct loop *loop;
    CURLM *multi;
    struct http_transfer *first;
    size_t count;
    char *user_agent;
    uint64_t timer;
    http_done_fn *fn;
    void *self;
};

/* --- the transfer's own callbacks ------------------------------------------------------------- */

static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;

    headers_line(&transfer->headers, span_of(data, size * n), clock_utc_ms());
    if (transfer->headers.status / 100 != 2)
        buf_clear(&transfer->body);
    return size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
    struct http_transfer *transfer = arg;

    if ((int64_t)(transfer->body.len + size * n) > transfer->http->config->fetcher_body_bytes) {
        transfer->too_large = true;
        return 0;
    }
    buf_add(&transfer->body, data, size * n);
    return size * n;
}

static int on_progress(void *arg, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    struct http_transfer *transfer = arg;

    (void)total;
    (void)up_total;
    (void)up_now;
    if (now <= transfer->http->config->fetcher_response_bytes)
        return 0;
    transfer->too_large = true;
    return 1;
}

/* The address that was resolved, at the last moment before a connection: a name that resolves
 * differently the second time (DNS rebinding) gains nothing. */
static curl_socket_t on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_transfer *transfer = arg;

    if (purpose == CURLSOCKTYPE_IPCXN &&
        !address_allowed(&address->addr, transfer->http->config->fetcher_allow_networks)) {
        transfer->forbidden = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- making requests -------------------------------------------------------------------------- */

static void add_line(struct http_transfer *transfer, const char *name, struct span value)
{
    char *line = NULL;

    /* A line break in a validator would be a header of its own. */
    if (value.n == 0 || memchr(value.p, '\n', value.n) || memchr(value.p, '\r', value.n))
        return;
    line = mem_printf("%s: %.*s", name, (int)value.n, value.p);
    transfer->lines = curl_slist_append(transfer->lines, line);
    free(line);
}

static void set_limits(CURL *easy, const struct config *config, int64_t timeout_ms)
{
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)config->fetcher_connect_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)config->fetcher_response_bytes);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)config->fetcher_redirects);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}

static void set_callbacks(struct http_transfer *transfer)
{
    CURL *easy = transfer->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->words);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
}

static void release(struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else if (http->first == transfer)
        http->first = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    curl_multi_remove_handle(http->multi, transfer->easy);
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->lines);
    headers_clear(&transfer->headers);
    buf_free(&transfer->body);
    free(transfer);
    http->count--;
}

struct http_transfer *http_start(struct http *http, const struct http_request *request, void *token)
{
    struct http_transfer *transfer = mem_calloc(1, sizeof(*transfer));

    *transfer = (struct http_transfer){.http = http,
                                       .next = http->first,
                                       .easy = curl_easy_init(),
                                       .began_ms = clock_mono_ms(),
                                       .token = token};
    if (!transfer->easy)
        abort(); /* out of memory, as in mem.h */
    if (http->first)
        http->first->previous = transfer;
    http->first = transfer;
    http->count++;
    headers_clear(&transfer->headers);
    set_limits(transfer->easy, http->config, request->timeout_ms);
    set_callbacks(transfer);
    add_line(transfer, "If-None-Match", request->etag);
    add_line(transfer, "If-Modified-Since", request->last_modified);
    curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
    curl_easy_setopt(transfer->easy, CURLOPT_USERAGENT, http->user_agent);
    curl_easy_setopt(transfer->easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(transfer->easy, CURLOPT_URL, request->url);
    if (curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK) {
        release(transfer);
        return NULL;
    }
    return transfer;
}

void *http_abort(struct http *http, struct http_transfer *transfer)
{
    void *token = transfer->token;

    (void)http;
    release(transfer);
    return token;
}

struct http_transfer *http_any(struct http *http)
{
    return http->first;
}

size_t http_count(const struct http *http)
{
    return http->count;
}

/* --- results ---------------------------------------------------------------------------------- */

static enum msg_error error_of(const struct http_transfer *transfer, CURLcode code)
{
    if (transfer->too_large)
        return MSG_ERROR_TOO_LARGE;
    if (transfer->forbidden && code != CURLE_OK)
        return MSG_ERROR_ADDRESS;
    switch (code) {
    case CURLE_OK:
        return MSG_ERROR_NONE;
    case CURLE_COULDNT_RESOLVE_HOST:
        return MSG_ERROR_DNS;
    case CURLE_COULDNT_CONNECT:
        return MSG_ERROR_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
        return MSG_ERROR_TIMEOUT;
    case CURLE_FILESIZE_EXCEEDED:
        return MSG_ERROR_TOO_LARGE;
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return MSG_ERROR_REDIRECT;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
        return MSG_ERROR_TLS;
    default:
        return MSG_ERROR_TRANSFER;
    }
}

static void finish(struct http *http, CURL *easy, CURLcode code)
{
    struct http_transfer *transfer = NULL;
    struct http_result result = {0};
    char *url = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
    result.error = error_of(transfer, code);
    result.words = result.error == MSG_ERROR_ADDRESS
                       ? "address not allowed (fetcher.allow_networks)"
                   : result.error == MSG_ERROR_TOO_LARGE ? "response too large"
                   : *transfer->words                    ? transfer->words
                                                         : curl_easy_strerror(code);
    result.headers = transfer->headers;
    transfer->headers = (struct headers){0};
    result.final_url = url ? url : "";
    result.permanent_url =
        result.headers.redirected && result.headers.only_permanent ? result.final_url : "";
    result.body = transfer->body;
    transfer->body = (struct buf){0};
    result.took_ms = clock_mono_ms() - transfer->began_ms;
    http->fn(http->self, transfer->token, &result);
    headers_clear(&result.headers);
    buf_free(&result.body);
    release(transfer);
}

static void read_results(struct http *http)
{
    CURLMsg *message = NULL;
    int left = 0;

    while ((message = curl_multi_info_read(http->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            finish(http, message->easy_handle, message->data.result);
}

/* --- the multi handle in the loop ------------------------------------------------------------- */

struct watched {
    struct http *http;
    curl_socket_t fd;
};

static bool on_ready(struct loop *loop, void *arg)
{
    struct watched *watched = arg;
    struct http *http = watched->http;
    zmq_pollitem_t item = {.fd = watched->fd, .events = ZMQ_POLLIN | ZMQ_POLLOUT | ZMQ_POLLERR};
    int running = 0;
    int mask = 0;

    (void)loop;
    if (zmq_poll(&item, 1, 0) < 0)
        return false;
    mask |= item.revents & ZMQ_POLLIN ? CURL_CSELECT_IN : 0;
    mask |= item.revents & ZMQ_POLLOUT ? CURL_CSELECT_OUT : 0;
    mask |= item.revents & ZMQ_POLLERR ? CURL_CSELECT_ERR : 0;
    curl_multi_socket_action(http->multi, watched->fd, mask, &running);
    read_results(http);
    return false;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *per_socket)
{
    struct http *http = arg;
    struct watched *watched = per_socket;
    short events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        loop_forget_fd(http->loop, fd);
        curl_multi_assign(http->multi, fd, NULL);
        free(watched);
        return 0;
    }
    if (!watched) {
        watched = mem_calloc(1, sizeof(*watched));
        *watched = (struct watched){.http = http, .fd = fd};
        curl_multi_assign(http->multi, fd, watched);
    }
    events =
        (short)((what & CURL_POLL_IN ? ZMQ_POLLIN : 0) | (what & CURL_POLL_OUT ? ZMQ_POLLOUT : 0));
    loop_fd(http->loop, fd, events, on_ready, watched);
    return 0;
}

static bool on_timeout(struct loop *loop, void *arg)
{
    struct http *http = arg;
    int running = 0;

    (void)loop;
    http->timer = 0;
    curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_results(http);
    return false;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct http *http = arg;

    (void)multi;
    loop_cancel(http->loop, http->timer);
    http->timer = timeout_ms < 0 ? 0 : loop_timer(http->loop, timeout_ms, 0, on_timeout, http);
    return 0;
}

struct http *http_open(const struct config *config, struct loop *loop, http_done_fn *fn, void *self)
{
    struct http *http = NULL;

    if (!address_list_valid(config->fetcher_allow_networks)) {
        log_error("bad-setting",
                  "fetcher.allow_networks=\"%s\" why=\"networks as 10.0.0.0/8 are "
                  "expected\"",
                  config->fetcher_allow_networks);
        return NULL;
    }
    if (curl_global_init(CURL_GLOBAL_ALL)) {
        log_error("curl-failed", NULL);
        return NULL;
    }
    http = mem_calloc(1, sizeof(*http));
    *http = (struct http){
        .config = config, .loop = loop, .multi = curl_multi_init(), .fn = fn, .self = self};
    http->user_agent = *config->fetcher_contact ? mem_printf("%s (+%s)", config->fetcher_user_agent,
                                                             config->fetcher_contact)
                                                : mem_strdup(config->fetcher_user_agent);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)config->fetcher_concurrency);
    return http;
}

void http_close(struct http **http)
{
    if (!*http)
        return;
    while ((*http)->first)
        release((*http)->first);
    curl_multi_cleanup((*http)->multi);
    loop_cancel((*http)->loop, (*http)->timer);
    curl_global_cleanup();
    free((*http)->user_agent);
    free(*http);
    *http = NULL;
}

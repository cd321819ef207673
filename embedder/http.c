#include "embedder/http_inner.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"

enum { RETRY_AFTER_MOST_S = 86400 }; /* more says no more */

/* --- transfers ---------------------------------------------------------------------------------
 */

struct http_transfer *http_start(struct http *http, const char *url, struct span body,
                                 int64_t timeout_ms, void *token)
{
    struct http_transfer *transfer = mem_calloc(1, sizeof(*transfer));

    *transfer = (struct http_transfer){.http = http,
                                       .next = http->first,
                                       .place = &http->first,
                                       .easy = curl_easy_init(),
                                       .timeout_ms = timeout_ms > 0 ? timeout_ms : 1,
                                       .token = token};
    if (http->first)
        http->first->place = &transfer->next;
    http->first = transfer;
    if (!transfer->easy)
        abort(); /* out of memory, as in mem.h */
    http_arrange(transfer, url);
    if (body.n) {
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
        curl_easy_setopt(transfer->easy, CURLOPT_COPYPOSTFIELDS, body.p);
    }
    if (curl_multi_add_handle(http->multi, transfer->easy) != CURLM_OK)
        abort();
    return transfer;
}

void http_abort(struct http *http, struct http_transfer *transfer)
{
    curl_multi_remove_handle(http->multi, transfer->easy);
    *transfer->place = transfer->next;
    if (transfer->next)
        transfer->next->place = transfer->place;
    curl_easy_cleanup(transfer->easy);
    buf_free(&transfer->body);
    free(transfer);
}

/* --- results ---------------------------------------------------------------------------------- */

static void say_timeout(struct http_transfer *transfer)
{
    const struct config *config = transfer->http->config;
    curl_off_t connected_us = 0;

    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    if (connected_us == 0 && config->embedder_connect_ms < transfer->timeout_ms)
        snprintf(transfer->words, sizeof(transfer->words),
                 "no connection within %" PRId64 " ms (embedder.connect_ms)",
                 config->embedder_connect_ms);
    else
        snprintf(transfer->words, sizeof(transfer->words),
                 "no whole answer within %" PRId64 " ms (embedder.%s)", transfer->timeout_ms,
                 transfer->timeout_ms < config->embedder_response_ms ? "hold_ms" : "response_ms");
}

static enum http_trouble judge(struct http_transfer *transfer, CURLcode code)
{
    snprintf(transfer->words, sizeof(transfer->words), "%s",
             *transfer->curl_words ? transfer->curl_words : curl_easy_strerror(code));
    if (transfer->too_large) {
        snprintf(transfer->words, sizeof(transfer->words),
                 "an answer larger than %" PRId64 " bytes (embedder.response_bytes)",
                 transfer->http->config->embedder_response_bytes);
        return HTTP_TOO_LARGE;
    }
    switch (code) {
    case CURLE_OK:
        return HTTP_FINE;
    case CURLE_OPERATION_TIMEDOUT:
        say_timeout(transfer);
        return HTTP_TIMEOUT;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return HTTP_CONNECT;
    default:
        return HTTP_BROKEN;
    }
}

static void finish(struct http *http, CURL *easy, CURLcode code)
{
    struct http_transfer *transfer = NULL;
    struct http_result result = {0};
    curl_off_t retry_after = 0;
    long status = 0;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &retry_after);
    result.trouble = judge(transfer, code);
    result.words = transfer->words;
    result.status = (int)status;
    if (retry_after > RETRY_AFTER_MOST_S)
        retry_after = RETRY_AFTER_MOST_S;
    result.retry_after_ms = retry_after > 0 ? (int64_t)retry_after * 1000 : -1;
    result.body = buf_span(&transfer->body);
    http->fn(http->self, transfer->token, &result);
    http_abort(http, transfer);
}

void http_read_results(struct http *http)
{
    CURLMsg *message = NULL;
    int left = 0;

    while ((message = curl_multi_info_read(http->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            finish(http, message->easy_handle, message->data.result);
}

/* --- opening and closing ---------------------------------------------------------------------- */

static struct curl_slist *make_lines(const char *key)
{
    struct curl_slist *lines = curl_slist_append(NULL, "Content-Type: application/json");

    /* No "Expect: 100-continue": a server that knows nothing of it costs a second. */
    lines = curl_slist_append(lines, "Expect:");
    if (key) {
        char *line = mem_printf("Authorization: Bearer %s", key);

        lines = curl_slist_append(lines, line);
        mem_forget(&line);
    }
    return lines;
}

struct http *http_open(const struct config *config, struct loop *loop, const char *key,
                       http_done_fn *fn, void *self)
{
    struct http *http = NULL;

    if (curl_global_init(CURL_GLOBAL_ALL)) {
        log_error("curl-failed", NULL);
        return NULL;
    }
    http = mem_calloc(1, sizeof(*http));
    *http = (struct http){.config = config,
                          .loop = loop,
                          .multi = curl_multi_init(),
                          .epoll = -1,
                          .lines = make_lines(key),
                          .fn = fn,
                          .self = self};
    if (!http->multi || !http->lines)
        abort(); /* out of memory, as in mem.h */
    if (!http_loop_open(http))
        http_close(&http);
    return http;
}

void http_close(struct http **http)
{
    if (!*http)
        return;
    while ((*http)->first)
        http_abort(*http, (*http)->first);
    curl_multi_cleanup((*http)->multi);
    http_loop_close(*http);
    for (struct curl_slist *line = (*http)->lines; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all((*http)->lines);
    curl_global_cleanup();
    free(*http);
    *http = NULL;
}

#include "fetcher/http.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/mem.h"
#include "fetcher/address.h"
#include "fetcher/http_inner.h"
#include "fetcher/options.h"

enum { BODY_KEPT = 65536 }; /* memory of a body that stays with a transfer in the pool */

/* --- transfers and their pool ----------------------------------------------------------------- */

static struct http_transfer *new_transfer(struct http *http)
{
    struct http_transfer *transfer = http->pool;

    if (transfer) {
        http->pool = transfer->next;
        http->pooled--;
        return transfer;
    }
    transfer = mem_calloc(1, sizeof(*transfer));
    transfer->http = http;
    transfer->easy = curl_easy_init();
    if (!transfer->easy)
        abort(); /* out of memory, as in mem.h */
    return transfer;
}

static void destroy(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    buf_free(&transfer->body);
    free(transfer);
}

/* What is left on the handle of a source with secrets goes at once. */
static void pool(struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    if (!transfer->arranged)
        curl_easy_reset(transfer->easy);
    else
        curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(transfer->lines);
    transfer->lines = transfer->validators = NULL;
    transfer->options = NULL;
    redirect_end(&transfer->chain);
    headers_clear(&transfer->headers);
    if (transfer->body.cap > BODY_KEPT)
        buf_free(&transfer->body);
    if (http->pooled >= (size_t)http->config->fetcher_concurrency) {
        destroy(transfer);
        return;
    }
    transfer->next = http->pool;
    http->pool = transfer;
    http->pooled++;
}

static void link_in(struct http *http, struct http_transfer *transfer)
{
    transfer->previous = NULL;
    transfer->next = http->first;
    if (http->first)
        http->first->previous = transfer;
    http->first = transfer;
    http->count++;
}

static void release(struct http_transfer *transfer)
{
    struct http *http = transfer->http;

    if (transfer->previous)
        transfer->previous->next = transfer->next;
    else
        http->first = transfer->next;
    if (transfer->next)
        transfer->next->previous = transfer->previous;
    http->count--;
    http->refused -= transfer->refused;
    transfer->refused = false;
    curl_multi_remove_handle(http->multi, transfer->easy);
    pool(transfer);
}

/* What cannot begin ends from the loop, as all others do: the caller has no transfer yet. */
static void refuse(struct http *http, struct http_transfer *transfer)
{
    transfer->refused = true;
    http->refused++;
    http_kick(http);
}

struct http_transfer *http_start(struct http *http, const struct http_request *request, void *token)
{
    struct http_transfer *transfer = new_transfer(http);

    transfer->options = request->options;
    transfer->token = token;
    transfer->began_ms = clock_mono_ms();
    transfer->until_ms = transfer->began_ms + request->timeout_ms;
    link_in(http, transfer);
    http_take_lines(transfer, request);
    if (!redirect_begin(&transfer->chain, request->url)) {
        release(transfer);
        return NULL;
    }
    if (http_arrange(transfer) && curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK)
        http_kick(http);
    else
        refuse(http, transfer);
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

static void hand_over(struct http_transfer *transfer, enum msg_error error)
{
    struct http *http = transfer->http;
    struct http_result result = {.error = error,
                                 .words = transfer->words,
                                 .headers = transfer->headers,
                                 .final_url = transfer->chain.url,
                                 .permanent_url =
                                     transfer->chain.permanent ? transfer->chain.permanent : "",
                                 .wandered = transfer->chain.wandered,
                                 .body = transfer->body,
                                 .took_ms = clock_mono_ms() - transfer->began_ms};

    transfer->headers = (struct headers){0};
    transfer->body = (struct buf){0};
    http->fn(http->self, transfer->token, &result);
    headers_clear(&result.headers);
    transfer->body = result.body; /* its memory serves the next one, where nobody took it */
    release(transfer);
}

/* The response sends us elsewhere; false where it is the last one, with the error. */
static bool go_on(struct http_transfer *transfer, enum msg_error *error)
{
    struct http *http = transfer->http;
    const struct headers *headers = &transfer->headers;
    bool downgrade = transfer->options && transfer->options->downgrade;
    const char *words = NULL;

    if (*error || !redirect_is(headers->status, headers->location))
        return false;
    if (!redirect_next(&transfer->chain, headers->status, headers->location,
                       (size_t)http->config->fetcher_redirects, downgrade, &words)) {
        *error = MSG_ERROR_REDIRECT;
        snprintf(transfer->words, sizeof(transfer->words), "%s", words);
        return false;
    }
    if (http_arrange(transfer) && curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK)
        return true;
    *error = http_judge(transfer, CURLE_FAILED_INIT);
    return false;
}

static void finish(struct http *http, CURL *easy, CURLcode code)
{
    struct http_transfer *transfer = NULL;
    enum msg_error error = MSG_ERROR_NONE;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
    error = http_judge(transfer, code);
    curl_multi_remove_handle(http->multi, easy);
    if (!go_on(transfer, &error))
        hand_over(transfer, error);
}

static void end_refused(struct http *http)
{
    struct http_transfer *transfer = http->first;

    while (!transfer->refused)
        transfer = transfer->next;
    hand_over(transfer, http_judge(transfer, CURLE_FAILED_INIT));
}

void http_read_results(struct http *http)
{
    CURLMsg *message = NULL;
    int left = 0;

    while ((message = curl_multi_info_read(http->multi, &left)))
        if (message->msg == CURLMSG_DONE)
            finish(http, message->easy_handle, message->data.result);
    while (http->refused)
        end_refused(http);
}

/* --- opening and closing ---------------------------------------------------------------------- */

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
    setlocale(LC_CTYPE, "C.UTF-8"); /* for libcurl, which reads hosts beyond ASCII by it */
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
    if (!*config->fetcher_contact)
        log_notice("no-contact", "setting=fetcher.contact do=\"naming an address there that site "
                                 "owners can write to\"");
    if (!http->multi)
        abort(); /* out of memory, as in mem.h */
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)config->fetcher_concurrency);
    if (!http_loop_open(http))
        http_close(&http);
    return http;
}

void http_close(struct http **http)
{
    struct http_transfer *transfer = NULL;

    if (!*http)
        return;
    while ((*http)->first)
        release((*http)->first);
    while ((transfer = (*http)->pool)) {
        (*http)->pool = transfer->next;
        destroy(transfer);
    }
    curl_multi_cleanup((*http)->multi);
    http_loop_close(*http);
    curl_global_cleanup();
    free((*http)->user_agent);
    free(*http);
    *http = NULL;
}

/* The circuit: what opens it, the probes that close it, and what is told of it. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/log.h"
#include "embedder/backend_inner.h"

static const struct span probe_text = {"Is anybody there?", 17};

/* Once for each change, so that a log of a day without a server stays short. */
static void tell_change(struct backend *backend)
{
    const char *state = breaker_state_name(backend->breaker.state);
    bool open = backend->breaker.state == BREAKER_OPEN;

    if (open)
        log_warning("breaker-open", "url=%s retry_ms=%lld error=\"%s\"", backend->url,
                    (long long)(backend->breaker.until_ms - clock_mono_ms()), backend->error);
    else
        log_notice(backend->breaker.state == BREAKER_CLOSED ? "breaker-closed"
                                                            : "breaker-half-open",
                   "url=%s", backend->url);
    if (backend->calls.changed)
        backend->calls.changed(backend->calls.self, state, backend->error);
}

void backend_good(struct backend *backend)
{
    bool changed = breaker_good(&backend->breaker);

    backend->good_ms = clock_mono_ms();
    /* A late answer while it is open: what opened it is still the reason. */
    if (backend->breaker.state == BREAKER_CLOSED)
        backend->error[0] = '\0';
    if (changed)
        tell_change(backend);
}

void backend_bad(struct backend *backend, bool enough)
{
    bool closed = backend->breaker.state == BREAKER_CLOSED;
    char reason[BACKEND_ERROR];

    if (!(enough ? breaker_trip : breaker_bad)(&backend->breaker, clock_mono_ms(),
                                               backend_chance(backend)))
        return;
    if (closed)
        counters_add(backend->counters, COUNTER_breaker_opened, 1);
    tell_change(backend);
    snprintf(reason, sizeof(reason), "%s", backend->error);
    batch_refuse_all(backend, reason);
}

void backend_trip(struct backend *backend)
{
    backend->silent = false;
    if (backend->breaker.state != BREAKER_CLOSED)
        return;
    if (!*backend->error)
        snprintf(backend->error, sizeof(backend->error),
                 "no whole answer within %lld ms (embedder.hold_ms)", (long long)backend->hold_ms);
    backend_bad(backend, true);
}

/* --- probes ----------------------------------------------------------------------------------- */

/* Nobody waits for a probe.  A server that has to load its model first may end that when we hang
 * up, so the longer the circuit was open the longer it may take. */
static int64_t probe_ms(const struct backend *backend)
{
    int64_t least_ms = backend_request_ms(backend), most_ms = backend->config->embedder_response_ms;
    int64_t open_ms = backend->breaker.open_ms < most_ms ? backend->breaker.open_ms : most_ms;

    return open_ms > least_ms ? open_ms : least_ms;
}

static void ask_for_a_vector(struct backend *backend)
{
    struct buf body = {0};

    embeddings_ask(&body, backend->config->embedder_model, &probe_text, 1);
    counters_add(backend->counters, COUNTER_requests, 1);
    backend->probe.asking = true;
    backend->probe.transfer = http_start(backend->http, backend->url, buf_span(&body),
                                         probe_ms(backend), &backend->probe);
    buf_free(&body);
}

int64_t backend_probe_due(struct backend *backend, int64_t now_ms)
{
    if (backend->probe.transfer)
        return INT64_MAX; /* one at a time, whatever late answers say */
    if (breaker_probe(&backend->breaker, now_ms)) {
        tell_change(backend);
        backend->probe.asking = !backend->probe_url;
        if (backend->probe.asking)
            ask_for_a_vector(backend);
        else
            backend->probe.transfer =
                http_start(backend->http, backend->probe_url, span_of(NULL, 0),
                           backend_request_ms(backend), &backend->probe);
    }
    return backend->breaker.state == BREAKER_OPEN ? backend->breaker.until_ms : INT64_MAX;
}

/* The list of models says more than the failure of a request would. */
static enum retry judge_tags(struct backend *backend, const struct http_result *result)
{
    enum retry retry = RETRY_NONE;
    const char *why = NULL;

    if (result->trouble != HTTP_FINE || result->status != 200)
        return backend_judge(backend, result, 1);
    why = embeddings_read_tags(result->body, backend->config->embedder_model);
    if (why) {
        retry = RETRY_NEVER;
        snprintf(backend->error, sizeof(backend->error), "%s %s (ollama pull %s)", why,
                 backend->config->embedder_model, backend->config->embedder_model);
    }
    return retry;
}

void backend_greet(struct backend *backend)
{
    if (backend->probe_url)
        http_start(backend->http, backend->probe_url, span_of(NULL, 0), backend_request_ms(backend),
                   &backend->greeting);
}

/* Whoever set this up wants to hear at once that the address or the name is wrong. */
void backend_on_greeting(struct backend *backend, const struct http_result *result)
{
    if (judge_tags(backend, result) != RETRY_NONE)
        log_warning("model-server", "url=%s error=\"%s\"", backend->probe_url, backend->error);
}

void backend_on_probe(struct backend *backend, const struct http_result *result)
{
    enum retry retry = RETRY_NONE;

    backend->probe.transfer = NULL;
    retry = backend->probe.asking ? backend_judge(backend, result, 1) : judge_tags(backend, result);
    if (retry != RETRY_NONE) {
        counters_add(backend->counters, COUNTER_request_failures, 1);
        backend_bad(backend, false);
    } else if (backend->probe.asking) {
        backend_good(backend);
    } else {
        ask_for_a_vector(backend);
    }
}

/* --- figures ---------------------------------------------------------------------------------- */

void backend_note(const struct backend *backend, struct buf *out)
{
    const struct counters *counters = backend->counters;
    json_t *note = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "backend",
        dialect_name(backend->dialect), "model", backend->config->embedder_model, "url",
        backend->url, "breaker", breaker_state_name(backend->breaker.state), "opened",
        (json_int_t)backend->breaker.opened, "requests", (json_int_t)counters->at[COUNTER_requests],
        "retries", (json_int_t)counters->at[COUNTER_retries], "cache_hits",
        (json_int_t)counters->at[COUNTER_cache_hits], "cache_items",
        (json_int_t)cache_count(backend->cache), "dims", (json_int_t)backend->dims, "last_error",
        backend->error);
    char *text = note ? json_dumps(note, JSON_COMPACT) : NULL;

    buf_adds(out, text ? text : "");
    free(text);
    json_decref(note);
}

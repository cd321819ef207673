/* What came of a request: vectors handed over, or what to do instead. */
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/log.h"
#include "common/traits.h"
#include "common/vec.h"
#include "embedder/backend_inner.h"

enum { LEAST_INPUT = 256 }; /* bytes; a text is not cut below this */

/* --- a good one ------------------------------------------------------------------------------- */

/* A text that was too long and is not any more tells how long texts may be. */
static void learn_length(struct backend *backend, const struct text *text)
{
    if (!text->cut || (int64_t)text->input.n >= backend->input_most)
        return;
    backend->input_most = (int64_t)text->input.n;
    log_notice("texts-cut",
               "bytes=%zu why=\"the model server refuses longer ones\" "
               "setting=embedder.input_bytes",
               text->input.n);
}

static void hand_over(struct backend *backend, struct text *text, const float *values)
{
    int8_t vector[TRAITS_DIMS_MAX];
    bool useful = vec_quantise(values, backend->dims, vector) > 0.0F;
    struct backend_answer answer = {.vector = useful ? vector : NULL,
                                    .dims = useful ? backend->dims : 0,
                                    .reason = "the model server gave a vector of zeros"};

    if (useful)
        cache_put(backend->cache, &text->key, vector, backend->dims);
    if (!text->token)
        counters_add(backend->counters, COUNTER_late_answers, 1);
    learn_length(backend, text);
    backend_tell(backend, text, &answer);
}

static void take_vectors(struct backend *backend, struct batch *batch)
{
    const float *values = backend->values.values;
    struct text *text = NULL;

    backend_good(backend);
    if (backend->batch_most < backend->config->embedder_batch)
        backend->batch_most++;
    for (size_t i = 0; (text = texts_pop(&batch->texts)); i++) {
        hand_over(backend, text, values + i * backend->dims);
        text_destroy(&text);
    }
    batch_destroy(&batch);
}

/* --- a bad one -------------------------------------------------------------------------------- */

static void give_up(struct backend *backend, struct batch *batch)
{
    char reason[BACKEND_ERROR];

    snprintf(reason, sizeof(reason), "%s", backend->error);
    backend_refuse(backend, &batch->texts, reason);
    batch_destroy(&batch);
}

/* In two, each with the tries made so far.  first: before all others, else behind them. */
static void split(struct backend *backend, struct batch *batch, int64_t due_ms, bool first)
{
    struct batch *half = batch_create(backend, &batch->texts, batch->texts.count / 2);

    half->tries = batch->tries;
    counters_add(backend->counters, COUNTER_retries, 2);
    if (first)
        batch_delay(batch, due_ms, true);
    batch_delay(half, due_ms, first);
    if (!first)
        batch_delay(batch, due_ms, false);
}

/* Too long, or not to the server's taste: halves until it is alone, then half of its text.  This
 * says nothing about the server, unless it refuses the shortest text. */
static void try_shorter(struct backend *backend, struct batch *batch, int64_t now_ms)
{
    if (batch->texts.count > 1) {
        split(backend, batch, now_ms, true);
    } else if (text_halve(batch->texts.first, LEAST_INPUT)) {
        batch->texts.first->cut = backend->too_long;
        counters_add(backend->counters, COUNTER_retries, 1);
        batch_delay(batch, now_ms, true);
    } else {
        backend_bad(backend, false);
        give_up(backend, batch);
    }
}

static void try_later(struct backend *backend, struct batch *batch, enum retry retry,
                      const struct http_result *result, int64_t now_ms)
{
    const struct config *config = backend->config;
    int64_t wait_ms = retry_wait_ms(batch->tries, config->embedder_retry_ms, result->retry_after_ms,
                                    config->embedder_retry_after_ms, backend_chance(backend));

    if (result->retry_after_ms > 0 && wait_ms >= 0)
        backend->quiet_until_ms = now_ms + wait_ms;
    if (batch->tries >= config->embedder_tries || wait_ms < 0) {
        give_up(backend, batch);
    } else if (retry == RETRY_SMALLER && batch->texts.count > 1) {
        split(backend, batch, now_ms + wait_ms, false);
    } else {
        counters_add(backend->counters, COUNTER_retries, 1);
        batch_delay(batch, now_ms + wait_ms, false);
    }
}

/* Nobody waits for these any more: they are not asked for again. */
static void drop_told(struct batch *batch)
{
    for (size_t n = batch->texts.count; n > 0; n--) {
        struct text *text = texts_pop(&batch->texts);

        if (text->token)
            texts_push(&batch->texts, text);
        else
            text_destroy(&text);
    }
}

static void fail(struct backend *backend, struct batch *batch, enum retry retry,
                 const struct http_result *result)
{
    int64_t now_ms = clock_mono_ms();

    if (retry == RETRY_SMALLER)
        backend_ask_for_less(backend, batch->texts.count);
    drop_told(batch);
    counters_add(backend->counters, COUNTER_request_failures, 1);
    log_debug("request-failed", "texts=%zu try=%d why=\"%s\"", batch->texts.count, batch->tries,
              backend->error);
    if (retry == RETRY_TEXT && batch->texts.count && !backend->stopping_ms &&
        backend->breaker.state == BREAKER_CLOSED) {
        try_shorter(backend, batch, now_ms);
        return;
    }
    /* A time-out as long as texts are held: after the next one all that waits would be late. */
    backend_bad(backend, retry == RETRY_SMALLER &&
                             backend->hold_ms <= backend->config->embedder_response_ms);
    if (batch->texts.count == 0 || backend->stopping_ms ||
        backend->breaker.state != BREAKER_CLOSED || retry == RETRY_NEVER)
        give_up(backend, batch);
    else if (retry != RETRY_APART)
        try_later(backend, batch, retry, result, now_ms);
    else if (batch->texts.count > 1)
        split(backend, batch, now_ms, false);
    else
        give_up(backend, batch);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void take_from_sent(struct backend *backend, struct batch *batch)
{
    struct batch **place = &backend->sent;

    while (*place != batch)
        place = &(*place)->next;
    *place = batch->next;
    backend->sent_count[batch->hi]--;
    batch->transfer = NULL;
}

void backend_on_http(void *self, void *token, const struct http_result *result)
{
    struct backend *backend = self;
    struct batch *batch = token;
    enum retry retry = RETRY_NONE;

    if (token == &backend->probe) {
        backend_on_probe(backend, result);
        backend_turn(backend);
        return;
    }
    if (token == &backend->greeting) {
        backend_on_greeting(backend, result);
        return;
    }
    take_from_sent(backend, batch);
    retry = backend_judge(backend, result, batch->texts.count);
    if (retry == RETRY_NONE)
        take_vectors(backend, batch);
    else
        fail(backend, batch, retry, result);
    backend_turn(backend);
}

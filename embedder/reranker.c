#include "embedder/reranker.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/log.h"
#include "common/mem.h"
#include "common/msg.h"
#include "embedder/breaker.h"
#include "embedder/embeddings.h"
#include "embedder/http.h"
#include "embedder/key_file.h"
#include "embedder/reranker_inner.h"
#include "embedder/reranks.h"

/* --- answering -------------------------------------------------------------------------------- */

static void add_ranked(struct reranker *reranker, zmsg_t *message, const float *scores, size_t n,
                       const char *reason)
{
    struct buf bytes = {0}, frame = {0};
    struct msg_ranked ranked = {.model = span_str(reranker->config->embedder_rerank_model),
                                .reason = utf8_clip(span_str(reason), REASON_MOST)};

    for (size_t i = 0; i < n; i++) {
        uint32_t bits = 0;

        memcpy(&bits, &scores[i], sizeof(bits));
        msg_put_u32(&bytes, bits);
    }
    ranked.scores = buf_span(&bytes);
    if (msg_ranked_write(&ranked, &frame) == 0)
        link_append(message, &frame);
    buf_free(&bytes);
    buf_free(&frame);
}

static void give(struct reranker *reranker, enum lane lane, zmsg_t **message, const char *why)
{
    reranker->calls.answered(reranker->calls.self, lane, message, why);
    zmsg_destroy(message);
}

static void refuse(struct reranker *reranker, enum lane lane, zmsg_t **message, const char *reason)
{
    add_ranked(reranker, *message, NULL, 0, reason);
    give(reranker, lane, message, NULL);
}

static void forget(struct reranker *reranker, struct question *question)
{
    struct question **place = &reranker->first;

    while (*place != question)
        place = &(*place)->next;
    *place = question->next;
    reranker->count--;
    zmsg_destroy(&question->message);
    free(question);
}

/* --- the circuit ------------------------------------------------------------------------------ */

static void tell_change(struct reranker *reranker)
{
    if (reranker->breaker.state == BREAKER_OPEN)
        log_warning("reranker-open", "url=%s retry_ms=%lld error=\"%s\"", reranker->url,
                    (long long)(reranker->breaker.until_ms - clock_mono_ms()), reranker->error);
    else
        log_notice(reranker->breaker.state == BREAKER_CLOSED ? "reranker-closed"
                                                             : "reranker-half-open",
                   "url=%s", reranker->url);
}

static void is_good(struct reranker *reranker)
{
    reranker->error[0] = '\0';
    if (breaker_good(&reranker->breaker))
        tell_change(reranker);
}

static void is_bad(struct reranker *reranker)
{
    uint32_t chance = (uint32_t)clock_mono_us();

    counters_add(reranker->counters, COUNTER_request_failures, 1);
    if (breaker_bad(&reranker->breaker, clock_mono_ms(), chance))
        tell_change(reranker);
}

/* Closed, or this question is the probe. */
static bool may_ask(struct reranker *reranker)
{
    if (breaker_probe(&reranker->breaker, clock_mono_ms())) {
        tell_change(reranker);
        return true;
    }
    return reranker->breaker.state == BREAKER_CLOSED;
}

/* --- asking ----------------------------------------------------------------------------------- */

/* NULL and the body of a request, or why the message is none. */
static const char *read_question(struct reranker *reranker, zmsg_t *message, size_t *count,
                                 struct buf *body)
{
    struct span texts[RERANKS_MOST];
    struct msg_rerank rerank;
    const struct msg_passage *passages = NULL;

    zmsg_first(message);
    reranker->pool.why = "wrong number of frames";
    if (zmsg_size(message) != 2 ||
        msg_rerank_read(link_span(zmsg_next(message)), &reranker->pool, &rerank))
        return reranker->pool.why;
    passages = rerank.passages.at;
    *count = rerank.passages.count;
    if (*count == 0 || *count > RERANKS_MOST)
        return "no passages, or too many";
    for (size_t i = 0; i < *count; i++)
        texts[i] = passages[i].text;
    reranks_ask(body, reranker->texts, reranker->config->embedder_rerank_model, rerank.query, texts,
                *count);
    return NULL;
}

static int64_t time_for(const struct reranker *reranker, int64_t left_ms)
{
    int64_t most_ms = reranker->config->embedder_response_ms;

    return left_ms < most_ms ? left_ms : most_ms;
}

static void ask(struct reranker *reranker, enum lane lane, zmsg_t **message, size_t count,
                struct span body, int64_t left_ms)
{
    struct question *question = mem_calloc(1, sizeof(*question));

    *question = (struct question){.reranker = reranker,
                                  .lane = lane,
                                  .message = *message,
                                  .texts = count,
                                  .next = reranker->first};
    *message = NULL;
    reranker->first = question;
    reranker->count++;
    counters_add(reranker->counters, COUNTER_requests, 1);
    reranker->requests++;
    question->transfer =
        http_start(reranker->http, reranker->url, body, time_for(reranker, left_ms), question);
}

static void serve(struct reranker *reranker, enum lane lane, zmsg_t **message, int64_t deadline_ms)
{
    int64_t left_ms = deadline_ms ? deadline_ms - clock_utc_ms() : INT64_MAX;
    struct buf body = {0};
    size_t count = 0;
    const char *why = read_question(reranker, *message, &count, &body);

    if (why || left_ms <= 0) {
        zmsg_destroy(message);
        give(reranker, lane, message, why);
    } else if (!reranker->http) {
        refuse(reranker, lane, message, "there is no reranker (embedder.rerank_url)");
    } else if (reranker->stopping || reranker->count >= RERANKER_MOST) {
        refuse(reranker, lane, message, reranker->stopping ? "the embedder stops" : "it is busy");
    } else if (!may_ask(reranker)) {
        char *reason = mem_printf("the reranker failed: %s", reranker->error);

        refuse(reranker, lane, message, reason);
        free(reason);
    } else {
        ask(reranker, lane, message, count, buf_span(&body), left_ms);
    }
    buf_free(&body);
}

bool reranker_take(struct reranker *reranker, enum lane lane, zmsg_t **message)
{
    struct msg_header header;

    msg_pool_reset(&reranker->pool);
    if (lane != LANE_HI ||
        msg_header_read(link_span(zmsg_first(*message)), &reranker->pool, &header) ||
        header.kind != MSG_KIND_RERANK)
        return false;
    serve(reranker, lane, message, header.deadline_ms);
    return true;
}

/* --- hearing ---------------------------------------------------------------------------------- */

/* NULL and the scores, or why there are none: kept in reranker->error. */
static const char *judge(struct reranker *reranker, const struct http_result *result, size_t count,
                         float *scores)
{
    const char *why = NULL;
    char *words = NULL;

    if (result->trouble != HTTP_FINE) {
        snprintf(reranker->error, sizeof(reranker->error), "%s", result->words);
        return reranker->error;
    }
    if (result->status != 200) {
        words = embeddings_read_error(result->body);
        if (reranker->key)
            key_file_hide(reranker->key, words);
        snprintf(reranker->error, sizeof(reranker->error), "HTTP %d%s%s", result->status,
                 *words ? ": " : "", words);
        free(words);
        return reranker->error;
    }
    why = reranks_read(result->body, count, scores);
    if (!why)
        return NULL;
    counters_add(reranker->counters, COUNTER_bad_answers, 1);
    snprintf(reranker->error, sizeof(reranker->error), "the answer cannot be used: %s", why);
    return reranker->error;
}

static void on_http(void *self, void *token, const struct http_result *result)
{
    struct reranker *reranker = self;
    struct question *question = token;
    float scores[RERANKS_MOST];
    const char *why = judge(reranker, result, question->texts, scores);
    zmsg_t *message = question->message;
    enum lane lane = question->lane;

    add_ranked(reranker, message, scores, why ? 0 : question->texts, why ? why : "");
    if (why)
        is_bad(reranker);
    else
        is_good(reranker);
    question->message = NULL;
    forget(reranker, question);
    give(reranker, lane, &message, NULL);
}

/* --- life ------------------------------------------------------------------------------------- */

static bool read_settings(struct reranker *reranker)
{
    const char *why = NULL;

    reranker->url = reranks_url(reranker->config->embedder_rerank_url, &reranker->texts, &why);
    if (!reranker->url) {
        log_error("bad-setting", "embedder.rerank_url why=\"%s\"", why);
        return false;
    }
    if (*reranker->config->embedder_rerank_key_file)
        reranker->key = key_file_read(reranker->config->embedder_rerank_key_file);
    return reranker->key || !*reranker->config->embedder_rerank_key_file;
}

struct reranker *reranker_open(const struct config *config, struct loop *loop,
                               struct counters *counters, const struct reranker_calls *calls)
{
    struct reranker *reranker = mem_calloc(1, sizeof(*reranker));

    *reranker = (struct reranker){.config = config, .counters = counters, .calls = *calls};
    breaker_init(&reranker->breaker, config->embedder_breaker_failures, config->embedder_breaker_ms,
                 config->embedder_breaker_max_ms);
    if (!*config->embedder_rerank_url)
        return reranker;
    if (read_settings(reranker))
        reranker->http = http_open(config, loop, reranker->key, on_http, reranker);
    if (!reranker->http)
        reranker_close(&reranker);
    return reranker;
}

void reranker_close(struct reranker **reranker)
{
    if (!reranker || !*reranker)
        return;
    http_close(&(*reranker)->http);
    while ((*reranker)->first)
        forget(*reranker, (*reranker)->first);
    msg_pool_free(&(*reranker)->pool);
    mem_forget(&(*reranker)->key);
    free((*reranker)->url);
    free(*reranker);
    *reranker = NULL;
}

size_t reranker_count(const struct reranker *reranker)
{
    return reranker ? reranker->count : 0;
}

void reranker_stop(struct reranker *reranker)
{
    if (!reranker)
        return;
    reranker->stopping = true;
    while (reranker->first) {
        struct question *question = reranker->first;
        zmsg_t *message = question->message;
        enum lane lane = question->lane;

        http_abort(reranker->http, question->transfer);
        question->message = NULL;
        forget(reranker, question);
        refuse(reranker, lane, &message, "the embedder stops");
    }
}

void reranker_note(const struct reranker *reranker, struct buf *out)
{
    json_t *note = NULL;
    char *text = NULL;

    if (!reranker || !reranker->http || out->len == 0 || out->data[out->len - 1] != '}')
        return;
    note = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "url", reranker->url, "model",
                     reranker->config->embedder_rerank_model, "breaker",
                     breaker_state_name(reranker->breaker.state), "opened",
                     (json_int_t)reranker->breaker.opened, "requests",
                     (json_int_t)reranker->requests, "last_error", reranker->error);
    text = note ? json_dumps(note, JSON_COMPACT) : NULL;
    if (text) {
        out->len--;
        buf_printf(out, ",\"reranker\":%s}", text);
    }
    free(text);
    json_decref(note);
}

#include "embedder/backend_inner.h"

#include "common/clock.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/loop.h"

/* --- small things ----------------------------------------------------------------------------- */

/* Xorshift (Marsaglia 2003): for jitter alone. */
uint32_t backend_chance(struct backend *backend)
{
    uint32_t x = backend->chance;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    backend->chance = x;
    return x;
}

size_t backend_count(const struct backend *backend)
{
    return backend->count;
}

/* What is under way and as much again: more would wait for longer than it is held. */
bool backend_has_room(const struct backend *backend, size_t coming)
{
    int64_t requests = backend->config->embedder_requests;

    return (int64_t)(backend->count + coming) <
           2 * (requests > 1 ? requests - 1 : 1) * backend->batch_most;
}

int64_t backend_request_ms(const struct backend *backend)
{
    int64_t response_ms = backend->config->embedder_response_ms;

    return response_ms < backend->hold_ms ? response_ms : backend->hold_ms;
}

void backend_ask_for_less(struct backend *backend, size_t count)
{
    int64_t half = (int64_t)count / 2;

    if (half >= 1 && half < backend->batch_most)
        backend->batch_most = half;
}

const char *backend_url(const struct backend *backend)
{
    return backend->url;
}

/* --- turns ------------------------------------------------------------------------------------ */

static bool on_timer(struct loop *loop, void *arg)
{
    struct backend *backend = arg;

    (void)loop;
    backend->timer = 0;
    backend_turn(backend);
    return false;
}

static void set_timer(struct backend *backend, int64_t due_ms, int64_t now_ms)
{
    loop_cancel(backend->loop, backend->timer);
    backend->timer = 0;
    if (due_ms != INT64_MAX)
        backend->timer =
            loop_timer(backend->loop, due_ms > now_ms ? due_ms - now_ms : 0, 0, on_timer, backend);
}

/* Told to stop: what the server has not answered by then goes on without. */
static void end_sent(struct backend *backend)
{
    while (backend->sent) {
        struct batch *batch = backend->sent;

        backend->sent = batch->next;
        backend->sent_count[batch->hi]--;
        http_abort(backend->http, batch->transfer);
        backend_refuse(backend, &batch->texts, "the embedder is stopping");
        batch_destroy(&batch);
    }
}

void backend_turn(struct backend *backend)
{
    int64_t now_ms = clock_mono_ms();
    int64_t due_ms = batch_give_up_due(backend, now_ms);
    int64_t other_ms = INT64_MAX;

    if (backend->silent)
        backend_trip(backend);
    if (backend->stopping_ms) {
        if (now_ms >= backend->stopping_ms)
            end_sent(backend);
        other_ms = backend->sent ? backend->stopping_ms : INT64_MAX;
    } else if (backend->breaker.state != BREAKER_CLOSED) {
        other_ms = backend_probe_due(backend, now_ms);
    } else {
        other_ms = batch_send_due(backend, now_ms);
    }
    set_timer(backend, due_ms < other_ms ? due_ms : other_ms, now_ms);
}

/* --- texts ------------------------------------------------------------------------------------ */

void backend_tell(struct backend *backend, struct text *text, const struct backend_answer *answer)
{
    struct backend_answer told = *answer;
    void *token = text->token;

    if (!token)
        return;
    text->token = NULL;
    backend->count--;
    told.expired = text->expires && clock_mono_ms() >= text->until_ms;
    backend->calls.done(backend->calls.self, token, &told);
}

void backend_refuse(struct backend *backend, struct texts *texts, const char *reason)
{
    struct backend_answer answer = {.reason = reason};
    struct text *text = NULL;

    while ((text = texts_pop(texts))) {
        backend_tell(backend, text, &answer);
        text_destroy(&text);
    }
}

static struct text *take(struct backend *backend, struct buf *bytes, bool hi, int64_t waited_ms,
                         int64_t deadline_ms, void *token)
{
    struct text *text = text_create(bytes);

    text->key = cache_key(span_str(backend->config->embedder_model), text->input);
    text->came_ms = clock_mono_ms();
    text->until_ms =
        text->came_ms + (waited_ms < backend->hold_ms ? backend->hold_ms - waited_ms : 0);
    text->expires = deadline_ms && deadline_ms < text->until_ms;
    if (text->expires)
        text->until_ms = deadline_ms;
    text->hi = hi;
    text->token = token;
    text_clip(text, (size_t)backend->input_most);
    backend->count++;
    return text;
}

void backend_embed(struct backend *backend, struct buf *bytes, bool hi, int64_t waited_ms,
                   int64_t deadline_ms, void *token)
{
    struct text *text = take(backend, bytes, hi, waited_ms, deadline_ms, token);
    struct span known = cache_get(backend->cache, &text->key);
    struct backend_answer answer = {.vector = (const int8_t *)known.p, .dims = known.n};

    if (known.n) {
        counters_add(backend->counters, COUNTER_cache_hits, 1);
    } else if (text->input.n == 0) {
        answer.reason = ""; /* nothing has failed: such a text has no vector */
    } else if (backend->stopping_ms) {
        answer.reason = "the embedder is stopping";
    } else if (text->until_ms <= text->came_ms) {
        answer.reason = "it has waited for others too long (embedder.hold_ms)";
    } else if (backend->breaker.state != BREAKER_CLOSED) {
        answer.reason = backend->error;
    } else {
        texts_push(&backend->waiting[hi], text);
        backend_turn(backend);
        return;
    }
    backend_tell(backend, text, &answer);
    text_destroy(&text);
}

void backend_stop(struct backend *backend, int64_t within_ms)
{
    backend->stopping_ms = clock_mono_ms() + within_ms;
    if (backend->probe.transfer)
        http_abort(backend->http, backend->probe.transfer);
    backend->probe.transfer = NULL;
    batch_refuse_all(backend, "the embedder is stopping");
    backend_turn(backend);
}

/* Batches: made of what waits, sent, delayed, given up. */
#include <stdlib.h>

#include "common/config.h"
#include "common/counters.h"
#include "common/mem.h"
#include "embedder/backend_inner.h"

/* --- one -------------------------------------------------------------------------------------- */

struct batch *batch_create(struct backend *backend, struct texts *from, size_t n)
{
    struct batch *batch = mem_calloc(1, sizeof(*batch));

    batch->backend = backend;
    batch->hi = from->first->hi;
    texts_init(&batch->texts);
    texts_move(from, n, &batch->texts);
    return batch;
}

void batch_destroy(struct batch **batch)
{
    texts_clear(&(*batch)->texts);
    free(*batch);
    *batch = NULL;
}

void batch_delay(struct batch *batch, int64_t due_ms, bool first)
{
    struct batch **place = &batch->backend->delayed;

    while (*place && !first)
        place = &(*place)->next;
    batch->due_ms = due_ms;
    batch->next = *place;
    *place = batch;
}

/* --- sending ---------------------------------------------------------------------------------- */

/* One request is kept for hi, so that a search does not wait for a full batch. */
static bool has_room(const struct backend *backend, bool hi)
{
    int64_t most = backend->config->embedder_requests;
    int64_t sent = (int64_t)(backend->sent_count[0] + backend->sent_count[1]);

    if (sent >= most)
        return false;
    return hi || most == 1 || (int64_t)backend->sent_count[0] < most - 1;
}

static void send_batch(struct backend *backend, struct batch *batch)
{
    struct span inputs[EMBEDDINGS_MOST];
    struct buf body = {0};
    size_t n = 0;

    for (struct text *text = batch->texts.first; text; text = text->next)
        inputs[n++] = text->input;
    embeddings_ask(&body, backend->config->embedder_model, inputs, n);
    counters_add(backend->counters, COUNTER_requests, 1);
    batch->tries++;
    batch->next = backend->sent;
    backend->sent = batch;
    backend->sent_count[batch->hi]++;
    batch->transfer = http_start(backend->http, backend->url, buf_span(&body),
                                 backend_request_ms(backend), batch);
    buf_free(&body);
}

/* Of those that are due, hi first, as many as there is room for; returns when the next is due. */
static int64_t send_delayed(struct backend *backend, bool hi, int64_t now_ms)
{
    struct batch **place = &backend->delayed;
    int64_t next_ms = INT64_MAX;

    while (*place) {
        struct batch *batch = *place;
        bool due = batch->due_ms <= now_ms;

        if (batch->hi == hi && due && has_room(backend, hi)) {
            *place = batch->next;
            send_batch(backend, batch);
            continue;
        }
        if (batch->hi == hi && !due && batch->due_ms < next_ms)
            next_ms = batch->due_ms;
        place = &batch->next;
    }
    return next_ms;
}

static int64_t send_waiting(struct backend *backend, bool hi, int64_t now_ms)
{
    struct texts *waiting = &backend->waiting[hi];
    size_t most = (size_t)backend->batch_most;
    int64_t linger_ms = hi ? 0 : backend->config->embedder_linger_ms;
    int64_t ready_ms = INT64_MAX;

    while (has_room(backend, hi)) {
        ready_ms = texts_ready_ms(waiting, most, linger_ms);
        if (ready_ms > now_ms)
            return ready_ms;
        send_batch(backend, batch_create(backend, waiting, most));
    }
    return INT64_MAX; /* the next result makes room */
}

int64_t batch_send_due(struct backend *backend, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;

    if (now_ms < backend->quiet_until_ms)
        return backend->quiet_until_ms;
    for (int hi = 1; hi >= 0; hi--) {
        int64_t delayed_ms = send_delayed(backend, hi, now_ms);
        int64_t waiting_ms = send_waiting(backend, hi, now_ms);

        next_ms = delayed_ms < next_ms ? delayed_ms : next_ms;
        next_ms = waiting_ms < next_ms ? waiting_ms : next_ms;
    }
    return next_ms;
}

/* --- giving up -------------------------------------------------------------------------------- */

static const struct backend_answer late = {
    .reason = "the model server did not answer in time (embedder.hold_ms)"};

/* Held for too long: the server cannot keep up with so many. */
static void ask_for_less(struct backend *backend, const struct text *text)
{
    if (!text->expires)
        backend_ask_for_less(backend, (size_t)backend->batch_most);
}

/* The texts of a request that is under way stay in it: their vectors go to the cache. */
static int64_t tell_due(struct backend *backend, struct batch *batch, int64_t now_ms)
{
    for (struct text *text = batch->texts.first; text; text = text->next) {
        if (!text->token || text->until_ms > now_ms)
            continue;
        if (!batch->late)
            ask_for_less(backend, text);
        batch->late = true;
        backend_tell(backend, text, &late);
    }
    return texts_due_ms(&batch->texts);
}

static int64_t give_up_waiting(struct backend *backend, struct texts *texts, int64_t now_ms)
{
    struct texts due;

    if (texts_due_ms(texts) <= now_ms) {
        texts_init(&due);
        texts_take_due(texts, now_ms, &due);
        ask_for_less(backend, due.first);
        backend_refuse(backend, &due, late.reason);
    }
    return texts_due_ms(texts);
}

static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

int64_t batch_give_up_due(struct backend *backend, int64_t now_ms)
{
    int64_t next_ms = earlier(give_up_waiting(backend, &backend->waiting[0], now_ms),
                              give_up_waiting(backend, &backend->waiting[1], now_ms));
    struct batch **place = &backend->delayed;

    while (*place) {
        struct batch *batch = *place;

        next_ms = earlier(next_ms, give_up_waiting(backend, &batch->texts, now_ms));
        if (batch->texts.count) {
            place = &batch->next;
            continue;
        }
        *place = batch->next;
        batch_destroy(&batch);
    }
    for (struct batch *batch = backend->sent; batch; batch = batch->next)
        next_ms = earlier(next_ms, tell_due(backend, batch, now_ms));
    return next_ms;
}

void batch_refuse_all(struct backend *backend, const char *reason)
{
    struct batch *next = NULL;

    for (struct batch *batch = backend->delayed; batch; batch = next) {
        next = batch->next;
        backend_refuse(backend, &batch->texts, reason);
        batch_destroy(&batch);
    }
    backend->delayed = NULL;
    backend_refuse(backend, &backend->waiting[1], reason);
    backend_refuse(backend, &backend->waiting[0], reason);
}

/* What is sent when: hi before lo, again before new, as many at once as the settings allow. */
#include "common/config.h"
#include "common/counters.h"
#include "common/fault.h"
#include "embedder/backend_inner.h"

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
    FAULT(request_sent);
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

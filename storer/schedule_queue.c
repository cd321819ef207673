/* The heaps of the schedule: where each source and each host stands, and who is first. */
#include <stdlib.h>

#include "common/hash.h"
#include "storer/schedule_inner.h"

/* --- orders --- */

static bool sooner(const struct schedule_source *a, const struct schedule_source *b)
{
    if (a->hi != b->hi)
        return a->hi;
    return a->next_ms != b->next_ms ? a->next_ms < b->next_ms : a->id < b->id;
}

static const struct schedule_source *source_of(const struct heap_node *node)
{
    return &HEAP_OF(node, const struct polled, node)->source;
}

static bool queue_before(const struct heap_node *a, const struct heap_node *b)
{
    return sooner(source_of(a), source_of(b));
}

static bool future_before(const struct heap_node *a, const struct heap_node *b)
{
    return source_of(a)->next_ms < source_of(b)->next_ms;
}

static bool resting_before(const struct heap_node *a, const struct heap_node *b)
{
    return source_of(a)->not_before < source_of(b)->not_before;
}

static bool spaced_before(const struct heap_node *a, const struct heap_node *b)
{
    return HEAP_OF(a, const struct host, in_wait)->ready_ms <
           HEAP_OF(b, const struct host, in_wait)->ready_ms;
}

static bool throttled_before(const struct heap_node *a, const struct heap_node *b)
{
    return HEAP_OF(a, const struct host, in_wait)->wait_ms <
           HEAP_OF(b, const struct host, in_wait)->wait_ms;
}

static bool clean_before(const struct heap_node *a, const struct heap_node *b)
{
    return queue_before(heap_first(&HEAP_OF(a, const struct host, in_ready[CLEAN])->queue[CLEAN]),
                        heap_first(&HEAP_OF(b, const struct host, in_ready[CLEAN])->queue[CLEAN]));
}

static bool suspect_before(const struct heap_node *a, const struct heap_node *b)
{
    return queue_before(
        heap_first(&HEAP_OF(a, const struct host, in_ready[SUSPECT])->queue[SUSPECT]),
        heap_first(&HEAP_OF(b, const struct host, in_ready[SUSPECT])->queue[SUSPECT]));
}

void queue_open(struct schedule *schedule)
{
    schedule->future.before = future_before;
    schedule->resting.before = resting_before;
    schedule->spaced.before = spaced_before;
    schedule->throttled.before = throttled_before;
    schedule->ready[CLEAN].before = clean_before;
    schedule->ready[SUSPECT].before = suspect_before;
}

void queue_free(struct schedule *schedule)
{
    heap_free(&schedule->future);
    heap_free(&schedule->resting);
    heap_free(&schedule->spaced);
    heap_free(&schedule->throttled);
    heap_free(&schedule->ready[CLEAN]);
    heap_free(&schedule->ready[SUSPECT]);
    schedule->queued = 0;
}

/* --- hosts --- */

void queue_host_open(struct host *host)
{
    host->queue[CLEAN].before = host->queue[SUSPECT].before = queue_before;
}

static void host_out(struct schedule *schedule, struct host *host)
{
    if (host->wait)
        heap_remove(host->wait, &host->in_wait);
    host->wait = NULL;
    for (int kind = 0; kind < KINDS; kind++)
        heap_remove(&schedule->ready[kind], &host->in_ready[kind]);
}

void queue_host_free(struct host *host)
{
    heap_free(&host->queue[CLEAN]);
    heap_free(&host->queue[SUSPECT]);
    free(host);
}

static bool has_queue(const struct host *host)
{
    return host->queue[CLEAN].count + host->queue[SUSPECT].count > 0;
}

static void host_waits(struct host *host, struct heap *heap)
{
    host->wait = heap;
    heap_put(heap, &host->in_wait);
}

static void host_ready(struct schedule *schedule, struct host *host)
{
    for (int kind = 0; kind < KINDS; kind++) {
        if (host->queue[kind].count > 0)
            heap_put(&schedule->ready[kind], &host->in_ready[kind]);
        else
            heap_remove(&schedule->ready[kind], &host->in_ready[kind]);
    }
}

/* Time is not asked here: each begins at the strictest place it may belong to, and advances. */
void queue_host(struct schedule *schedule, struct host *host)
{
    host_out(schedule, host);
    if (!has_queue(host) || host->requests >= schedule->limits.host_requests)
        return;
    if (host->wait_ms != INT64_MIN)
        host_waits(host, &schedule->throttled);
    else if (host->ready_ms != INT64_MIN)
        host_waits(host, &schedule->spaced);
    else
        host_ready(schedule, host);
}

/* The first of its queue may be another one now. */
static void host_changed(struct schedule *schedule, struct host *host)
{
    bool ready = host->in_ready[CLEAN].place + host->in_ready[SUSPECT].place > 0;

    if (ready && has_queue(host))
        host_ready(schedule, host);
    else if (!host->wait || !has_queue(host))
        queue_host(schedule, host);
}

/* --- sources --- */

void queue_leave(struct schedule *schedule, struct polled *polled)
{
    struct heap *heap = polled->heap;

    if (!heap)
        return;
    heap_remove(heap, &polled->node);
    polled->heap = NULL;
    if (heap != &schedule->future && heap != &schedule->resting) {
        schedule->queued--;
        host_changed(schedule, polled->host);
    }
}

static void enter(struct schedule *schedule, struct polled *polled, struct heap *heap)
{
    polled->heap = heap;
    heap_put(heap, &polled->node);
    if (heap != &schedule->future && heap != &schedule->resting) {
        schedule->queued++;
        host_changed(schedule, polled->host);
    }
}

static bool is_beyond(const struct schedule *schedule, int64_t ms, int64_t own_ms)
{
    int64_t farthest = schedule->limits.farthest_ms;

    return farthest > 0 && schedule->utc_ms != INT64_MIN && ms > schedule->utc_ms + farthest &&
           (ms - schedule->utc_ms) / 2 > own_ms;
}

static void pull_in(const struct schedule *schedule, struct schedule_source *source)
{
    int64_t spread = schedule->limits.spread_ms > 0 ? schedule->limits.spread_ms : 1;

    if (is_beyond(schedule, source->next_ms, source->interval_ms))
        source->next_ms = schedule->utc_ms +
                          (int64_t)(hash_64(&source->id, sizeof(source->id)) % (uint64_t)spread);
}

void queue_place(struct schedule *schedule, struct polled *polled)
{
    struct schedule_source *source = &polled->source;

    queue_leave(schedule, polled);
    pull_in(schedule, source);
    if (source->fetch != 0 || source->retired)
        return;
    if (!source->hi && source->next_ms > schedule->utc_ms)
        enter(schedule, polled, &schedule->future);
    else if (source->not_before != INT64_MIN)
        enter(schedule, polled, &schedule->resting);
    else
        enter(schedule, polled, &polled->host->queue[source->suspect > 0 ? SUSPECT : CLEAN]);
}

/* --- time --- */

static void rested(struct schedule *schedule, int64_t now_ms)
{
    struct heap_node *node = NULL;

    while ((node = heap_first(&schedule->resting)) && source_of(node)->not_before <= now_ms) {
        struct polled *polled = HEAP_OF(node, struct polled, node);

        polled->source.not_before = INT64_MIN;
        queue_place(schedule, polled);
    }
}

/* The first time, or a time before the last one. */
static void queue_back(struct schedule *schedule, int64_t utc_ms)
{
    struct polled *polled = NULL;
    struct host *host = NULL;
    size_t at = 0;

    schedule->utc_ms = utc_ms;
    while ((polled = map64_next(&schedule->by_id, &at)))
        queue_place(schedule, polled);
    for (at = 0; (host = map64_next(&schedule->hosts, &at));) {
        if (is_beyond(schedule, host->throttle_ms, 0))
            host->throttled = 0;
        if (is_beyond(schedule, host->wait_ms, 0)) {
            host->wait_ms = INT64_MIN;
            queue_host(schedule, host);
        }
    }
}

void queue_due(struct schedule *schedule, int64_t utc_ms)
{
    struct heap_node *node = NULL;

    if (utc_ms < schedule->utc_ms || schedule->utc_ms == INT64_MIN)
        queue_back(schedule, utc_ms);
    schedule->utc_ms = utc_ms;
    while ((node = heap_first(&schedule->future)) && source_of(node)->next_ms <= utc_ms)
        queue_place(schedule, HEAP_OF(node, struct polled, node));
}

static void hosts_freed(struct schedule *schedule, int64_t utc_ms, int64_t now_ms)
{
    struct heap_node *node = NULL;
    struct host *host = NULL;

    while ((node = heap_first(&schedule->throttled))) {
        host = HEAP_OF(node, struct host, in_wait);
        if (host->wait_ms > utc_ms)
            break;
        host->wait_ms = INT64_MIN;
        queue_host(schedule, host);
    }
    while ((node = heap_first(&schedule->spaced))) {
        host = HEAP_OF(node, struct host, in_wait);
        if (host->ready_ms > now_ms)
            break;
        host->ready_ms = INT64_MIN;
        queue_host(schedule, host);
    }
}

void queue_advance(struct schedule *schedule, int64_t utc_ms, int64_t now_ms)
{
    queue_due(schedule, utc_ms);
    rested(schedule, now_ms);
    hosts_freed(schedule, utc_ms, now_ms);
}

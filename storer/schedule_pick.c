/* Picking: who goes next, and how long until somebody may. */
#include "storer/schedule_inner.h"

static struct polled *first_ready(const struct schedule *schedule, int kind)
{
    struct heap_node *node = heap_first(&schedule->ready[kind]);
    const struct host *host = NULL;

    if (!node)
        return NULL;
    host = kind == CLEAN ? HEAP_OF(node, const struct host, in_ready[CLEAN])
                         : HEAP_OF(node, const struct host, in_ready[SUSPECT]);
    return HEAP_OF(heap_first(&host->queue[kind]), struct polled, node);
}

static struct polled *first_of_all(const struct schedule *schedule, bool suspects)
{
    struct polled *clean = first_ready(schedule, CLEAN);
    struct polled *suspect = suspects ? first_ready(schedule, SUSPECT) : NULL;

    if (!clean || !suspect)
        return clean ? clean : suspect;
    return clean->heap->before(&suspect->node, &clean->node) ? suspect : clean;
}

struct schedule_source *schedule_pick(struct schedule *schedule, int64_t utc_ms, int64_t now_ms,
                                      bool suspects, schedule_fits_fn *fits, void *arg)
{
    struct polled *passed[SCHEDULE_PASSED], *first = NULL;
    size_t count = 0;

    queue_advance(schedule, utc_ms, now_ms);
    while ((first = first_of_all(schedule, suspects)) && !fits(arg, &first->source)) {
        if (count == SCHEDULE_PASSED) {
            first = NULL;
            break;
        }
        passed[count++] = first;
        queue_leave(schedule, first);
    }
    for (size_t i = 0; i < count; i++)
        queue_place(schedule, passed[i]);
    return first ? &first->source : NULL;
}

struct schedule_source *schedule_probe(struct schedule *schedule, uint64_t id, int64_t utc_ms,
                                       int64_t now_ms)
{
    struct polled *polled = map64_get(&schedule->by_id, id);
    const struct host *host = polled ? polled->host : NULL;

    queue_advance(schedule, utc_ms, now_ms);
    if (!polled || !polled->heap || polled->heap == &schedule->resting ||
        polled->source.suspect > 0 || polled->source.quarantined ||
        polled->source.not_before > now_ms || host->wait_ms > utc_ms || host->ready_ms > now_ms ||
        host->requests >= schedule->limits.host_requests)
        return NULL;
    return &polled->source;
}

static int64_t less(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t schedule_wait_ms(struct schedule *schedule, int64_t utc_ms, int64_t now_ms)
{
    const struct heap_node *node = NULL;
    int64_t wait = INT64_MAX;

    queue_advance(schedule, utc_ms, now_ms);
    if (schedule->ready[CLEAN].count + schedule->ready[SUSPECT].count > 0)
        return 0;
    if ((node = heap_first(&schedule->future)))
        wait = less(wait, HEAP_OF(node, const struct polled, node)->source.next_ms - utc_ms);
    if ((node = heap_first(&schedule->resting)))
        wait = less(wait, HEAP_OF(node, const struct polled, node)->source.not_before - now_ms);
    if ((node = heap_first(&schedule->throttled)))
        wait = less(wait, HEAP_OF(node, const struct host, in_wait)->wait_ms - utc_ms);
    if ((node = heap_first(&schedule->spaced)))
        wait = less(wait, HEAP_OF(node, const struct host, in_wait)->ready_ms - now_ms);
    return wait;
}

/* --- figures --- */

uint64_t schedule_host_key(const struct schedule *schedule, const struct schedule_source *source)
{
    (void)schedule;
    return ((const struct polled *)(const void *)source)->host->key;
}

size_t schedule_sources(const struct schedule *schedule)
{
    return schedule->by_id.count;
}

size_t schedule_due(struct schedule *schedule, int64_t utc_ms)
{
    queue_due(schedule, utc_ms);
    return schedule->queued + schedule->resting.count;
}

size_t schedule_fine_hosts(const struct schedule *schedule)
{
    return schedule->fine_hosts;
}

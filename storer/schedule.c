#include "storer/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/mem.h"
#include "storer/db_source.h"
#include "storer/schedule_inner.h"

struct schedule *schedule_create(const struct schedule_limits *limits)
{
    struct schedule *schedule = mem_calloc(1, sizeof(*schedule));

    schedule->limits = *limits;
    schedule->utc_ms = INT64_MIN;
    queue_open(schedule);
    return schedule;
}

void schedule_clear(struct schedule *schedule)
{
    size_t at = 0;
    void *gone = NULL;

    while ((gone = map64_next(&schedule->hosts, &at)))
        queue_host_free(gone);
    for (at = 0; (gone = map64_next(&schedule->by_id, &at));)
        free(gone);
    map64_free(&schedule->by_id);
    map64_free(&schedule->hosts);
    queue_free(schedule);
    schedule->fine_hosts = 0;
}

void schedule_destroy(struct schedule **schedule)
{
    if (!schedule || !*schedule)
        return;
    schedule_clear(*schedule);
    free(*schedule);
    *schedule = NULL;
}

/* --- hosts --- */

static struct host *host_named(struct schedule *schedule, const char *name)
{
    uint64_t key = hash_64(name, strlen(name)) | 1;
    struct host *host = map64_get(&schedule->hosts, key);

    if (!host) {
        host = mem_calloc(1, sizeof(*host));
        host->key = key;
        host->ready_ms = host->wait_ms = INT64_MIN;
        queue_host_open(host);
        map64_put(&schedule->hosts, key, host);
    }
    return host;
}

static void set_fine(struct schedule *schedule, struct polled *polled, bool fine)
{
    size_t before = polled->host->fine;

    if (polled->source.fine == fine)
        return;
    polled->source.fine = fine;
    polled->host->fine += fine ? 1 : (size_t)-1;
    schedule->fine_hosts += (polled->host->fine > 0) - (size_t)(before > 0);
}

static void leave_host(struct schedule *schedule, struct polled *polled)
{
    struct host *host = polled->host;

    if (!host)
        return;
    queue_leave(schedule, polled);
    set_fine(schedule, polled, false);
    if (polled->source.leased)
        host->requests--;
    polled->host = NULL;
    if (--host->sources == 0) {
        map64_remove(&schedule->hosts, host->key);
        queue_host_free(host); /* it has no queue, so it is in no heap */
    } else {
        queue_host(schedule, host);
    }
}

static void enter_host(struct schedule *schedule, struct polled *polled, struct host *host)
{
    if (polled->host == host)
        return;
    host->sources++;
    leave_host(schedule, polled);
    polled->host = host;
    if (polled->source.leased)
        host->requests++;
    queue_host(schedule, host);
}

/* --- sources --- */

static struct polled *polled_of(struct schedule_source *source)
{
    return (struct polled *)(void *)source;
}

static void drop(struct schedule *schedule, struct polled *polled)
{
    leave_host(schedule, polled);
    free(map64_remove(&schedule->by_id, polled->source.id));
}

static void take_over(struct schedule_source *source, const struct db_source *from)
{
    source->next_ms = from->next_ms;
    source->expected = from->expected;
    source->errors = from->errors;
    source->suspect = from->suspect;
    source->quarantines = from->quarantines;
    source->interval_ms = from->interval_ms;
    source->gap_ms = from->gap_ms;
    source->ttl_ms = from->ttl_ms;
    source->skip_hours = from->skip_hours;
    source->skip_days = from->skip_days;
    source->quarantined = from->state == DB_SOURCE_QUARANTINED;
    source->retired = from->state != DB_SOURCE_ACTIVE && !source->quarantined;
    source->fetch = from->fetch;
}

void schedule_put(struct schedule *schedule, const struct db_source *from)
{
    struct polled *polled = map64_get(&schedule->by_id, from->id);

    if (!polled) {
        polled = mem_calloc(1, sizeof(*polled));
        polled->source.id = from->id;
        polled->source.not_before = INT64_MIN;
        map64_put(&schedule->by_id, from->id, polled);
    }
    enter_host(schedule, polled, host_named(schedule, from->host));
    take_over(&polled->source, from);
    set_fine(schedule, polled,
             from->errors == 0 && from->last_ok_ms > 0 && !polled->source.retired);
    queue_place(schedule, polled);
    if (polled->source.retired && polled->source.fetch == 0)
        drop(schedule, polled);
}

struct schedule_source *schedule_find(const struct schedule *schedule, uint64_t id)
{
    return map64_get(&schedule->by_id, id);
}

void schedule_retire(struct schedule *schedule, uint64_t id)
{
    struct polled *polled = map64_get(&schedule->by_id, id);

    if (!polled)
        return;
    polled->source.retired = true;
    queue_leave(schedule, polled);
    if (polled->source.fetch == 0)
        drop(schedule, polled);
}

static size_t refresh_one(struct schedule *schedule, struct polled *polled)
{
    struct schedule_source *source = &polled->source;

    if (source->retired)
        return 0;
    /* A poll that is under way already answers the wish. */
    source->hi = source->fetch == 0 || !source->leased;
    queue_place(schedule, polled);
    return 1;
}

size_t schedule_refresh(struct schedule *schedule, uint64_t id)
{
    struct polled *polled = id ? map64_get(&schedule->by_id, id) : NULL;
    size_t at = 0, count = 0;

    if (id)
        return polled ? refresh_one(schedule, polled) : 0;
    while ((polled = map64_next(&schedule->by_id, &at)))
        count += refresh_one(schedule, polled);
    return count;
}

/* --- fetches --- */

void schedule_leased(struct schedule *schedule, struct schedule_source *source, uint64_t fetch,
                     int64_t now_ms)
{
    struct polled *polled = polled_of(source);
    struct host *host = polled->host;

    source->fetch = fetch;
    source->hi = false;
    host->requests += !source->leased;
    source->leased = true;
    host->ready_ms = now_ms + schedule->limits.host_spacing_ms;
    queue_place(schedule, polled);
    queue_host(schedule, host);
}

void schedule_unleased(struct schedule *schedule, uint64_t id, uint64_t fetch, bool hi)
{
    struct schedule_source *source = schedule_find(schedule, id);

    if (!source || source->fetch != fetch)
        return;
    source->hi = hi;
    schedule_closed(schedule, source);
}

void schedule_opened(struct schedule *schedule, struct schedule_source *source, uint64_t fetch)
{
    source->fetch = fetch;
    queue_place(schedule, polled_of(source));
}

void schedule_reported(struct schedule *schedule, struct schedule_source *source)
{
    struct host *host = polled_of(source)->host;

    if (!source->leased)
        return;
    source->leased = false;
    host->requests--;
    queue_host(schedule, host);
}

void schedule_closed(struct schedule *schedule, struct schedule_source *source)
{
    schedule_reported(schedule, source);
    source->fetch = 0;
    queue_place(schedule, polled_of(source));
    if (source->retired)
        drop(schedule, polled_of(source));
}

void schedule_rest(struct schedule *schedule, struct schedule_source *source, int64_t until_ms)
{
    source->not_before = until_ms;
    queue_place(schedule, polled_of(source));
}

/* --- hosts that throttle --- */

bool schedule_throttled(struct schedule *schedule, const struct schedule_source *source,
                        int64_t until_ms, int64_t utc_ms)
{
    struct host *host = ((const struct polled *)(const void *)source)->host;
    bool other = host->throttled != 0 && host->throttled != source->id;
    bool both = other && host->throttle_ms > utc_ms;

    if (both && host->throttle_ms > until_ms)
        until_ms = host->throttle_ms;
    host->throttled = source->id;
    host->throttle_ms = until_ms;
    if (!both || until_ms <= host->wait_ms)
        return false;
    host->wait_ms = until_ms;
    queue_host(schedule, host);
    return true;
}

int64_t schedule_host_wait_ms(const struct schedule *schedule, uint64_t id, int64_t utc_ms)
{
    const struct polled *polled = map64_get(&schedule->by_id, id);

    return polled && polled->host && polled->host->wait_ms > utc_ms ? polled->host->wait_ms - utc_ms
                                                                    : 0;
}

void schedule_answered(struct schedule *schedule, const struct schedule_source *source,
                       int64_t utc_ms)
{
    struct host *host = ((const struct polled *)(const void *)source)->host;

    (void)schedule;
    if (host->throttle_ms <= utc_ms)
        host->throttled = 0;
}

#include "storer/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/mem.h"
#include "storer/db_source.h"
#include "storer/map64.h"

struct host {
    uint32_t requests; /* under way */
    int64_t ready_ms;  /* the next may begin then */
};

struct schedule {
    struct schedule_limits limits;
    struct map64 by_id;
    struct map64 host_of; /* hash of the name -> number + 1 */
    struct host *hosts;
    size_t host_count, host_cap;
};

struct schedule *schedule_create(const struct schedule_limits *limits)
{
    struct schedule *schedule = mem_calloc(1, sizeof(*schedule));

    schedule->limits = *limits;
    return schedule;
}

void schedule_clear(struct schedule *schedule)
{
    size_t at = 0;
    struct schedule_source *source = NULL;

    while ((source = map64_next(&schedule->by_id, &at)))
        free(source);
    map64_free(&schedule->by_id);
    map64_free(&schedule->host_of);
    free(schedule->hosts);
    schedule->hosts = NULL;
    schedule->host_count = schedule->host_cap = 0;
}

void schedule_destroy(struct schedule **schedule)
{
    if (!schedule || !*schedule)
        return;
    schedule_clear(*schedule);
    free(*schedule);
    *schedule = NULL;
}

static uint32_t host_number(struct schedule *schedule, const char *name)
{
    uint64_t key = hash_64(name, strlen(name)) | 1;
    uintptr_t number = (uintptr_t)map64_get(&schedule->host_of, key);

    if (number)
        return (uint32_t)(number - 1);
    if (schedule->host_count == schedule->host_cap) {
        schedule->host_cap = schedule->host_cap ? schedule->host_cap * 2 : 16;
        schedule->hosts = mem_realloc(schedule->hosts, schedule->host_cap, sizeof(struct host));
    }
    schedule->hosts[schedule->host_count] = (struct host){.ready_ms = INT64_MIN};
    number = ++schedule->host_count;
    map64_put(&schedule->host_of, key, (void *)number);
    return (uint32_t)(number - 1);
}

void schedule_put(struct schedule *schedule, const struct db_source *from)
{
    struct schedule_source *source = map64_get(&schedule->by_id, from->id);

    if (!source) {
        source = mem_calloc(1, sizeof(*source));
        source->id = from->id;
        source->not_before = INT64_MIN;
        map64_put(&schedule->by_id, from->id, source);
        source->host = host_number(schedule, from->host);
    }
    source->next_ms = from->next_ms;
    source->expected = from->expected;
    source->errors = from->errors;
    source->suspect = from->suspect;
    source->quarantines = from->quarantines;
    source->interval_ms = from->interval_ms;
    source->retired = from->state == DB_SOURCE_RETIRED;
    source->quarantined = from->state == DB_SOURCE_QUARANTINED;
    source->fetch = from->fetch;
}

struct schedule_source *schedule_find(const struct schedule *schedule, uint64_t id)
{
    return map64_get(&schedule->by_id, id);
}

void schedule_retire(struct schedule *schedule, uint64_t id)
{
    struct schedule_source *source = schedule_find(schedule, id);

    if (source)
        source->retired = true;
    if (source && source->fetch == 0)
        free(map64_remove(&schedule->by_id, id));
}

size_t schedule_refresh(struct schedule *schedule, uint64_t id)
{
    size_t at = 0, count = 0;
    struct schedule_source *source = NULL;

    while ((source = map64_next(&schedule->by_id, &at))) {
        if ((id != 0 && source->id != id) || source->retired)
            continue;
        /* A poll that is under way already answers the wish. */
        source->hi = source->fetch == 0 || !source->leased;
        count++;
    }
    return count;
}

static bool is_due(const struct schedule_source *source, int64_t utc_ms)
{
    return source->fetch == 0 && !source->retired && (source->hi || source->next_ms <= utc_ms);
}

static bool host_free(const struct schedule *schedule, const struct schedule_source *source,
                      int64_t now_ms)
{
    const struct host *host = &schedule->hosts[source->host];

    return host->requests < schedule->limits.host_requests && host->ready_ms <= now_ms;
}

static bool before(const struct schedule_source *a, const struct schedule_source *b)
{
    if (a->hi != b->hi)
        return a->hi;
    return a->next_ms != b->next_ms ? a->next_ms < b->next_ms : a->id < b->id;
}

struct schedule_source *schedule_pick(struct schedule *schedule, int64_t utc_ms, int64_t now_ms,
                                      bool suspects, schedule_fits_fn *fits, void *arg)
{
    size_t at = 0;
    struct schedule_source *source = NULL, *best = NULL;

    while ((source = map64_next(&schedule->by_id, &at))) {
        if (!is_due(source, utc_ms) || source->not_before > now_ms)
            continue;
        if ((source->suspect > 0 && !suspects) || !host_free(schedule, source, now_ms))
            continue;
        if ((!best || before(source, best)) && fits(arg, source))
            best = source;
    }
    return best;
}

void schedule_leased(struct schedule *schedule, struct schedule_source *source, uint64_t fetch,
                     int64_t now_ms)
{
    struct host *host = &schedule->hosts[source->host];

    source->fetch = fetch;
    source->leased = true;
    source->hi = false;
    host->requests++;
    host->ready_ms = now_ms + schedule->limits.host_spacing_ms;
}

void schedule_reported(struct schedule *schedule, struct schedule_source *source)
{
    if (source->leased)
        schedule->hosts[source->host].requests--;
    source->leased = false;
}

void schedule_closed(struct schedule *schedule, struct schedule_source *source)
{
    schedule_reported(schedule, source);
    source->fetch = 0;
    if (source->retired)
        free(map64_remove(&schedule->by_id, source->id));
}

size_t schedule_sources(const struct schedule *schedule)
{
    return schedule->by_id.count;
}

size_t schedule_due(const struct schedule *schedule, int64_t utc_ms)
{
    size_t at = 0, count = 0;
    const struct schedule_source *source = NULL;

    while ((source = map64_next(&schedule->by_id, &at)))
        count += is_due(source, utc_ms);
    return count;
}

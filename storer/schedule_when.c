/* When a source is polled next. */
#include "common/hash.h"
#include "common/msg.h"
#include "storer/schedule.h"

enum { JITTER_PERCENT = 10, DAY_MS = 86400000 };

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Up to a tenth more, by source and time, so that sources added together drift apart. */
static int64_t jitter(int64_t wait, uint64_t id, int64_t utc_ms)
{
    uint64_t seed[2] = {id, (uint64_t)utc_ms};
    int64_t most = wait / 100 * JITTER_PERCENT;

    return most > 0 ? wait + (int64_t)(hash_64(seed, sizeof(seed)) % (uint64_t)most) : wait;
}

int64_t schedule_next_ms(const struct schedule_times *times, const struct schedule_source *source,
                         const struct msg_report *report, int64_t utc_ms)
{
    int64_t wait = times->poll_ms;

    if (source->interval_ms > 0)
        return utc_ms + jitter(later(source->interval_ms, clamp(report->retry_after_ms, 0, DAY_MS)),
                               source->id, utc_ms);
    /* A feed that brings something every hour is asked every half hour; one that sleeps, less. */
    if (report->mean_gap_ms > 0)
        wait = clamp(report->mean_gap_ms / 2, times->floor_ms, later(times->poll_ms, DAY_MS / 4));
    wait = later(wait, report->max_age_ms);
    wait = later(wait, report->ttl_ms);
    wait = clamp(wait, times->floor_ms, later(times->ceiling_ms, times->floor_ms));
    return utc_ms +
           jitter(later(wait, clamp(report->retry_after_ms, 0, DAY_MS)), source->id, utc_ms);
}

static int64_t doubled(int64_t first_ms, uint64_t times, int64_t most_ms)
{
    int64_t wait = first_ms;

    for (uint64_t i = 0; i < times && wait < most_ms; i++)
        wait *= 2;
    return wait < most_ms ? wait : later(most_ms, first_ms);
}

int64_t schedule_after_error_ms(const struct schedule_times *times, uint64_t id, uint64_t errors,
                                int64_t retry_after_ms, int64_t utc_ms)
{
    int64_t wait = doubled(times->error_ms, errors > 0 ? errors - 1 : 0, times->ceiling_ms);

    return utc_ms + jitter(later(wait, clamp(retry_after_ms, 0, DAY_MS)), id, utc_ms);
}

int64_t schedule_quarantine_ms(const struct schedule_times *times, uint64_t times_before,
                               int64_t utc_ms)
{
    return utc_ms + doubled(times->quarantine_ms, times_before, DAY_MS);
}

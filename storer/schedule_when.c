/* When a source is polled next. */
#include "common/hash.h"
#include "common/msg.h"
#include "storer/schedule.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, HOURS = 24, DAYS = 7 };

static int64_t less(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return less(later(value, low), high);
}

/* A point between low and high, by source and time: the same share of the way for all limits, so
 * that a longer wait never ends sooner. */
static int64_t between(int64_t low, int64_t high, uint64_t id, int64_t utc_ms)
{
    uint64_t seed[2] = {id, (uint64_t)utc_ms};
    double share = (double)(hash_64(seed, sizeof(seed)) >> 11) / 9007199254740992.0; /* 2^53 */

    return high > low ? low + (int64_t)((double)(high - low) * share) : low;
}

/* Up to a tenth more, or as much less as the ceiling leaves no room for; never under the floor. */
static int64_t jitter(int64_t wait, int64_t floor, int64_t ceiling, uint64_t id, int64_t utc_ms)
{
    int64_t high = less(wait + wait / 10, ceiling);

    return between(later(less(wait, high - high / 11), floor), high, id, utc_ms);
}

static int64_t ceiling_of(const struct schedule_times *times)
{
    return later(times->ceiling_ms, times->floor_ms);
}

/* --- hours and days to be left alone in --- */

struct rhythm {
    int64_t gap_ms, ttl_ms;
    uint64_t skip_hours, skip_days;
};

static bool is_skipped(const struct rhythm *rhythm, int64_t hour)
{
    /* The first day of the epoch was a Thursday. */
    int64_t day = (hour / HOURS + 4) % DAYS;

    return (rhythm->skip_hours >> hour % HOURS & 1) || (rhythm->skip_days >> day & 1);
}

/* The first moment from utc_ms on that is not skipped; `last` where there is none before. */
static int64_t unskipped(const struct rhythm *rhythm, int64_t utc_ms, int64_t last_ms)
{
    int64_t hour = utc_ms / HOUR_MS;

    if (!is_skipped(rhythm, hour))
        return utc_ms;
    while (is_skipped(rhythm, hour) && hour * HOUR_MS < last_ms)
        hour++;
    return less(hour * HOUR_MS, last_ms);
}

/* Those that waited for the same hour to begin must not begin it together: they take as much of it
 * as their jitter, which is within that hour. */
static int64_t past_skipped(const struct rhythm *rhythm, int64_t next_ms, int64_t last_ms,
                            uint64_t id, int64_t utc_ms)
{
    int64_t moved = unskipped(rhythm, next_ms, last_ms);
    int64_t spread = less((moved - utc_ms) / 10, HOUR_MS - 1);

    if (moved == next_ms)
        return next_ms;
    if (moved == last_ms)
        return between(later(next_ms, last_ms - spread), last_ms, id, utc_ms);
    return between(moved, less(moved + spread, last_ms), id, utc_ms);
}

/* --- after a success --- */

static struct rhythm rhythm_of(const struct schedule_source *source,
                               const struct msg_report *report)
{
    if (report->outcome == MSG_OUTCOME_READ)
        return (struct rhythm){.gap_ms = report->mean_gap_ms,
                               .ttl_ms = report->ttl_ms,
                               .skip_hours = report->skip_hours,
                               .skip_days = report->skip_days};
    return (struct rhythm){.gap_ms = source->gap_ms,
                           .ttl_ms = source->ttl_ms,
                           .skip_hours = source->skip_hours,
                           .skip_days = source->skip_days};
}

int64_t schedule_next_ms(const struct schedule_times *times, const struct schedule_source *source,
                         const struct msg_report *report, int64_t utc_ms)
{
    struct rhythm rhythm = rhythm_of(source, report);
    int64_t ceiling = ceiling_of(times);
    int64_t wait = times->poll_ms;

    if (source->interval_ms > 0)
        return utc_ms +
               jitter(less(source->interval_ms, INT64_MAX / 4), 0, INT64_MAX, source->id, utc_ms);
    /* A feed that brings something every hour is asked every half hour; one that sleeps, less. */
    if (rhythm.gap_ms > 0)
        wait = rhythm.gap_ms / 2;
    wait = later(wait, later(report->max_age_ms, rhythm.ttl_ms));
    wait = clamp(wait, times->floor_ms, ceiling);
    return past_skipped(&rhythm,
                        utc_ms + jitter(wait, times->floor_ms, ceiling, source->id, utc_ms),
                        utc_ms + ceiling, source->id, utc_ms);
}

/* --- after an error --- */

static int64_t doubled(int64_t first_ms, uint64_t times, int64_t most_ms)
{
    int64_t wait = first_ms;

    for (uint64_t i = 0; i < times && wait < most_ms; i++)
        wait *= 2;
    return wait < most_ms ? wait : later(most_ms, first_ms);
}

bool schedule_is_throttle(const struct msg_report *report)
{
    return report->http_status == 429 || report->http_status == 503;
}

int64_t schedule_after_error_ms(const struct schedule_times *times, uint64_t id, uint64_t errors,
                                const struct msg_report *report, int64_t utc_ms)
{
    int64_t ceiling = ceiling_of(times);
    int64_t wait = doubled(times->error_ms, errors > 0 ? errors - 1 : 0, ceiling);
    int64_t most = later(times->retry_after_ms, times->floor_ms);
    int64_t asked = clamp(report->retry_after_ms, times->floor_ms, most);

    if (report->retry_after_ms >= 0 && (schedule_is_throttle(report) || asked > wait))
        return utc_ms + between(asked, less(asked + asked / 10, most), id, utc_ms);
    return utc_ms + jitter(wait, 0, later(ceiling, wait), id, utc_ms);
}

int64_t schedule_quarantine_ms(const struct schedule_times *times, uint64_t times_before,
                               int64_t utc_ms)
{
    return utc_ms + doubled(times->quarantine_ms, times_before, DAY_MS);
}

/* Which source is polled next: those a person asked for, then the longest overdue, under the limits
 * of their hosts (DESIGN 4.1; 5, rules 1 and 6); and when it is polled again.  Pure: utc_ms is the
 * time of day, which the store keeps; now_ms is the writer's clock.
 *
 * Sources and hosts stand in heaps, so that a step costs O(log n), and O(1) where nothing is ready.
 * A clock that goes back costs O(n) once. */
#ifndef WEIR_STORER_SCHEDULE_H
#define WEIR_STORER_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_source;
struct msg_report;
struct schedule;

struct schedule_limits {
    uint32_t host_requests;
    int64_t host_spacing_ms;
    /* Nobody waits longer, but for an interval of his own: later times were reckoned by a clock
     * that was ahead, and such sources come within spread_ms.  0 = that is not judged. */
    int64_t farthest_ms, spread_ms;
};

/* To be read only: what changes one are the calls below. */
struct schedule_source {
    uint64_t id;
    int64_t next_ms;    /* UTC */
    int64_t not_before; /* the writer's clock: a lease that was handed back rests a moment */
    uint64_t expected, errors, suspect, quarantines;
    int64_t interval_ms;
    int64_t gap_ms, ttl_ms; /* what its feed last said of its rhythm; -1 = nothing */
    uint64_t skip_hours, skip_days;
    bool fine;    /* its last poll succeeded */
    bool hi;      /* asked for */
    bool retired; /* or gone: not polled */
    bool quarantined;
    uint64_t fetch; /* the open one; 0 = none */
    bool leased;    /* it counts at its host */
};

struct schedule *schedule_create(const struct schedule_limits *limits);
/* NULL is taken. */
void schedule_destroy(struct schedule **schedule);
/* Forgets all sources and hosts, and what hosts wait for. */
void schedule_clear(struct schedule *schedule);

/* Adds a source, or takes its new state over, another host included; what only memory knows (hi,
 * leased, not_before) stays.  One that is neither active nor quarantined (retired, gone) is polled
 * no more; it goes when its fetch ends, which may be at once: pointers to it do not hold. */
void schedule_put(struct schedule *schedule, const struct db_source *source);
/* Owned by the schedule, until it is put, retired or closed; NULL where there is none. */
struct schedule_source *schedule_find(const struct schedule *schedule, uint64_t id);
/* It is polled no more; it goes when its fetch ends. */
void schedule_retire(struct schedule *schedule, uint64_t id);
/* Asks for a poll as soon as possible; id 0: of all.  Their number. */
size_t schedule_refresh(struct schedule *schedule, uint64_t id);

/* --- picking --- */

/* The source to poll next, or NULL: the first in order that `fits` takes.  suspects: whether one
 * that is under suspicion may be chosen.  After SCHEDULE_PASSED sources that do not fit no further
 * one is asked: the window is as good as full then, and once it is empty everything fits. */
enum { SCHEDULE_PASSED = 32 };
typedef bool schedule_fits_fn(void *arg, const struct schedule_source *source);
struct schedule_source *schedule_pick(struct schedule *schedule, int64_t utc_ms, int64_t now_ms,
                                      bool suspects, schedule_fits_fn *fits, void *arg);
/* This source for a poll out of turn (a probe while offline), due or not; NULL where there is none,
 * it has an open fetch, is suspect or rests, or its host may not be asked now. */
struct schedule_source *schedule_probe(struct schedule *schedule, uint64_t id, int64_t utc_ms,
                                       int64_t now_ms);
/* How long until schedule_pick may give something: 0 = now (as far as it fits), INT64_MAX = not
 * until another call has changed something. */
int64_t schedule_wait_ms(struct schedule *schedule, int64_t utc_ms, int64_t now_ms);

/* It was leased. */
void schedule_leased(struct schedule *schedule, struct schedule_source *source, uint64_t fetch,
                     int64_t now_ms);
/* The lease never went out: the source is as before, and as `hi` as before.  Nothing happens where
 * that fetch is not its open one, or the source is gone. */
void schedule_unleased(struct schedule *schedule, uint64_t id, uint64_t fetch, bool hi);
/* A fetch of it is open that is no request at its host (made of a dead letter). */
void schedule_opened(struct schedule *schedule, struct schedule_source *source, uint64_t fetch);
/* The request at the host has ended: reported, or lapsed. */
void schedule_reported(struct schedule *schedule, struct schedule_source *source);
/* No fetch of it is open any more.  The source may be gone now. */
void schedule_closed(struct schedule *schedule, struct schedule_source *source);
/* It is not polled before this time, not even when asked for. */
void schedule_rest(struct schedule *schedule, struct schedule_source *source, int64_t until_ms);

/* --- hosts that throttle: in memory only --- */

/* Whether a report says that its server wants to be asked less: status 429 or 503. */
bool schedule_is_throttle(const struct msg_report *report);
/* The server asked this source to wait until until_ms (its next poll, but for earlier errors of its
 * own).  Where another source of its host is waiting for the same reason, the whole host waits
 * until the later of the two, even for those who are asked for.  true: the host waits from now on,
 * or longer. */
bool schedule_throttled(struct schedule *schedule, const struct schedule_source *source,
                        int64_t until_ms, int64_t utc_ms);
/* How long its host still waits; 0 where it does not, or there is no such source. */
int64_t schedule_host_wait_ms(const struct schedule *schedule, uint64_t id, int64_t utc_ms);
/* A poll of it succeeded: past its time, what its host was throttled for is forgotten. */
void schedule_answered(struct schedule *schedule, const struct schedule_source *source,
                       int64_t utc_ms);

/* --- figures --- */

/* A hash of its host's name. */
uint64_t schedule_host_key(const struct schedule *schedule, const struct schedule_source *source);
size_t schedule_sources(const struct schedule *schedule);
/* Polls that are due. */
size_t schedule_due(struct schedule *schedule, int64_t utc_ms);
/* Hosts that have a source whose last poll succeeded (what online_failed wants to know). */
size_t schedule_fine_hosts(const struct schedule *schedule);

/* --- when next --- */

struct schedule_times {
    int64_t poll_ms, floor_ms, ceiling_ms, error_ms, quarantine_ms;
    int64_t retry_after_ms; /* longest wait that a server may ask for */
};
/* The next poll after a fetch that succeeded.  The source's own interval comes first.  Else half
 * the mean gap between items (poll_ms where it is unknown), raised to max-age and to the feed's
 * ttl, moved out of the hours and days it asks to be left alone in (RSS 2.0, skipHours and
 * skipDays; UTC), between floor and ceiling.  What the feed says counts from a report READ; else
 * what the source has kept.  Up to a tenth is added by a hash of source and time, or taken away
 * where the ceiling leaves no room, so that sources added together drift apart. */
int64_t schedule_next_ms(const struct schedule_times *times, const struct schedule_source *source,
                         const struct msg_report *report, int64_t utc_ms);
/* The next poll after a report FAILED; errors: in a row, this one included.  With 429 or 503 and a
 * Retry-After exactly that, never under the floor, at most times->retry_after_ms; else error_ms,
 * doubled with each error up to the ceiling, and no sooner than a Retry-After.  Up to a tenth is
 * added, as above. */
int64_t schedule_after_error_ms(const struct schedule_times *times, uint64_t id, uint64_t errors,
                                const struct msg_report *report, int64_t utc_ms);
/* The end of a quarantine; times_before: how many there were. */
int64_t schedule_quarantine_ms(const struct schedule_times *times, uint64_t times_before,
                               int64_t utc_ms);

#endif

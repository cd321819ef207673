/* Which source is polled next: those a person asked for, then the longest overdue, under the limits
 * of their hosts (DESIGN 4.1; 5, rules 1 and 6).  Pure: utc_ms is the time of day, which the store
 * keeps; now_ms is the writer's clock. */
#ifndef WEIR_STORER_SCHEDULE_H
#define WEIR_STORER_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_source;
struct schedule;

struct schedule_limits {
    uint32_t host_requests;
    int64_t host_spacing_ms;
};

struct schedule_source {
    uint64_t id;
    int64_t next_ms;    /* UTC */
    int64_t not_before; /* the writer's clock: a lease that was handed back rests a moment */
    uint64_t expected, errors, suspect, quarantines;
    int64_t interval_ms;
    bool hi; /* asked for */
    bool retired;
    bool quarantined;
    uint64_t fetch; /* the open one; 0 = none */
    bool leased;    /* it counts at its host */
    uint32_t host;
};

struct schedule *schedule_create(const struct schedule_limits *limits);
void schedule_destroy(struct schedule **schedule);
void schedule_clear(struct schedule *schedule);

/* Adds a source, or takes its new state over; what only memory knows (hi, leased) stays. */
void schedule_put(struct schedule *schedule, const struct db_source *source);
/* Owned by the schedule; NULL where there is none. */
struct schedule_source *schedule_find(const struct schedule *schedule, uint64_t id);
/* It is polled no more; it goes when its fetch ends. */
void schedule_retire(struct schedule *schedule, uint64_t id);
/* Asks for a poll as soon as possible; id 0: of all.  Their number. */
size_t schedule_refresh(struct schedule *schedule, uint64_t id);

/* The source to poll next that `fits` takes, or NULL.  suspects: whether one that is under
 * suspicion may be chosen. */
typedef bool schedule_fits_fn(void *arg, const struct schedule_source *source);
struct schedule_source *schedule_pick(struct schedule *schedule, int64_t utc_ms, int64_t now_ms,
                                      bool suspects, schedule_fits_fn *fits, void *arg);
/* It was leased. */
void schedule_leased(struct schedule *schedule, struct schedule_source *source, uint64_t fetch,
                     int64_t now_ms);
/* The request at the host has ended: reported, or lapsed. */
void schedule_reported(struct schedule *schedule, struct schedule_source *source);
/* No fetch of it is open any more. */
void schedule_closed(struct schedule *schedule, struct schedule_source *source);

size_t schedule_sources(const struct schedule *schedule);
/* Polls that are due. */
size_t schedule_due(const struct schedule *schedule, int64_t utc_ms);

/* --- when next --- */

struct schedule_times {
    int64_t poll_ms, floor_ms, ceiling_ms, error_ms, quarantine_ms;
};
struct msg_report;
/* The next poll after a fetch that succeeded: by the source's own interval, else by what the feed
 * and its server say and by how often it brings something new. */
int64_t schedule_next_ms(const struct schedule_times *times, const struct schedule_source *source,
                         const struct msg_report *report, int64_t utc_ms);
/* The next poll after an error; errors: in a row, this one included. */
int64_t schedule_after_error_ms(const struct schedule_times *times, uint64_t id, uint64_t errors,
                                int64_t retry_after_ms, int64_t utc_ms);
/* The end of a quarantine; times_before: how many there were. */
int64_t schedule_quarantine_ms(const struct schedule_times *times, uint64_t times_before,
                               int64_t utc_ms);

#endif

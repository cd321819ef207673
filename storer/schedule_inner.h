/* What the files of the schedule share.
 *
 * An idle source (no open fetch, polled at all) stands in exactly one heap: `future` until it is
 * due, then `resting` while it rests, then the queue of its host.  A host with a queue stands in
 * exactly one of: `throttled` until the time of day allows it, then `spaced` until the writer's
 * clock does, then `ready`; in none while it has as many requests as it may.  Suspects have queues
 * and a `ready` of their own. */
#ifndef WEIR_STORER_SCHEDULE_INNER_H
#define WEIR_STORER_SCHEDULE_INNER_H

#include "storer/map64.h"
#include "storer/schedule.h"
#include "storer/schedule_heap.h"

enum { CLEAN, SUSPECT, KINDS };

struct host {
    uint64_t key; /* a hash of its name */
    struct heap queue[KINDS];
    struct heap_node in_ready[KINDS], in_wait; /* in_wait: spaced or throttled */
    struct heap *wait;                         /* which of these; NULL = none */
    size_t sources, fine;
    uint32_t requests;   /* under way */
    int64_t ready_ms;    /* the next may begin then, by the writer's clock */
    int64_t wait_ms;     /* nobody asks it before, UTC */
    uint64_t throttled;  /* the source that it asked to wait last; 0 = none */
    int64_t throttle_ms; /* until then, UTC */
};

struct polled {
    struct schedule_source source; /* first: outside, it is this */
    struct host *host;
    struct heap_node node;
    struct heap *heap; /* where the node is; NULL = nowhere */
};

struct schedule {
    struct schedule_limits limits;
    struct map64 by_id;
    struct map64 hosts; /* by key */
    struct heap future, resting;
    struct heap spaced, throttled;
    struct heap ready[KINDS];
    size_t queued; /* in queues of hosts */
    size_t fine_hosts;
    int64_t utc_ms; /* the latest seen */
};

/* --- schedule_queue.c --- */
void queue_open(struct schedule *schedule);
void queue_free(struct schedule *schedule);
void queue_host_open(struct host *host);
/* A host without a queue, or once all heaps go. */
void queue_host_free(struct host *host);
/* Puts a source where it belongs, or out of all heaps, after anything of it has changed. */
void queue_place(struct schedule *schedule, struct polled *polled);
void queue_leave(struct schedule *schedule, struct polled *polled);
/* The same of a host whose limits or times have changed. */
void queue_host(struct schedule *schedule, struct host *host);
/* Moves on what has become due. */
void queue_due(struct schedule *schedule, int64_t utc_ms);
/* Moves on what has become due, rested, or free. */
void queue_advance(struct schedule *schedule, int64_t utc_ms, int64_t now_ms);

#endif

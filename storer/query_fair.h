/* Queries that wait, by caller: each caller is served in turn (fair queueing, Nagle, RFC 970), so
 * that who asks much waits for himself, and where there is no room the caller with the most gives
 * way. */
#ifndef WEIR_STORER_QUERY_FAIR_H
#define WEIR_STORER_QUERY_FAIR_H

#include "storer/query_task.h"

struct fair_caller;

/* Start with {0}. */
struct fair {
    struct fair_caller *last; /* of a ring; whose turn is next stands behind it */
    uint64_t count;
    uint64_t bytes;
};

/* Takes the task: behind the others of its caller. */
void fair_push(struct fair *fair, struct task *task);
/* The oldest of the caller whose turn it is; NULL where there is none.  The caller's from then on,
 * as with the next two. */
struct task *fair_pop(struct fair *fair);
/* One whose deadline has come. */
struct task *fair_pull_late(struct fair *fair, int64_t now_ms);
/* One that match says yes to. */
struct task *fair_pull_if(struct fair *fair, task_match_fn *match, const void *arg);
/* Calls fn for each, in no order, until it returns false. */
void fair_each(const struct fair *fair, bool (*fn)(const struct task *task, void *arg), void *arg);
/* The newest of the caller with the most, where that is at least two more than those of the task's
 * own caller; else NULL. */
struct task *fair_pull_longest(struct fair *fair, const struct task *task);
void fair_move_deadlines(struct fair *fair, int64_t by_ms);
void fair_clear(struct fair *fair);

#endif

/* The front's state, for its files only. */
#ifndef WEIR_STORER_QUERY_FRONT_H
#define WEIR_STORER_QUERY_FRONT_H

#include "common/flood.h"
#include "common/ladder.h"
#include "common/loop.h"
#include "common/msg.h"
#include "common/watchdog.h"
#include "storer/query_bucket.h"
#include "storer/query_fair.h"
#include "storer/query_history.h"
#include "storer/query_inner.h"
#include "storer/query_tickets.h"

struct worker {
    struct front *front;
    zactor_t *actor;
    struct task *task; /* in hand, or NULL */
    bool release;      /* it is to close the file once it has answered */
    struct watch watch;
};

struct front {
    zsock_t *pipe; /* to main */
    struct query_setup setup;
    struct loop *loop;
    struct worker *workers;
    struct fair reads;      /* wait for a reader */
    struct fair commands;   /* wait for a place with the writer */
    struct task_list given; /* with the writer */
    uint64_t last_token;
    int64_t mean_us; /* time of a read, smoothed */
    struct query_figures figures;
    uint64_t refused_before; /* as told when it last ended */
    struct floods floods;
    struct ladder queue, memory; /* how full; the main thread tells of it */
    struct msg_pool pool;
    struct buckets *buckets; /* how much each client asks */
    struct tickets *tickets;
    struct history *history;
    zsock_t *callers; /* tells who comes and who goes; NULL: that cannot be told */
    bool *closed;     /* by connection: it has ended */
    size_t closed_count;
};

/* Hands what waits to whoever is free. */
void front_dispatch(struct front *front);
/* Takes a query that may wait; others may be refused for it. */
void front_take(struct front *front, struct task *task);
/* How full the queue is now; memory is looked at now and then. */
void front_look(struct front *front);
void front_look_at_memory(struct front *front);
/* Whether the task may wait; others may have been refused for it. */
bool front_admits(struct front *front, const struct task *task);
/* Where the answer of a reader (message, with this code) is the first step of a command: hands the
 * task on to the writer, or ends it where nobody wants it any more, and *task is NULL. */
bool front_prepared(struct front *front, struct task **task, int code, zmsg_t *message);
/* Brings the figures up to date. */
void front_count(struct front *front);

/* --- answers (query_answer.c) ----------------------------------------------------------------- */

/* Sends an answer to the task's caller, or keeps it where the task has a ticket; what nobody wants
 * any more is dropped.  The task remains the front's, for one that the writer still has. */
void front_answer(struct front *front, struct task *task, int code, int64_t retry_after_ms,
                  const char *error, struct span json);
/* The same with the frames of a reader: a msg_reply, and a page where there is one.  *message is
 * gone afterwards. */
void front_pass(struct front *front, struct task *task, int code, zmsg_t **message);
/* Answers that the time was over. */
void front_answer_late(struct front *front, struct task *task, int64_t retry_after_ms,
                       const char *words);
/* Answers that it is busy; the task is gone. */
void front_refuse(struct front *front, struct task *task);

/* --- who asks (query_cancel.c) ---------------------------------------------------------------- */

/* Reads what is told of callers, and cancels what those asked that went. */
void front_hear(struct front *front);
/* Whether a query's caller has gone already. */
bool front_has_left(const struct front *front, const struct task *task);
/* Drops what waits and interrupts what runs, where match says yes; how many.  What the writer has
 * got is carried out. */
size_t front_cancel(struct front *front, enum task_want why, task_match_fn *match, const void *arg);

/* --- verbs of its own (query_own.c) ----------------------------------------------------------- */

/* true: the task was one of those; it was answered and is gone. */
bool front_serves(struct front *front, struct task **task);

/* Sockets of the loop. */
loop_fn front_on_router, front_on_callers;
/* Timers of the loop; arg is the front. */
loop_fn front_on_sweep, front_on_report, front_on_late;

#endif

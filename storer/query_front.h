/* The front's state, for its files only. */
#ifndef WEIR_STORER_QUERY_FRONT_H
#define WEIR_STORER_QUERY_FRONT_H

#include "common/flood.h"
#include "common/ladder.h"
#include "common/loop.h"
#include "common/msg.h"
#include "common/watchdog.h"
#include "storer/query_fair.h"
#include "storer/query_inner.h"

struct worker {
    struct front *front;
    zactor_t *actor;
    struct task *task; /* in hand, or NULL */
    bool release;      /* it is to close the file once it has answered */
    int64_t started_us;
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
};

/* Hands what waits to whoever is free. */
void front_dispatch(struct front *front);
/* Answers that the time was over. */
void front_reply_late(struct front *front, struct task *task, const char *words);
/* How full the queue is now; memory is looked at now and then. */
void front_look(struct front *front);
void front_look_at_memory(struct front *front);
/* Whether the task may wait; others may have been refused for it. */
bool front_admits(struct front *front, const struct task *task);
/* Answers that it is busy. */
void front_refuse(struct front *front, struct task *task);
/* Where the answer of a reader (message, with this code) is the first step of a command: hands the
 * task on to the writer, and *task is NULL. */
bool front_prepared(struct front *front, struct task **task, int code, zmsg_t *message);
/* Brings the figures up to date. */
void front_count(struct front *front);

/* Timers of the loop; arg is the front. */
loop_fn front_on_sweep, front_on_report, front_on_late;

#endif

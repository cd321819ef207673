/* What the front does by the clock: deadlines of what waits, figures for the main thread. */
#include "common/link.h"
#include "common/app.h"
#include "common/log.h"
#include "storer/query_front.h"

enum { RETRY_MS = 50 };

static void sweep(struct front *front, struct fair *fair, int64_t now_ms)
{
    struct task *task = NULL;

    while ((task = fair_pull_late(fair, now_ms)) != NULL) {
        front_answer_late(front, task, RETRY_MS, "no answer in time: too many queries wait");
        task_destroy(&task);
    }
}

/* A command stays until the writer has answered it, because it still takes one of its places. */
static void sweep_given(struct front *front, int64_t now_ms)
{
    for (struct task *task = front->given.first; task; task = task->next) {
        if (task->answered || task->deadline_ms > now_ms)
            continue;
        front_answer_late(front, task, 0,
                          "no answer in time; the command may still be carried out");
        task->answered = true;
    }
}

/* A reader ends what it does at its deadline; one that does not is stuck. */
static void look_at_readers(struct front *front, int64_t now_ms)
{
    for (int64_t i = 0; i < front->setup.readers; i++) {
        struct worker *worker = &front->workers[i];
        bool late = worker->task && worker->task->deadline_ms < now_ms;

        watchdog_look(&worker->watch, "reader", late ? 1 : 0,
                      late ? (uint64_t)worker->task->started_us : 0, front->setup.stuck_ms, now_ms);
    }
}

bool front_on_sweep(struct loop *loop, void *arg)
{
    struct front *front = arg;
    int64_t now_ms = loop_now(loop);

    sweep(front, &front->reads, now_ms);
    sweep(front, &front->commands, now_ms);
    sweep_given(front, now_ms);
    look_at_readers(front, now_ms);
    return false;
}

/* The end of a time in which queries were refused; its begin was logged by whoever refused. */
static void tell_refused(struct front *front)
{
    uint64_t refused = front->figures.refused - front->refused_before;

    if (refused == 0 || front->figures.queued > (uint64_t)front->setup.queue / 2)
        return;
    log_notice("queries-taken-again", "refused=%llu", (unsigned long long)refused);
    front->refused_before = front->figures.refused;
}

/* Whose key was removed is shut out, which closes everybody's connection over tcp for a moment. */
static void watch_guard(struct front *front)
{
    uint64_t removed = front->figures.tcp.removed;

    guard_counts(front->setup.guard, &front->figures.tcp);
    if (front->figures.tcp.removed != removed)
        link_renew(front->setup.router);
}

bool front_on_report(struct loop *loop, void *arg)
{
    struct front *front = arg;
    zmsg_t *message = NULL;

    (void)loop;
    watch_guard(front);
    tickets_expire(front->tickets, loop_now(front->loop));
    front_look_at_memory(front);
    front_look(front);
    front_count(front);
    tell_refused(front);
    app_often_over(&front->floods, front->setup.quiet_ms);
    if (!(zsock_events(front->pipe) & ZMQ_POLLOUT))
        return false;
    front->figures.turns++;
    message = zmsg_new();
    zmsg_addmem(message, &front->figures, sizeof(front->figures));
    zmsg_send(&message, front->pipe);
    front->figures.fullest = 0;
    return false;
}

/* After a pause nobody's time is over only because nobody was looking. */
bool front_on_late(struct loop *loop, void *arg)
{
    struct front *front = arg;

    fair_move_deadlines(&front->reads, loop_late(loop));
    fair_move_deadlines(&front->commands, loop_late(loop));
    task_move_deadlines(&front->given, loop_late(loop));
    return false;
}

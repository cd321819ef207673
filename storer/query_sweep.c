/* What the front does by the clock: deadlines of what waits, figures for the main thread. */
#include "common/app.h"
#include "common/log.h"
#include "storer/query_front.h"

static void sweep(struct front *front, struct task_list *list, int64_t now_ms)
{
    struct task *task = NULL;

    while ((task = task_pull_late(list, now_ms)) != NULL) {
        front_reply_late(front, task, "no answer in time: too many queries wait");
        task_destroy(&task);
    }
}

/* A command stays until the writer has answered it, because it still takes one of its places. */
static void sweep_given(struct front *front, int64_t now_ms)
{
    for (struct task *task = front->given.first; task; task = task->next) {
        if (task->answered || task->deadline_ms > now_ms)
            continue;
        front_reply_late(front, task, "no answer in time; the command may still be carried out");
        task->answered = true;
    }
}

bool front_on_sweep(struct loop *loop, void *arg)
{
    struct front *front = arg;
    int64_t now_ms = loop_now(loop);

    sweep(front, &front->reads, now_ms);
    sweep(front, &front->commands, now_ms);
    sweep_given(front, now_ms);
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

bool front_on_report(struct loop *loop, void *arg)
{
    struct front *front = arg;
    zmsg_t *message = NULL;

    (void)loop;
    front_count(front);
    tell_refused(front);
    app_often_over(&front->floods, front->setup.quiet_ms);
    if (memcmp(&front->figures, &front->reported, sizeof(front->figures)) == 0 ||
        !(zsock_events(front->pipe) & ZMQ_POLLOUT))
        return false;
    front->reported = front->figures;
    message = zmsg_new();
    zmsg_addmem(message, &front->figures, sizeof(front->figures));
    zmsg_send(&message, front->pipe);
    return false;
}

/* After a pause nobody's time is over only because nobody was looking. */
bool front_on_late(struct loop *loop, void *arg)
{
    struct front *front = arg;

    task_move_deadlines(&front->reads, loop_late(loop));
    task_move_deadlines(&front->commands, loop_late(loop));
    task_move_deadlines(&front->given, loop_late(loop));
    return false;
}

/* Cancelling: what nobody waits for any more is not done. */
#include "common/app.h"
#include "common/link_callers.h"
#include "common/mem.h"
#include "storer/query_front.h"

enum { CONNECTIONS_MOST = 1 << 20 }; /* more file descriptors than a process has */

/* --- cancelling ------------------------------------------------------------------------------- */

static size_t drop_waiting(struct front *front, struct fair *fair, enum task_want why,
                           task_match_fn *match, const void *arg)
{
    struct task *task = NULL;
    size_t count = 0;

    while ((task = fair_pull_if(fair, match, arg)) != NULL) {
        task->want = why;
        front_answer(front, task, APP_LEFT, 0, "cancelled", (struct span){0});
        task_destroy(&task);
        count++;
    }
    return count;
}

/* It ends what it does as soon as something is in its pipe; its answer comes as always. */
static void interrupt(struct worker *worker)
{
    zmsg_t *message = zmsg_new();

    query_add_u64(message, 1);
    zmsg_send(&message, worker->actor);
}

size_t front_cancel(struct front *front, enum task_want why, task_match_fn *match, const void *arg)
{
    size_t count = drop_waiting(front, &front->reads, why, match, arg) +
                   drop_waiting(front, &front->commands, why, match, arg);

    for (int64_t i = 0; i < front->setup.readers; i++) {
        struct worker *worker = &front->workers[i];

        if (!worker->task || worker->task->want != TASK_WANTED || !match(worker->task, arg))
            continue;
        worker->task->want = why;
        interrupt(worker);
        count++;
    }
    front->figures.cancelled += count;
    return count;
}

/* --- callers that went away ------------------------------------------------------------------- */

static bool is_of_connection(const struct task *task, const void *arg)
{
    return task->connection == *(const int *)arg;
}

static void remember(struct front *front, int connection, bool closed)
{
    size_t at = (size_t)connection, count = front->closed_count;

    if (connection < 0 || connection >= CONNECTIONS_MOST)
        return;
    if (at >= count) {
        front->closed_count = at + at / 2 + 64;
        front->closed = mem_realloc(front->closed, front->closed_count, sizeof(*front->closed));
        memset(front->closed + count, 0, (front->closed_count - count) * sizeof(*front->closed));
    }
    front->closed[at] = closed;
}

bool front_has_left(const struct front *front, const struct task *task)
{
    return task->connection >= 0 && (size_t)task->connection < front->closed_count &&
           front->closed[task->connection];
}

void front_hear(struct front *front)
{
    int connection = -1;
    enum link_told told = LINK_TOLD_NOTHING;

    if (!front->callers)
        return;
    while ((told = link_callers_next(front->callers, &connection)) != LINK_TOLD_NOTHING) {
        remember(front, connection, told == LINK_TOLD_WENT);
        if (told == LINK_TOLD_WENT)
            front_cancel(front, TASK_LEFT, is_of_connection, &connection);
    }
}

bool front_on_callers(struct loop *loop, void *arg)
{
    (void)loop;
    front_hear(arg);
    return false;
}

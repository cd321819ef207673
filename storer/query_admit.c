/* Who may wait in the front: the ladder of the queue and of memory (DESIGN 8), and who gives way.
 */
#include "common/app.h"
#include "storer/query_front.h"

/* --- how full it is --------------------------------------------------------------------------- */

static void climb(struct ladder *ladder, unsigned percent, int64_t now_ms)
{
    struct ladder_step step;

    while (ladder_set(ladder, percent, now_ms, &step))
        ;
}

void front_look(struct front *front)
{
    unsigned count =
        ladder_percent(front->reads.count + front->commands.count, (uint64_t)front->setup.queue);
    unsigned bytes = ladder_percent(front->reads.bytes + front->commands.bytes,
                                    (uint64_t)front->setup.queue_bytes);
    unsigned percent = count > bytes ? count : bytes;

    climb(&front->queue, percent, loop_now(front->loop));
    if (percent > front->figures.fullest)
        front->figures.fullest = percent;
}

void front_look_at_memory(struct front *front)
{
    climb(&front->memory, ladder_percent(app_rss_bytes(), (uint64_t)front->setup.memory_bytes),
          loop_now(front->loop));
}

/* --- who may wait ----------------------------------------------------------------------------- */

/* What nobody looks at a screen for. */
static bool is_background(const struct task *task)
{
    static const char *const verbs[] = {"order", "verify", "reembed", "dead.retry"};

    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(task->verb, verbs[i]) == 0)
            return true;
    return false;
}

/* It can wait, or asks for more than there is at the moment. */
static bool is_put_off(const struct front *front, const struct task *task)
{
    bool large = task->bytes > (uint64_t)front->setup.large_bytes;

    return (front->queue.rung >= LADDER_BUSY && is_background(task)) ||
           (front->memory.rung >= LADDER_BUSY && (large || is_background(task)));
}

static bool has_room(const struct front *front, const struct task *task)
{
    uint64_t count = front->reads.count + front->commands.count;
    uint64_t bytes = front->reads.bytes + front->commands.bytes;

    return count < (uint64_t)front->setup.queue &&
           (count == 0 || bytes + task->bytes <= (uint64_t)front->setup.queue_bytes);
}

/* Whoever has most waiting gives way to who has less.  false: the task itself finds no room. */
static bool make_room(struct front *front, const struct task *task)
{
    while (!has_room(front, task)) {
        bool reads = front->reads.count >= front->commands.count;
        struct task *other = fair_pull_longest(reads ? &front->reads : &front->commands, task);

        if (!other)
            return false;
        front_refuse(front, other);
    }
    return true;
}

bool front_admits(struct front *front, const struct task *task)
{
    return !is_put_off(front, task) && make_room(front, task);
}

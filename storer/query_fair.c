#include "storer/query_fair.h"

#include <stdlib.h>

#include "common/mem.h"

struct fair_caller {
    struct fair_caller *next;
    struct task_list tasks; /* never empty */
};

static bool is_of(const struct fair_caller *caller, const struct task *task)
{
    return zframe_eq(caller->tasks.first->caller, task->caller);
}

/* The caller of a task, or NULL. */
static struct fair_caller *find(const struct fair *fair, const struct task *task)
{
    struct fair_caller *caller = fair->last;

    if (!caller)
        return NULL;
    do {
        if (is_of(caller, task))
            return caller;
        caller = caller->next;
    } while (caller != fair->last);
    return NULL;
}

static struct fair_caller *add(struct fair *fair)
{
    struct fair_caller *caller = mem_calloc(1, sizeof(*caller));

    caller->next = fair->last ? fair->last->next : caller;
    if (fair->last)
        fair->last->next = caller;
    fair->last = caller;
    return caller;
}

/* A task has left the list of the caller behind `before`, which may have been its only one. */
static struct task *left(struct fair *fair, struct fair_caller *before, struct task *task)
{
    struct fair_caller *caller = before->next;

    if (!task)
        return NULL;
    fair->count--;
    fair->bytes -= task->bytes;
    if (caller->tasks.count > 0)
        return task;
    before->next = caller->next;
    if (fair->last == caller)
        fair->last = before == caller ? NULL : before;
    free(caller);
    return task;
}

void fair_push(struct fair *fair, struct task *task)
{
    struct fair_caller *caller = find(fair, task);

    task_push(caller ? &caller->tasks : &add(fair)->tasks, task);
    fair->count++;
    fair->bytes += task->bytes;
}

struct task *fair_pop(struct fair *fair)
{
    struct fair_caller *before = fair->last, *caller = before ? before->next : NULL;
    struct task *task = NULL;

    if (!caller)
        return NULL;
    if (caller->tasks.count > 1)
        fair->last = caller; /* the next one's turn */
    task = task_pop(&caller->tasks);
    return left(fair, before, task);
}

struct task *fair_pull_if(struct fair *fair, task_match_fn *match, const void *arg)
{
    struct fair_caller *before = fair->last;
    struct task *task = NULL;

    if (!before)
        return NULL;
    do {
        task = task_pull_if(&before->next->tasks, match, arg);
        if (task)
            return left(fair, before, task);
        before = before->next;
    } while (before != fair->last);
    return NULL;
}

static bool is_late(const struct task *task, const void *arg)
{
    return task->deadline_ms <= *(const int64_t *)arg;
}

struct task *fair_pull_late(struct fair *fair, int64_t now_ms)
{
    return fair_pull_if(fair, is_late, &now_ms);
}

void fair_each(const struct fair *fair, bool (*fn)(const struct task *task, void *arg), void *arg)
{
    const struct fair_caller *caller = fair->last;
    bool more = caller != NULL;

    while (more) {
        for (const struct task *task = caller->tasks.first; more && task; task = task->next)
            more = fn(task, arg);
        caller = caller->next;
        more = more && caller != fair->last;
    }
}

struct task *fair_pull_longest(struct fair *fair, const struct task *task)
{
    const struct fair_caller *own = find(fair, task);
    struct fair_caller *before = fair->last, *longest = before;

    if (!before)
        return NULL;
    do {
        if (before->next->tasks.count > longest->next->tasks.count)
            longest = before;
        before = before->next;
    } while (before != fair->last);
    if (longest->next->tasks.count < (own ? own->tasks.count : 0) + 2)
        return NULL;
    return left(fair, longest, task_pull_newest(&longest->next->tasks));
}

void fair_move_deadlines(struct fair *fair, int64_t by_ms)
{
    struct fair_caller *caller = fair->last;

    for (bool more = caller != NULL; more; more = caller != fair->last) {
        task_move_deadlines(&caller->tasks, by_ms);
        caller = caller->next;
    }
}

void fair_clear(struct fair *fair)
{
    struct task *task = NULL;

    while ((task = fair_pop(fair)) != NULL)
        task_destroy(&task);
}

#include "storer/query_task.h"

#include <stdlib.h>

#include "common/mem.h"
#include "common/msg.h"

struct task *task_create(const struct msg_query *query, zframe_t **caller, zframe_t **frame,
                         zframe_t **extra, int64_t deadline_ms)
{
    struct task *task = mem_calloc(1, sizeof(*task));

    task->verb = mem_dup(query->verb.p, query->verb.n);
    task->id = query->id;
    task->deadline_ms = deadline_ms;
    task->bytes = sizeof(*task) + zframe_size(*frame) + (*extra ? zframe_size(*extra) : 0);
    task->caller = *caller;
    task->frame = *frame;
    task->extra = *extra;
    *caller = *frame = *extra = NULL;
    return task;
}

void task_destroy(struct task **task)
{
    if (!*task)
        return;
    zframe_destroy(&(*task)->caller);
    zframe_destroy(&(*task)->frame);
    zframe_destroy(&(*task)->extra);
    free((*task)->verb);
    free(*task);
    *task = NULL;
}

void task_push(struct task_list *list, struct task *task)
{
    task->next = NULL;
    if (list->last)
        list->last->next = task;
    else
        list->first = task;
    list->last = task;
    list->count++;
    list->bytes += task->bytes;
}

/* Takes out what *link points to; before is the task that holds the link, or NULL. */
static struct task *unlink_task(struct task_list *list, struct task **link, struct task *before)
{
    struct task *task = *link;

    *link = task->next;
    if (list->last == task)
        list->last = before;
    task->next = NULL;
    list->count--;
    list->bytes -= task->bytes;
    return task;
}

struct task *task_pop(struct task_list *list)
{
    return list->first ? unlink_task(list, &list->first, NULL) : NULL;
}

struct task *task_pull(struct task_list *list, uint64_t token)
{
    struct task *before = NULL;

    for (struct task **link = &list->first; *link; before = *link, link = &before->next)
        if ((*link)->token == token)
            return unlink_task(list, link, before);
    return NULL;
}

struct task *task_pull_newest(struct task_list *list)
{
    struct task *before = NULL;

    for (struct task **link = &list->first; *link; before = *link, link = &before->next)
        if (!(*link)->next)
            return unlink_task(list, link, before);
    return NULL;
}

struct task *task_pull_late(struct task_list *list, int64_t now_ms)
{
    struct task *before = NULL;

    for (struct task **link = &list->first; *link; before = *link, link = &before->next)
        if ((*link)->deadline_ms <= now_ms)
            return unlink_task(list, link, before);
    return NULL;
}

void task_move_deadlines(struct task_list *list, int64_t by_ms)
{
    for (struct task *task = list->first; task; task = task->next)
        task->deadline_ms += by_ms;
}

void task_list_clear(struct task_list *list)
{
    struct task *task = NULL;

    while ((task = task_pop(list)) != NULL)
        task_destroy(&task);
}

void task_add_text(zmsg_t *message, struct span text)
{
    zframe_t *frame = zframe_new(NULL, text.n + 1);

    if (text.n)
        memcpy(zframe_data(frame), text.p, text.n);
    zframe_data(frame)[text.n] = '\0';
    zmsg_append(message, &frame);
}

#include "storer/query_task.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/link.h"
#include "common/link_callers.h"
#include "common/mem.h"
#include "common/msg.h"

/* Over tcp whose key it is; on this machine which process, as libzmq says: "localhost:UID:GID:PID".
 */
static char *client_of(zframe_t *frame)
{
    const char *key = zframe_meta(frame, "User-Id"), *peer = zframe_meta(frame, "Peer-Address");
    bool local = peer && strncmp(peer, "localhost:", 10) == 0;

    if (key && *key)
        return mem_printf("key %s", key);
    return local ? mem_printf("pid %s", strrchr(peer, ':') + 1) : mem_strdup(peer ? peer : "-");
}

struct task *task_create(const struct msg_query *query, zframe_t **caller, zframe_t **frame,
                         zframe_t **extra, int64_t deadline_ms)
{
    struct task *task = mem_calloc(1, sizeof(*task));

    task->verb = mem_dup(query->verb.p, query->verb.n);
    task->client = client_of(*frame);
    task->connection = link_callers_of(*frame);
    task->id = query->id;
    task->come_ms = clock_utc_ms();
    task->come_us = clock_mono_us();
    task->deadline_ms = deadline_ms;
    task->bytes = sizeof(*task) + zframe_size(*frame) + (*extra ? zframe_size(*extra) : 0);
    task->caller = *caller;
    task->frame = *frame;
    task->extra = *extra;
    *caller = *frame = *extra = NULL;
    return task;
}

struct task *task_create_later(const struct task *asker, const char *verb, struct span json,
                               uint64_t ticket, int64_t deadline_ms)
{
    struct msg_query query = {.id = asker->id, .verb = span_str(verb), .json = json};
    struct task *task = mem_calloc(1, sizeof(*task));
    struct buf frame = {0};

    if (msg_query_write(&query, &frame)) {
        buf_free(&frame);
        free(task);
        return NULL;
    }
    *task = *asker;
    task->next = NULL;
    task->caller = zframe_dup(asker->caller);
    task->frame = zframe_new(frame.data, frame.len);
    task->extra = NULL;
    task->verb = mem_strdup(verb);
    task->client = mem_strdup(asker->client);
    task->connection = -1; /* it outlives that */
    task->own = false;
    task->ticket = ticket;
    task->bytes = sizeof(*task) + frame.len;
    task->deadline_ms = deadline_ms;
    buf_free(&frame);
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
    free((*task)->client);
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

struct task *task_pull_if(struct task_list *list, task_match_fn *match, const void *arg)
{
    struct task *before = NULL;

    for (struct task **link = &list->first; *link; before = *link, link = &before->next)
        if (match(*link, arg))
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

/* Answers of the front: to the caller, or kept under a ticket; each is noted in the history. */
#include "common/app.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/log.h"
#include "storer/query_front.h"

enum { RETRY_LEAST_MS = 50 };

static void note(struct front *front, const struct task *task, int code)
{
    int64_t now_us = clock_mono_us();
    int64_t began_us = task->started_us ? task->started_us : now_us;
    struct history_entry entry = {.come_ms = task->come_ms,
                                  .waited_us = began_us - task->come_us,
                                  .ran_us = now_us - began_us,
                                  .code = code,
                                  .cancelled = task->want != TASK_WANTED,
                                  .ticket = task->ticket};

    if (task->own)
        return;
    snprintf(entry.verb, sizeof(entry.verb), "%s", task->verb);
    snprintf(entry.client, sizeof(entry.client), "%s", task->client);
    history_add(front->history, &entry);
}

/* Sends [caller]+message; the router's send never waits.  *message is gone afterwards. */
static void send_to_caller(struct front *front, struct task *task, zmsg_t **message)
{
    zframe_t *caller = zframe_dup(task->caller);

    zmsg_prepend(*message, &caller);
    front->figures.answered++;
    if (zmsg_send(message, front->setup.router)) {
        front->figures.gone++;
        log_debug("caller-gone", "query=%llu why=%s", (unsigned long long)task->id,
                  zmq_strerror(errno));
        zmsg_destroy(message);
    }
}

static void keep(struct front *front, const struct task *task, zmsg_t *message)
{
    struct msg_reply reply = {0};

    msg_pool_reset(&front->pool);
    if (msg_reply_read(link_span(zmsg_first(message)), &front->pool, &reply))
        abort(); /* we wrote it */
    front->figures.answered++;
    tickets_done(front->tickets, task->ticket, (int)reply.code, reply.error, reply.json,
                 clock_mono_ms());
}

void front_pass(struct front *front, struct task *task, int code, zmsg_t **message)
{
    bool stopped = code == APP_LEFT && task->want == TASK_CANCELLED && task->started_us;

    if (stopped) { /* not because of its time, as the reader thought */
        zframe_t *frame = query_reply(&front->setup.limits, task->id, code, 0,
                                      span_str("cancelled"), (struct span){0});

        zmsg_destroy(message);
        *message = zmsg_new();
        zmsg_append(*message, &frame);
    } else if (code == APP_LEFT && task->want == TASK_WANTED) {
        front->figures.interrupted++;
    }
    note(front, task, code);
    if (task->ticket)
        keep(front, task, *message);
    else if (task->want != TASK_LEFT)
        send_to_caller(front, task, message);
    zmsg_destroy(message);
}

void front_answer(struct front *front, struct task *task, int code, int64_t retry_after_ms,
                  const char *error, struct span json)
{
    struct reads_limits limits = front->setup.limits;
    zmsg_t *message = zmsg_new();
    zframe_t *frame = NULL;

    limits.json_bytes += QUERY_TICKET_ROOM;
    frame = query_reply(&limits, task->id, code, retry_after_ms, span_str(error), json);
    zmsg_append(message, &frame);
    note(front, task, code);
    if (task->ticket)
        keep(front, task, message);
    else if (task->want != TASK_LEFT)
        send_to_caller(front, task, &message);
    zmsg_destroy(&message);
}

void front_answer_late(struct front *front, struct task *task, int64_t retry_after_ms,
                       const char *words)
{
    front->figures.interrupted++;
    front_answer(front, task, APP_LEFT, retry_after_ms, words, (struct span){0});
}

/* About when what waits now will have been answered. */
static int64_t retry_after_ms(const struct front *front)
{
    int64_t ms = front->mean_us * (int64_t)front->reads.count / front->setup.readers / 1000;

    if (ms > front->setup.query_ms)
        ms = front->setup.query_ms;
    return ms > RETRY_LEAST_MS ? ms : RETRY_LEAST_MS;
}

void front_refuse(struct front *front, struct task *task)
{
    if (front->refused_before == front->figures.refused)
        log_warning("queries-refused",
                    "waiting=%llu do=\"raise storer.readers or storer.query_queue\"",
                    (unsigned long long)(front->reads.count + front->commands.count));
    front->figures.refused++;
    front_answer(front, task, APP_LEFT, retry_after_ms(front), "busy, retry after",
                 (struct span){0});
    task_destroy(&task);
}

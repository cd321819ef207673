/* Messages that come to the front: reading them, and who may ask. */
#include "common/app.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/log.h"
#include "storer/command.h"
#include "storer/query_front.h"

enum { MESSAGES_A_TURN = 64 };

static void malformed(struct front *front, const char *why)
{
    front->figures.malformed++;
    if (floods_add(&front->floods, "socket=query", clock_mono_ms()))
        log_warning("malformed", "socket=query why=\"%s\" do=dropped", why);
}

/* When a query must have been answered: its own wish, up to what its kind may take. */
static int64_t deadline_of(const struct front *front, const struct msg_query *query)
{
    bool verify = span_eq(query->verb, span_str("verify"));
    int64_t most_ms = verify ? front->setup.verify_ms : front->setup.query_ms;
    int64_t within_ms = (int64_t)query->within_ms;

    return clock_mono_ms() + (within_ms && within_ms < most_ms ? within_ms : most_ms);
}

static void forbid(struct front *front, struct task **task)
{
    const char *why = query_forbids(*task, front->figures.forbidden == 0);

    if (!why)
        return;
    front->figures.forbidden++;
    front_answer(front, *task, APP_CONFIG, 0, why, (struct span){0});
    task_destroy(task);
}

/* A deduper asks for one page after the other, and whoever cancels asks less. */
static bool is_rated(const struct task *task)
{
    return strcmp(task->verb, "vectors") != 0 && strcmp(task->verb, "cancel") != 0;
}

/* Refuses who asks too many queries a second. */
static void limit(struct front *front, struct task **task)
{
    int64_t now_ms = clock_mono_ms();
    int64_t wait_ms = is_rated(*task) ? buckets_take(front->buckets, (*task)->client, now_ms) : 0;

    if (wait_ms == 0)
        return;
    front->figures.limited++;
    if (floods_add(&front->floods, "query-rate", now_ms))
        log_warning("client-limited", "client=\"%s\" rate=%lld do=\"see storer.client_rate\"",
                    (*task)->client, (long long)front->setup.client_rate);
    front_answer(front, *task, APP_LEFT, wait_ms, "too many queries a second, retry after",
                 (struct span){0});
    task_destroy(task);
}

/* The task of a message, or NULL: then it was counted, and answered where it had an id. */
static struct task *read_task(struct front *front, zmsg_t *message)
{
    zframe_t *caller = zmsg_pop(message), *frame = zmsg_pop(message), *extra = zmsg_pop(message);
    struct msg_query query = {0};
    struct task *task = NULL;

    msg_pool_reset(&front->pool);
    if (!caller || !frame) {
        malformed(front, "no query frame");
    } else if (msg_query_read(link_span(frame), &front->pool, &query)) {
        malformed(front, front->pool.why);
    } else {
        task = task_create(&query, &caller, &frame, &extra, deadline_of(front, &query));
        if (zmsg_size(message) > 0) {
            malformed(front, "too many frames");
            front_answer(front, task, APP_DATA, 0, "a query has one frame, or two",
                         (struct span){0});
            task_destroy(&task);
        }
    }
    zframe_destroy(&caller);
    zframe_destroy(&frame);
    zframe_destroy(&extra);
    return task;
}

/* Whoever went away before we read what he asked is not told anything; what he ordered is done. */
static void forget_gone(struct front *front, struct task **task)
{
    if (command_is((*task)->verb) || !front_has_left(front, *task))
        return;
    front->figures.cancelled++;
    task_destroy(task);
}

static void accept_message(struct front *front, zmsg_t *message)
{
    struct task *task = read_task(front, message);

    if (task)
        forbid(front, &task);
    if (task)
        forget_gone(front, &task);
    if (task)
        limit(front, &task);
    if (task && !front_serves(front, &task))
        front_take(front, task);
}

bool front_on_router(struct loop *loop, void *arg)
{
    struct front *front = arg;

    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && zsock_events(front->setup.router) & ZMQ_POLLIN; i++) {
        zmsg_t *message = zmsg_recv(front->setup.router);

        front_hear(front); /* of whoever had this connection before: see link_callers.h */
        if (message)
            accept_message(front, message);
        zmsg_destroy(&message);
    }
    return false;
}

/* The front: owns the ROUTER, keeps what waits, and hands it to readers and to the writer. */
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/query_front.h"
#include "storer/reads.h"

enum {
    MESSAGES_A_TURN = 64,
    SWEEP_MS = 50, /* how late a deadline of what waits may be seen */
    REPORT_MS = 1000,
    RETRY_LEAST_MS = 50,
};

/* --- answers ---------------------------------------------------------------------------------- */

/* Sends [caller]+message; the router's send never waits.  *message is gone afterwards. */
static void send_reply(struct front *front, struct task *task, zmsg_t **message)
{
    zmsg_prepend(*message, &task->caller);
    front->figures.answered++;
    if (zmsg_send(message, front->setup.router)) {
        front->figures.gone++;
        log_debug("caller-gone", "query=%llu why=%s", (unsigned long long)task->id,
                  zmq_strerror(errno));
        zmsg_destroy(message);
    }
}

static void reply(struct front *front, struct task *task, int code, int64_t retry_after_ms,
                  const char *error, struct span json)
{
    zmsg_t *message = zmsg_new();
    zframe_t *frame =
        query_reply(&front->setup.limits, task->id, code, retry_after_ms, span_str(error), json);

    zmsg_append(message, &frame);
    send_reply(front, task, &message);
}

void front_reply_late(struct front *front, struct task *task, const char *words)
{
    front->figures.interrupted++;
    reply(front, task, APP_LEFT, RETRY_LEAST_MS, words, (struct span){0});
}

/* About when what waits now will have been answered. */
static int64_t retry_after_ms(const struct front *front)
{
    int64_t ms = front->mean_us * (int64_t)front->reads.count / front->setup.readers / 1000;

    if (ms > front->setup.query_ms)
        ms = front->setup.query_ms;
    return ms > RETRY_LEAST_MS ? ms : RETRY_LEAST_MS;
}

/* --- callers ---------------------------------------------------------------------------------- */

static void malformed(struct front *front, const char *why)
{
    front->figures.malformed++;
    if (floods_add(&front->floods, "socket=query", clock_mono_ms()))
        log_warning("malformed", "socket=query why=\"%s\" do=dropped", why);
}

void front_refuse(struct front *front, struct task *task)
{
    if (front->refused_before == front->figures.refused)
        log_warning("queries-refused",
                    "waiting=%llu do=\"raise storer.readers or storer.query_queue\"",
                    (unsigned long long)(front->reads.count + front->commands.count));
    front->figures.refused++;
    reply(front, task, APP_LEFT, retry_after_ms(front), "busy, retry after", (struct span){0});
    task_destroy(&task);
}

static void accept_task(struct front *front, struct task *task)
{
    bool read = reads_knows(task->verb);

    front_look(front);
    if (!front_admits(front, task)) {
        front_refuse(front, task);
        return;
    }
    fair_push(read ? &front->reads : &front->commands, task);
    front_dispatch(front); /* so that only what really waits is counted as waiting */
    front_look(front);
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
    reply(front, *task, APP_CONFIG, 0, why, (struct span){0});
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
            reply(front, task, APP_DATA, 0, "a query has one frame, or two", (struct span){0});
            task_destroy(&task);
        }
        if (task)
            forbid(front, &task);
    }
    zframe_destroy(&caller);
    zframe_destroy(&frame);
    zframe_destroy(&extra);
    return task;
}

static bool on_router(struct loop *loop, void *arg)
{
    struct front *front = arg;

    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && zsock_events(front->setup.router) & ZMQ_POLLIN; i++) {
        zmsg_t *message = zmsg_recv(front->setup.router);
        struct task *task = message ? read_task(front, message) : NULL;

        if (task)
            accept_task(front, task);
        zmsg_destroy(&message);
    }
    return false;
}

/* --- readers ---------------------------------------------------------------------------------- */

static void give_reader(struct worker *worker, struct task *task)
{
    struct query_job job = {.id = task->id, .deadline_ms = task->deadline_ms};
    zmsg_t *message = zmsg_new();

    zmsg_addmem(message, &job, sizeof(job));
    zmsg_append(message, &task->frame);
    if (task->extra)
        zmsg_append(message, &task->extra);
    else
        zmsg_addmem(message, NULL, 0);
    worker->task = task;
    worker->started_us = clock_mono_us();
    zmsg_send(&message, worker->actor);
}

static void release_reader(struct worker *worker)
{
    zmsg_t *message = zmsg_new();

    query_add_u64(message, 0);
    zmsg_send(&message, worker->actor);
    worker->release = false;
}

static bool on_reader(struct loop *loop, void *arg)
{
    struct worker *worker = arg;
    struct front *front = worker->front;
    zmsg_t *message = NULL;
    zframe_t *code = NULL;

    (void)loop;
    if (!(zsock_events(worker->actor) & ZMQ_POLLIN))
        return false;
    message = zmsg_recv(worker->actor);
    code = message ? zmsg_pop(message) : NULL;
    if (worker->task && code) {
        front->mean_us += (clock_mono_us() - worker->started_us - front->mean_us) / 8;
        if (query_get_u64(code) == APP_LEFT)
            front->figures.interrupted++;
        if (!front_prepared(front, &worker->task, (int)query_get_u64(code), message))
            send_reply(front, worker->task, &message);
        task_destroy(&worker->task);
        if (worker->release)
            release_reader(worker);
    }
    zframe_destroy(&code);
    zmsg_destroy(&message);
    front_dispatch(front);
    return false;
}

/* --- the writer ------------------------------------------------------------------------------- */

void front_count(struct front *front)
{
    front->figures.queued = front->reads.count + front->commands.count;
    front->figures.active = front->given.count;
    for (int64_t i = 0; i < front->setup.readers; i++)
        front->figures.active += front->workers[i].task ? 1 : 0;
}

static void give_writer(struct front *front, struct task *task)
{
    zmsg_t *message = zmsg_new();
    struct msg_query query = {0};
    struct span json = {0};

    msg_pool_reset(&front->pool);
    if (msg_query_read(link_span(task->frame), &front->pool, &query) == 0)
        json = query.json;
    task->token = ++front->last_token;
    task_push(&front->given, task);
    front_count(front);
    zmsg_addmem(message, &front->figures, sizeof(front->figures));
    front->figures.fullest = 0;
    query_add_u64(message, task->token);
    zmsg_addmem(message, task->verb, strlen(task->verb) + 1);
    task_add_text(message, json);
    zframe_destroy(&task->frame);
    zmsg_send(&message, front->pipe);
}

static void take_answer(struct front *front, zmsg_t *message)
{
    struct task *task = task_pull(&front->given, query_get_u64(zmsg_first(message)));
    int code = (int)query_get_u64(zmsg_next(message));
    char *error = zframe_strdup(zmsg_next(message));
    zframe_t *json = zmsg_next(message);

    if (task && !task->answered)
        reply(front, task, code, 0, error, link_span(json));
    task_destroy(&task);
    free(error);
}

/* $TERM is another size. */
static bool is_release(zmsg_t *message)
{
    return message && zmsg_size(message) == 1 &&
           zframe_size(zmsg_first(message)) == sizeof(uint64_t);
}

/* One that is busy closes once it has answered: no query is stopped for this. */
static void release(struct front *front)
{
    for (int64_t i = 0; i < front->setup.readers; i++) {
        if (front->workers[i].task)
            front->workers[i].release = true;
        else
            release_reader(&front->workers[i]);
    }
}

static bool on_main(struct loop *loop, void *arg)
{
    struct front *front = arg;
    bool end = false;

    (void)loop;
    while (!end && zsock_events(front->pipe) & ZMQ_POLLIN) {
        zmsg_t *message = zmsg_recv(front->pipe);

        if (message && zmsg_size(message) == 4)
            take_answer(front, message);
        else if (is_release(message))
            release(front);
        else
            end = true; /* $TERM, or the context's end */
        zmsg_destroy(&message);
    }
    front_dispatch(front);
    return end;
}

/* --- turns ------------------------------------------------------------------------------------ */

void front_dispatch(struct front *front)
{
    for (int64_t i = 0; i < front->setup.readers && front->reads.count; i++)
        if (!front->workers[i].task)
            give_reader(&front->workers[i], fair_pop(&front->reads));
    while (front->commands.count && front->given.count < QUERY_COMMANDS)
        give_writer(front, fair_pop(&front->commands));
}

/* --- the actor -------------------------------------------------------------------------------- */

static void start(struct front *front)
{
    front->loop = loop_create(front->setup.late_ms);
    front->workers = mem_calloc((size_t)front->setup.readers, sizeof(*front->workers));
    for (int64_t i = 0; i < front->setup.readers; i++) {
        struct worker *worker = &front->workers[i];

        worker->front = front;
        worker->actor = zactor_new(query_reader, &front->setup);
        if (!worker->actor)
            abort();
        loop_socket(front->loop, zsock_resolve(worker->actor), ZMQ_POLLIN, on_reader, worker);
    }
    loop_socket(front->loop, zsock_resolve(front->setup.router), ZMQ_POLLIN, on_router, front);
    loop_socket(front->loop, zsock_resolve(front->pipe), ZMQ_POLLIN, on_main, front);
    loop_timer(front->loop, SWEEP_MS, SWEEP_MS, front_on_sweep, front);
    loop_timer(front->loop, REPORT_MS, REPORT_MS, front_on_report, front);
    loop_on_late(front->loop, front_on_late, front);
}

static void end(struct front *front)
{
    for (int64_t i = 0; i < front->setup.readers; i++) {
        zactor_destroy(&front->workers[i].actor);
        task_destroy(&front->workers[i].task);
    }
    free(front->workers);
    fair_clear(&front->reads);
    fair_clear(&front->commands);
    task_list_clear(&front->given);
    msg_pool_free(&front->pool);
    loop_destroy(&front->loop);
    zsock_destroy(&front->setup.router);
    guard_close(&front->setup.guard);
}

void query_front(zsock_t *pipe, void *args)
{
    struct front front = {.pipe = pipe, .setup = *(const struct query_setup *)args};

    query_block_signals();
    start(&front);
    zsock_signal(pipe, 0);
    loop_run(front.loop);
    end(&front);
}

/* The front: owns the ROUTER, keeps what waits, and hands it to readers and to the writer. */
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/link.h"
#include "common/link_callers.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/query_front.h"
#include "storer/reads.h"

enum {
    SWEEP_MS = 50, /* how late a deadline of what waits may be seen */
    REPORT_MS = 1000,
};

/* --- readers ---------------------------------------------------------------------------------- */

/* It no longer waits. */
static void begin(struct front *front, struct task *task)
{
    struct ticket *ticket = task->ticket ? tickets_find(front->tickets, task->ticket) : NULL;

    task->started_us = clock_mono_us();
    if (ticket)
        ticket->state = TICKET_RUNNING;
}

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
    begin(worker->front, task);
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
        front->mean_us += (clock_mono_us() - worker->task->started_us - front->mean_us) / 8;
        if (!front_prepared(front, &worker->task, (int)query_get_u64(code), message))
            front_pass(front, worker->task, (int)query_get_u64(code), &message);
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
    struct tickets_figures tickets = tickets_figures(front->tickets);

    front->figures.queued = front->reads.count + front->commands.count;
    front->figures.active = front->given.count;
    for (int64_t i = 0; i < front->setup.readers; i++)
        front->figures.active += front->workers[i].task ? 1 : 0;
    front->figures.tickets = tickets.kept;
    front->figures.ticket_bytes = tickets.bytes;
    front->figures.tickets_lost = tickets.lost;
}

static void give_writer(struct front *front, struct task *task)
{
    zmsg_t *message = zmsg_new();
    struct msg_query query = {0};
    struct span json = {0};

    msg_pool_reset(&front->pool);
    if (msg_query_read(link_span(task->frame), &front->pool, &query) == 0)
        json = query.json;
    begin(front, task);
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

    if (task && (!task->answered || task->ticket))
        front_answer(front, task, code, 0, error, link_span(json));
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

void front_take(struct front *front, struct task *task)
{
    front_look(front);
    if (!front_admits(front, task)) {
        front_refuse(front, task);
        return;
    }
    fair_push(reads_knows(task->verb) ? &front->reads : &front->commands, task);
    front_dispatch(front); /* so that only what really waits is counted as waiting */
    front_look(front);
}

/* --- the actor -------------------------------------------------------------------------------- */

static void watch_callers(struct front *front)
{
    char name[32];

    snprintf(name, sizeof(name), "query-%p", (void *)front);
    front->callers = link_callers(front->setup.router, name);
    if (front->callers)
        loop_socket(front->loop, zsock_resolve(front->callers), ZMQ_POLLIN, front_on_callers,
                    front);
}

static void start(struct front *front)
{
    const struct query_setup *setup = &front->setup;

    front->loop = loop_create(setup->late_ms);
    front->buckets = buckets_create(setup->client_rate, setup->client_burst);
    front->tickets = tickets_create(setup->tickets, setup->ticket_bytes, setup->ticket_ms);
    front->history = history_create((size_t)setup->history);
    front->workers = mem_calloc((size_t)front->setup.readers, sizeof(*front->workers));
    for (int64_t i = 0; i < front->setup.readers; i++) {
        struct worker *worker = &front->workers[i];

        worker->front = front;
        worker->actor = zactor_new(query_reader, &front->setup);
        if (!worker->actor)
            abort();
        loop_socket(front->loop, zsock_resolve(worker->actor), ZMQ_POLLIN, on_reader, worker);
    }
    loop_socket(front->loop, zsock_resolve(front->setup.router), ZMQ_POLLIN, front_on_router,
                front);
    watch_callers(front);
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
    buckets_destroy(&front->buckets);
    tickets_destroy(&front->tickets);
    history_destroy(&front->history);
    free(front->closed);
    loop_destroy(&front->loop);
    link_callers_end(front->setup.router, &front->callers);
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

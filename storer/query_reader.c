/* A reader: one query at a time, on its own read-only connection. */
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/fault.h"
#include "common/link.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_read.h"
#include "storer/query_inner.h"
#include "storer/query_semantic.h"

struct reader {
    zsock_t *pipe;
    char *path;
    int64_t busy_ms;
    struct reads_limits limits;
    struct db_read *db; /* opened at the first query, and again after a failure */
    int64_t deadline_ms;
    struct ring *ring; /* the way to embedders and dedupers */
    struct reads_ring ways;
    struct msg_pool pool;
    struct reads_answer answer;
};

/* While a query runs, nothing but orders to stop it, or to end, comes through the pipe. */
static bool must_stop(void *arg)
{
    struct reader *reader = arg;

    return clock_mono_ms() >= reader->deadline_ms || (zsock_events(reader->pipe) & ZMQ_POLLIN);
}

static bool open_store(struct reader *reader)
{
    struct reads_answer *answer = &reader->answer;

    if (reader->db)
        return true;
    buf_clear(&answer->error);
    buf_clear(&answer->json);
    buf_clear(&answer->page);
    reader->db = db_read_open(reader->path, reader->busy_ms, &answer->error);
    if (!reader->db) {
        answer->code = APP_IO;
        return false;
    }
    db_read_watch(reader->db, must_stop, reader);
    return true;
}

static void run(struct reader *reader, const struct msg_query *query, struct span extra)
{
    char *verb = mem_dup(query->verb.p, query->verb.n);

    if (open_store(reader))
        reads_run(reader->db, &reader->limits, verb, query->json, extra, &reader->answer);
    if (reader->answer.code == APP_IO)
        db_read_close(&reader->db);
    free(verb);
}

static void serve(struct reader *reader, zmsg_t *message)
{
    struct query_job job = {0};
    zframe_t *head = zmsg_first(message), *frame = zmsg_next(message), *extra = zmsg_next(message);
    struct msg_query query = {0};
    zmsg_t *reply = zmsg_new();
    zframe_t *answer = NULL;

    memcpy(&job, zframe_data(head), sizeof(job));
    reader->deadline_ms = job.deadline_ms;
    msg_pool_reset(&reader->pool);
    /* The front has read it before. */
    if (msg_query_read(link_span(frame), &reader->pool, &query))
        abort();
    run(reader, &query, link_span(extra));
    query_add_u64(reply, (uint64_t)reader->answer.code);
    answer = query_reply(&reader->limits, job.id, reader->answer.code, 0,
                         buf_span(&reader->answer.error), buf_span(&reader->answer.json));
    zmsg_append(reply, &answer);
    if (reader->answer.page.len)
        zmsg_addmem(reply, reader->answer.page.data, reader->answer.page.len);
    FAULT(page_made);
    if (zmsg_send(&reply, reader->pipe))
        zmsg_destroy(&reply);
}

/* Whether the actor goes on. */
static bool turn(struct reader *reader)
{
    zmsg_t *message = zmsg_recv(reader->pipe);
    bool job = message && zmsg_size(message) == 3;
    bool order =
        message && zmsg_size(message) == 1 && zframe_size(zmsg_first(message)) == sizeof(uint64_t);

    if (job)
        serve(reader, message);
    if (order && query_get_u64(zmsg_first(message)) == 0)
        db_read_close(&reader->db); /* the other one was to stop what has ended by now */
    zmsg_destroy(&message);
    return job || order; /* anything else is $TERM, or the context's end */
}

void query_reader(zsock_t *pipe, void *args)
{
    const struct query_setup *setup = args;
    struct reader reader = {.pipe = pipe,
                            .path = mem_strdup(setup->path),
                            .busy_ms = setup->busy_ms,
                            .limits = setup->limits};

    query_block_signals();
    reader.ring = ring_open(setup->path, pipe, &reader.deadline_ms);
    reader.ways = (struct reads_ring){.ask = ring_ask, .wait = ring_wait, .self = reader.ring};
    reader.limits.ring = &reader.ways;
    zsock_signal(pipe, 0);
    while (turn(&reader))
        ;
    db_read_close(&reader.db);
    ring_close(&reader.ring);
    reads_answer_free(&reader.answer);
    msg_pool_free(&reader.pool);
    free(reader.path);
}

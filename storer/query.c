#include "storer/query.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/utf8.h"
#include "common/watchdog.h"
#include "storer/query_inner.h"

enum {
    COMMANDS_A_TURN = 64,
    REPLY_ROOM = 4096, /* of a reply beside its JSON */
    PAGE_ROOM = 64,    /* of a page beside its entries */
    PAGE_ROWS = 50000, /* vectors looked at for one */
};

struct query {
    struct loop *loop;
    zactor_t *front;
    query_command_fn *fn;
    void *self;
    struct query_figures figures;
    unsigned fullest; /* since it was asked for last */
    struct watch watch;
    struct query_setup setup; /* the front copies it as it starts */
};

/* --- shared by the actors --------------------------------------------------------------------- */

void query_add_u64(zmsg_t *message, uint64_t value)
{
    zmsg_addmem(message, &value, sizeof(value));
}

uint64_t query_get_u64(zframe_t *frame)
{
    uint64_t value = 0;

    if (frame && zframe_size(frame) == sizeof(value))
        memcpy(&value, zframe_data(frame), sizeof(value));
    return value;
}

void query_block_signals(void)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

zframe_t *query_reply(const struct reads_limits *limits, uint64_t id, int code,
                      int64_t retry_after_ms, struct span error, struct span json)
{
    struct msg_reply reply = {.id = id,
                              .code = (uint64_t)code & 255,
                              .retry_after_ms = (uint64_t)retry_after_ms,
                              .error = utf8_clip(error, 1024),
                              .json = json};
    struct buf out = {0};
    zframe_t *frame = NULL;

    if (json.n > limits->json_bytes || msg_reply_write(&reply, &out)) {
        reply = (struct msg_reply){.id = id,
                                   .code = APP_DATA,
                                   .error = span_str("the answer does not fit into a message")};
        msg_reply_write(&reply, &out);
    }
    frame = zframe_new(out.data, out.len);
    buf_free(&out);
    return frame;
}

/* --- the main thread's side ------------------------------------------------------------------- */

static void take_figures(struct query *query, const void *figures)
{
    memcpy(&query->figures, figures, sizeof(query->figures));
    if (query->figures.fullest > query->fullest)
        query->fullest = (unsigned)query->figures.fullest;
}

static void take(struct query *query, zmsg_t *message)
{
    zframe_t *figures = zmsg_first(message);
    uint64_t token = query_get_u64(zmsg_next(message));
    zframe_t *verb = zmsg_next(message), *json = zmsg_next(message);

    if (figures && zframe_size(figures) == sizeof(query->figures))
        take_figures(query, zframe_data(figures));
    /* Both texts were sent with their NUL. */
    if (token && verb && json)
        query->fn(query->self, token, (const char *)zframe_data(verb),
                  (const char *)zframe_data(json));
}

static bool on_front(struct loop *loop, void *arg)
{
    struct query *query = arg;

    (void)loop;
    for (int i = 0; i < COMMANDS_A_TURN && zsock_events(query->front) & ZMQ_POLLIN; i++) {
        zmsg_t *message = zmsg_recv(query->front);

        if (message)
            take(query, message);
        zmsg_destroy(&message);
    }
    return false;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static struct query_setup setup_of(const struct config *config, const char *db_path)
{
    int64_t room = config->link_message_bytes - REPLY_ROOM;
    struct query_setup setup = {
        .readers = config->storer_readers,
        .queue = config->storer_query_queue,
        .queue_bytes = config->storer_query_bytes,
        .large_bytes = config->storer_large_bytes,
        .memory_bytes = config->service_memory_bytes,
        .query_ms = config->storer_query_ms,
        .later_ms = config->storer_later_ms,
        .client_rate = config->storer_client_rate,
        .client_burst = config->storer_client_burst,
        .tickets = config->storer_tickets,
        .ticket_bytes = config->storer_ticket_bytes,
        .ticket_ms = config->storer_ticket_ms,
        .history = config->storer_query_history,
        .verify_ms = config->storer_verify_ms,
        .busy_ms = config->storer_busy_ms,
        .late_ms = config->service_late_ms,
        .quiet_ms = config->log_quiet_ms,
        .stuck_ms = config->service_stuck_ms,
        .limits = {.json_bytes = (size_t)(smaller(room, MSG_TEXT_MAX) - QUERY_TICKET_ROOM),
                   .page_rows = PAGE_ROWS,
                   .search_candidates = config->storer_search_candidates,
                   .keyword_weight = config->search_keyword_weight,
                   .vector_weight = config->search_vector_weight,
                   .cosine_percent = config->search_cosine_percent,
                   .rerank_hits = config->search_rerank_hits,
                   .rerank_bytes = config->search_rerank_bytes,
                   .config = config,
                   .semantic_ms = config->storer_semantic_ms,
                   .rerank_ms = config->search_rerank_ms,
                   .keep = keep_limits_of(config),
                   .page_bytes = (size_t)(smaller(room, config->link_event_bytes) - PAGE_ROOM)},
    };

    snprintf(setup.path, sizeof(setup.path), "%s", db_path);
    return setup;
}

struct query *query_open(const struct config *config, const char *db_path, struct loop *loop,
                         query_command_fn *fn, void *self)
{
    struct query *query = mem_calloc(1, sizeof(*query));
    struct query_setup setup = setup_of(config, db_path);
    char *endpoint = link_endpoint_named(config, "query");

    if (guard_open(config, config->storer_listen, &setup.guard) == 0)
        setup.router = link_bind(config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    free(endpoint);
    if (!setup.router) {
        guard_close(&setup.guard);
        free(query);
        return NULL;
    }
    query->loop = loop;
    query->fn = fn;
    query->self = self;
    query->setup = setup;
    query->front = zactor_new(query_front, &query->setup);
    if (!query->front)
        abort(); /* no thread, no memory: the supervisor starts us again */
    loop_socket(loop, zsock_resolve(query->front), ZMQ_POLLIN, on_front, query);
    return query;
}

void query_answer(struct query *query, uint64_t token, int code, const char *error,
                  const char *json)
{
    zmsg_t *message = zmsg_new();

    query_add_u64(message, token);
    query_add_u64(message, (uint64_t)code);
    zmsg_addstr(message, error ? error : "");
    zmsg_addstr(message, json ? json : "");
    if (zmsg_send(&message, query->front)) {
        zmsg_destroy(&message);
        log_error("query-answer-lost", "token=%llu", (unsigned long long)token);
    }
}

void query_release(struct query *query)
{
    zmsg_t *message = zmsg_new();

    query_add_u64(message, 0);
    if (zmsg_send(&message, query->front))
        zmsg_destroy(&message);
}

unsigned query_fullest(struct query *query)
{
    unsigned fullest = query->fullest;

    query->fullest = (unsigned)query->figures.fullest;
    return fullest;
}

void query_look(struct query *query, int64_t stuck_ms, int64_t now_ms)
{
    watchdog_look(&query->watch, "query", 1, query->figures.turns, stuck_ms, now_ms);
}

void query_counters(const struct query *query, struct counters *counters)
{
    const struct query_figures *f = &query->figures;

    counters->at[COUNTER_busy_refused] = f->refused;
    counters->at[COUNTER_interrupted] = f->interrupted;
    counters->at[COUNTER_cancelled] = f->cancelled;
    counters->at[COUNTER_rate_limited] = f->limited;
    counters->at[COUNTER_forbidden] = f->forbidden;
}

const struct query_figures *query_figures(const struct query *query)
{
    return &query->figures;
}

void query_close(struct query **query)
{
    if (!query || !*query)
        return;
    loop_forget_socket((*query)->loop, zsock_resolve((*query)->front));
    zactor_destroy(&(*query)->front);
    free(*query);
    *query = NULL;
}

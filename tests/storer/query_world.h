/* A query endpoint over its real socket, for tests of it: a store, a front, callers. */
#ifndef WEIR_TESTS_QUERY_WORLD_H
#define WEIR_TESTS_QUERY_WORLD_H

#include <jansson.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "common/loop.h"
#include "common/msg.h"
#include "storer/query.h"
#include "tests/storer/sample_store.h"

enum { PATIENCE_MS = 20000 };

static struct sample sample;
static struct config *config;
static struct loop *loop;
static struct query *query;
static char *endpoint;
static struct msg_pool pool;
static zmsg_t *kept; /* the last reply */

/* What came to the writer. */
static uint64_t tokens[1000];
static size_t token_count;
static char last_verb[64];
static char last_json[256];
static bool answer_at_once;

static void on_command(void *self, uint64_t token, const char *verb, const char *json)
{
    ck_assert_ptr_eq(self, &sample);
    ck_assert_uint_lt(token_count, (size_t)1000);
    tokens[token_count++] = token;
    snprintf(last_verb, sizeof(last_verb), "%s", verb);
    snprintf(last_json, sizeof(last_json), "%s", json);
    if (answer_at_once)
        query_answer(query, token, 0, NULL, "{\"done\":true}");
}

__attribute__((unused)) static void set(const char *assignment)
{
    struct buf error = {0};

    ck_assert_msg(config_set(config, assignment, "test", &error) == 0, "%s", error.data);
}

static void setup(void)
{
    char *folder = NULL;

    token_count = 0;
    answer_at_once = false;
    sample_open(&sample);
    config = config_create();
    folder = mem_printf("runtime.dir=%s/run", sample.folder);
    set(folder);
    free(folder);
    ck_assert_int_eq(link_prepare(config), 0);
    loop = loop_create(2000);
    endpoint = link_endpoint_named(config, "query");
    /* All callers of a test are one process, and so one client. */
    set("storer.client_rate=1000000");
    set("storer.client_burst=1000000");
}

static void start(const char *path)
{
    query = query_open(config, path, loop, on_command, &sample);
    ck_assert_ptr_nonnull(query);
}

static void teardown(void)
{
    char *command = NULL;

    query_close(&query);
    loop_destroy(&loop);
    config_destroy(&config);
    msg_pool_free(&pool);
    zmsg_destroy(&kept);
    free(endpoint);
    command = mem_printf("rm -rf %s/run", sample.folder);
    ck_assert_int_eq(system(command), 0);
    free(command);
    sample_close(&sample);
}

/* --- a caller --------------------------------------------------------------------------------- */

static zsock_t *caller(void)
{
    zsock_t *socket = link_connect(config, ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, endpoint);

    ck_assert_ptr_nonnull(socket);
    zsock_set_sndtimeo(socket, PATIENCE_MS);
    return socket;
}

static void ask(zsock_t *socket, uint64_t id, const char *verb, const char *json,
                uint64_t within_ms, struct buf *extra)
{
    struct msg_query question = {
        .id = id, .verb = span_str(verb), .within_ms = within_ms, .json = span_str(json)};
    struct buf frame = {0};
    zmsg_t *message = zmsg_new();

    ck_assert_int_eq(msg_query_write(&question, &frame), 0);
    link_append(message, &frame);
    if (extra)
        link_append(message, extra);
    ck_assert_int_eq(zmsg_send(&message, socket), 0);
    buf_free(&frame);
}

static bool stop(struct loop *unused, void *arg)
{
    (void)unused;
    if (arg)
        *(bool *)arg = true;
    return true;
}

/* Runs the loop until a message waits on the socket; false after so many milliseconds. */
static bool await(zsock_t *socket, int64_t ms)
{
    bool late = false;
    uint64_t timer = loop_timer(loop, ms, 0, stop, &late);

    if (socket)
        loop_socket(loop, zsock_resolve(socket), ZMQ_POLLIN, stop, NULL);
    loop_run(loop);
    if (socket)
        loop_forget_socket(loop, zsock_resolve(socket));
    loop_cancel(loop, timer);
    return !late;
}

/* The next reply, borrowed until the next call; its frames in *frames where wanted. */
static struct msg_reply reply_of(zsock_t *socket, zmsg_t **frames)
{
    struct msg_reply reply = {0};

    ck_assert_msg(await(socket, PATIENCE_MS), "no reply");
    zmsg_destroy(&kept);
    kept = zmsg_recv(socket);
    ck_assert_ptr_nonnull(kept);
    msg_pool_reset(&pool);
    ck_assert_msg(msg_reply_read(link_span(zmsg_first(kept)), &pool, &reply) == 0, "%s", pool.why);
    if (frames)
        *frames = kept;
    return reply;
}

static void expect(zsock_t *socket, uint64_t id, uint64_t code, const char *words)
{
    struct msg_reply reply = reply_of(socket, NULL);
    struct span said = code ? reply.error : reply.json;
    char *text = mem_dup(said.p, said.n);

    ck_assert_msg(reply.id == id && reply.code == code, "id %d code %d: %s", (int)reply.id,
                  (int)reply.code, text);
    ck_assert_msg(strstr(text, words) != NULL, "%s", text);
    free(text);
}

/* From now on the verb `stories` never ends by itself. */
static void make_endless(void)
{
    sample_exec(&sample, "DROP TABLE story;"
                         "CREATE VIEW story AS WITH RECURSIVE n (x) AS"
                         " (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
                         " SELECT x AS id, 1 AS lead, 0 AS first_ms, 0 AS last_ms, 0 AS items,"
                         " 0 AS copies, 0 AS sources FROM n");
}

/* Runs the loop until a figure has this value. */
static void await_figure(const uint64_t *figure, uint64_t value)
{
    int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

    while (*figure != value) {
        ck_assert_msg(clock_mono_ms() < end_ms, "figure is %d, not %d", (int)*figure, (int)value);
        await(NULL, 20);
    }
}

#endif

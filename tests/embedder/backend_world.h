/* What tests of the back end share: one with settings of its own, a server, and what became of each
 * text. */
#ifndef WEIR_TESTS_EMBEDDER_BACKEND_WORLD_H
#define WEIR_TESTS_EMBEDDER_BACKEND_WORLD_H

#include "embedder/backend.h"

#include "common/counters.h"
#include "tests/embedder/model_server.h"

enum { DIMS = 4, TEXTS = 400 };

struct outcome {
    int number; /* of the text */
    int times;  /* it came back */
    int vector; /* the number that its vector is of; -1 = there is none */
    bool expired;
    char reason[256];
};

static struct loop *loop;
static struct counters counters;
static struct backend *backend;
static struct outcome outcomes[TEXTS];
static int answered;
static char states[200];

/* 100 became 127. */
static inline int digit_of(int8_t component)
{
    return (component * 10 + 63) / 127;
}

static inline void on_done(void *self, void *token, const struct backend_answer *answer)
{
    struct outcome *outcome = token;

    (void)self;
    outcome->times++;
    outcome->expired = answer->expired;
    outcome->vector = -1;
    if (answer->vector) {
        ck_assert_uint_eq(answer->dims, DIMS);
        outcome->vector = 100 * digit_of(answer->vector[1]) + 10 * digit_of(answer->vector[2]) +
                          digit_of(answer->vector[3]);
    } else {
        snprintf(outcome->reason, sizeof(outcome->reason), "%s", answer->reason);
    }
    answered++;
}

static inline void on_changed(void *self, const char *state, const char *error)
{
    (void)self;
    ck_assert_int_eq(!*error, strcmp(state, "closed") == 0);
    strcat(states, state);
    strcat(states, " ");
}

static inline void open_with(int64_t hold_ms)
{
    struct backend_calls calls = {.done = on_done, .changed = on_changed};

    backend = backend_open(world_config, loop, &counters, hold_ms, &calls);
    ck_assert_ptr_nonnull(backend);
}

static inline void setup(void)
{
    char *url = NULL;

    world_config = config_create();
    loop = loop_create(60000);
    server_open(loop);
    url = mem_printf("embedder.url=http://127.0.0.1:%d", server.port);
    world_set(url);
    world_set("embedder.backend=ollama");
    world_set("embedder.model=m");
    world_set("embedder.batch=4");
    world_set("embedder.linger_ms=20");
    world_set("embedder.retry_ms=10");
    free(url);
    memset(outcomes, 0, sizeof(outcomes));
    answered = 0;
    states[0] = '\0';
}

static inline void teardown(void)
{
    backend_close(&backend);
    server_close();
    loop_destroy(&loop);
    config_destroy(&world_config);
}

static inline void embed_waited(int number, bool hi, int64_t waited_ms, int64_t deadline_ms)
{
    struct buf bytes = {0};

    buf_printf(&bytes, "t%d", number);
    outcomes[number].number = number;
    backend_embed(backend, &bytes, hi, waited_ms, deadline_ms, &outcomes[number]);
    buf_free(&bytes);
}

static inline void embed_until(int number, bool hi, int64_t deadline_ms)
{
    embed_waited(number, hi, 0, deadline_ms);
}

static inline void embed(int from, int to, bool hi)
{
    for (int i = from; i <= to; i++)
        embed_until(i, hi, 0);
}

static inline bool have_answers(int number)
{
    return answered >= number;
}

static inline void await_answers(int number)
{
    ck_assert_msg(server_turn(have_answers, number, WORLD_PATIENCE_MS), "%d of %d answers came",
                  answered, number);
    ck_assert_int_eq(answered, number);
}

/* Each came back once, with its own vector; or all without one, for a reason with this in it. */
static inline void check(int from, int to, const char *reason)
{
    for (int i = from; i <= to; i++) {
        ck_assert_int_eq(outcomes[i].times, 1);
        if (reason)
            ck_assert_msg(outcomes[i].vector == -1 && strstr(outcomes[i].reason, reason), "%d: %s",
                          i, outcomes[i].reason);
        else
            ck_assert_msg(outcomes[i].vector == i, "%d got %d (%s)", i, outcomes[i].vector,
                          outcomes[i].reason);
    }
}

static inline void answer_well(int n)
{
    server_vectors(n);
}

/* --- a server that fails ------------------------------------------------------------------------
 */

static int failing;            /* so many requests fail */
static int failing_status;     /* with this */
static const char *failing_as; /* and these headers, or this body with 200 */

static inline void answer_some(int n)
{
    if (n >= failing)
        server_vectors(n);
    else if (failing_status == 200)
        server_say(n, 200, "", failing_as);
    else
        server_say(n, failing_status, failing_as, "{\"error\":\"no luck\"}");
}

static inline void fail_with(int times, int status, const char *as)
{
    failing = times;
    failing_status = status;
    failing_as = as;
    server.answer = answer_some;
}

static inline bool has_states(int length)
{
    return strlen(states) >= (size_t)length;
}

#endif

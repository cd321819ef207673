/* The back end against a server that answers as each test says: batches, lanes, tries, the circuit,
 * the cache, limits of time. */
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
static int digit_of(int8_t component)
{
    return (component * 10 + 63) / 127;
}

static void on_done(void *self, void *token, const struct backend_answer *answer)
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

static void on_changed(void *self, const char *state, const char *error)
{
    (void)self;
    ck_assert_int_eq(!*error, strcmp(state, "closed") == 0);
    strcat(states, state);
    strcat(states, " ");
}

static void open_with(int64_t hold_ms)
{
    struct backend_calls calls = {.done = on_done, .changed = on_changed};

    backend = backend_open(world_config, loop, &counters, hold_ms, &calls);
    ck_assert_ptr_nonnull(backend);
}

static void setup(void)
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

static void teardown(void)
{
    backend_close(&backend);
    server_close();
    loop_destroy(&loop);
    config_destroy(&world_config);
}

static void embed_until(int number, bool hi, int64_t deadline_ms)
{
    struct buf bytes = {0};

    buf_printf(&bytes, "t%d", number);
    outcomes[number].number = number;
    backend_embed(backend, &bytes, hi, deadline_ms, &outcomes[number]);
    buf_free(&bytes);
}

static void embed(int from, int to, bool hi)
{
    for (int i = from; i <= to; i++)
        embed_until(i, hi, 0);
}

static bool have_answers(int number)
{
    return answered >= number;
}

static void await_answers(int number)
{
    ck_assert_msg(server_turn(have_answers, number, WORLD_PATIENCE_MS), "%d of %d answers came",
                  answered, number);
    ck_assert_int_eq(answered, number);
}

/* Each came back once, with its own vector; or all without one, for a reason with this in it. */
static void check(int from, int to, const char *reason)
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

static void answer_well(int n)
{
    server_vectors(n);
}

/* --- batches ---------------------------------------------------------------------------------- */

START_TEST(batches_in_order)
{
    open_with(10000);
    embed(1, 9, false);
    ck_assert_uint_eq(backend_count(backend), 9);
    server_await(1); /* full: without waiting; one request at a time for lo */
    ck_assert_int_eq(server_texts(0), 4);
    ck_assert_str_eq(server_text(0, 0), "t1");
    ck_assert_str_eq(server_text(0, 3), "t4");
    ck_assert_ptr_nonnull(strstr(server_at(0)->bytes.data, "POST /api/embed HTTP/1.1"));
    ck_assert(server_quiet(60));
    server_vectors(0);
    server_await(2);
    server_vectors(1);
    server_await(3); /* the rest, since it has waited long enough */
    ck_assert_int_eq(server_texts(2), 1);
    server_vectors(2);
    await_answers(9);
    check(1, 9, NULL);
    ck_assert_uint_eq(backend_count(backend), 0);
    ck_assert_uint_eq(counters.at[COUNTER_requests], 3);
}
END_TEST

/* So long it waits for others, and no longer. */
START_TEST(linger)
{
    int64_t began_ms = clock_mono_ms();

    world_set("embedder.linger_ms=150");
    open_with(10000);
    embed(1, 2, false);
    server_await(1);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 150);
    ck_assert_int_eq(server_texts(0), 2);
    server_vectors(0);
    await_answers(2);
    embed(3, 3, true); /* hi does not wait */
    ck_assert(server_turn(server_has, 2, 100));
}
END_TEST

/* 250 texts, 100 in a request at most. */
START_TEST(never_more_than_a_hundred)
{
    world_set("embedder.batch=100");
    server.answer = answer_well;
    open_with(10000);
    embed(1, 250, false);
    await_answers(250);
    check(1, 250, NULL);
    ck_assert_int_eq(server.count, 3);
    ck_assert_int_eq(server_texts(0), 100);
    ck_assert_int_eq(server_texts(2), 50);
}
END_TEST

/* Three at once, of which one is kept for hi. */
START_TEST(lanes)
{
    world_set("embedder.requests=3");
    open_with(10000);
    embed(1, 16, false);
    server_await(2);
    ck_assert(server_quiet(60));
    embed(20, 20, true);
    server_await(3);
    ck_assert_str_eq(server_text(2, 0), "t20");
    embed(21, 21, true); /* all are taken */
    ck_assert(server_quiet(60));
    server_vectors(2);
    server_await(4);
    ck_assert_str_eq(server_text(3, 0), "t21");
    server.answer = answer_well;
    for (int n = 0; n < 4; n++)
        if (n != 2)
            server_vectors(n);
    await_answers(18);
    check(1, 16, NULL);
    check(20, 21, NULL);
}
END_TEST

START_TEST(no_text)
{
    struct buf bytes = {0};

    open_with(10000);
    backend_embed(backend, &bytes, false, 0, &outcomes[0]);
    ck_assert_int_eq(answered, 1);
    check(0, 0, "no text");
}
END_TEST

/* --- tries ------------------------------------------------------------------------------------ */

static int failing;            /* so many requests fail */
static int failing_status;     /* with this */
static const char *failing_as; /* and these headers, or this body with 200 */

static void answer_some(int n)
{
    if (n >= failing)
        server_vectors(n);
    else if (failing_status == 200)
        server_say(n, 200, "", failing_as);
    else
        server_say(n, failing_status, failing_as, "{\"error\":\"no luck\"}");
}

static void fail_with(int times, int status, const char *as)
{
    failing = times;
    failing_status = status;
    failing_as = as;
    server.answer = answer_some;
}

START_TEST(tried_again)
{
    static const int statuses[] = {429, 500, 502, 503, 504};

    fail_with(2, statuses[_i], "");
    open_with(10000);
    embed(1, 3, false);
    await_answers(3);
    check(1, 3, NULL);
    ck_assert_int_eq(server.count, 3);
    ck_assert_uint_eq(counters.at[COUNTER_retries], 2);
    ck_assert_uint_eq(counters.at[COUNTER_request_failures], 2);
}
END_TEST

START_TEST(tries_are_used_up)
{
    fail_with(3, 500, "");
    open_with(10000);
    embed(1, 3, false);
    await_answers(3);
    check(1, 3, "HTTP 500: no luck");
    ck_assert_int_eq(server.count, 3);
    embed(4, 4, false); /* the server is well again */
    await_answers(4);
    check(4, 4, NULL);
}
END_TEST

START_TEST(not_tried_again)
{
    static const int statuses[] = {301, 401, 403, 404, 501};

    fail_with(1, statuses[_i], "Location: http://127.0.0.1:1/\r\n");
    open_with(10000);
    embed(1, 3, false);
    await_answers(3);
    check(1, 3, "HTTP");
    ck_assert_int_eq(server.count, 1);
}
END_TEST

START_TEST(retry_after)
{
    int64_t began_ms = clock_mono_ms();

    fail_with(1, 503, "Retry-After: 1\r\n");
    open_with(10000);
    embed(1, 4, false);
    server_await(1);
    embed(5, 8, true); /* whoever comes meanwhile waits too: the server asked for it */
    await_answers(8);
    check(1, 8, NULL);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 1000);
}
END_TEST

/* An hour is not worth waiting for. */
START_TEST(retry_after_too_long)
{
    fail_with(1, 429, "Retry-After: 3600\r\n");
    open_with(10000);
    embed(1, 1, false);
    await_answers(1);
    check(1, 1, "HTTP 429");
    embed(2, 2, false);
    await_answers(2);
    check(2, 2, NULL);
}
END_TEST

START_TEST(nobody_there)
{
    char url[64];
    int port = server.port;

    server_close(); /* its port is nobody's now */
    server.loop = loop;
    server.listener = -1;
    snprintf(url, sizeof(url), "embedder.url=http://127.0.0.1:%d", port);
    world_set(url);
    open_with(10000);
    embed(1, 3, false);
    await_answers(3);
    check(1, 3, "connect");
    ck_assert_uint_eq(counters.at[COUNTER_requests], 3);
}
END_TEST

/* The first request of each size takes too long: halves are asked for, and fewer from then on. */
static void hang_if_many(int n)
{
    if (server_texts(n) <= 2)
        server_vectors(n);
}

START_TEST(too_slow_for_so_many)
{
    world_set("embedder.response_ms=100");
    server.answer = hang_if_many;
    open_with(10000);
    embed(1, 4, false);
    await_answers(4);
    check(1, 4, NULL);
    ck_assert_int_eq(server.count, 3);
    ck_assert_int_eq(server_texts(1), 2);
    ck_assert_int_eq(server_texts(2), 2);
}
END_TEST

/* --- texts that are to blame -------------------------------------------------------------------
 */

static void refuse_t3(int n)
{
    for (int i = 0; i < server_texts(n); i++)
        if (strcmp(server_text(n, i), "t3") == 0) {
            server_say(n, failing_status, "",
                       failing_status == 200 ? "{\"embeddings\":[[NaN]]}"
                                             : "{\"error\":\"too long\"}");
            return;
        }
    server_vectors(n);
}

/* One bad text does not condemn the others. */
START_TEST(one_bad_text)
{
    static const int statuses[] = {400, 413, 422, 200};

    failing_status = statuses[_i];
    server.answer = refuse_t3;
    open_with(10000);
    embed(1, 4, false);
    await_answers(4);
    check(1, 2, NULL);
    check(3, 3, statuses[_i] == 200 ? "cannot be used" : "too long");
    check(4, 4, NULL);
    ck_assert_str_eq(states, "");
}
END_TEST

static void refuse_long(int n)
{
    for (int i = 0; i < server_texts(n); i++)
        if (strlen(server_text(n, i)) > 1000) {
            server_say(n, 400, "", "{\"error\":\"input length exceeds the context length\"}");
            return;
        }
    server_vectors(n);
}

/* Cut by half until it is taken; the next long text is cut at once. */
START_TEST(too_long)
{
    struct buf bytes = {0};
    int before = 0;

    server.answer = refuse_long;
    open_with(10000);
    for (int number = 1; number <= 2; number++) {
        buf_printf(&bytes, "t%d ", number);
        while (bytes.len < 3500)
            buf_adds(&bytes, "words \xe6\xb0\xb4");
        before = server.count;
        backend_embed(backend, &bytes, false, 0, &outcomes[number]);
        await_answers(number);
        check(number, number, NULL);
        ck_assert_int_eq(server.count - before, number == 1 ? 3 : 1);
    }
    ck_assert_uint_gt(strlen(server_text(2, 0)), 800);
    buf_free(&bytes);
}
END_TEST

START_TEST(bad_answers)
{
    static const char *const bodies[] = {"{\"embeddings\":[[1,2,3,4]]}x",
                                         "{\"embeddings\":[[1,2,3,4]", "{\"embeddings\":[]}",
                                         "{\"embeddings\":[[1,2,3,NaN]]}", "<html>"};

    fail_with(1, 200, bodies[_i]);
    open_with(10000);
    embed(1, 1, false);
    await_answers(1);
    check(1, 1, "cannot be used");
    ck_assert_uint_eq(counters.at[COUNTER_bad_answers], 1);
    ck_assert_int_eq(server.count, 1);
}
END_TEST

static void answer_hugely(int n)
{
    char *body = mem_alloc(20001);

    memset(body, ' ', 20000);
    body[20000] = '\0';
    server_say(n, 200, "", body);
    free(body);
}

START_TEST(huge)
{
    world_set("embedder.response_bytes=10000");
    server.answer = answer_hugely;
    open_with(10000);
    embed(1, 1, false);
    await_answers(1);
    check(1, 1, "larger than 10000 bytes");
}
END_TEST

START_TEST(zeros)
{
    fail_with(1, 200, "{\"embeddings\":[[0,0,0,0]]}");
    open_with(10000);
    embed(1, 1, false);
    await_answers(1);
    check(1, 1, "zeros");
}
END_TEST

/* The first answer says how many dimensions the model has; another number is another model. */
START_TEST(dimensions)
{
    fail_with(0, 200, "");
    open_with(10000);
    embed(1, 1, false);
    await_answers(1);
    fail_with(2, 200, "{\"embeddings\":[[1,2,3]]}");
    embed(2, 2, false);
    await_answers(2);
    check(2, 2, "3 dimensions came, 4 are expected");
    ck_assert_ptr_nonnull(strstr(outcomes[2].reason, "embedder.dims"));
    ck_assert_uint_eq(counters.at[COUNTER_bad_answers], 1);
    ck_assert_int_eq(server.count, 2); /* another try would bring the same */
}
END_TEST

/* --- the circuit ------------------------------------------------------------------------------ */

static bool is_probe(int n)
{
    return strncmp(server_at(n)->bytes.data, "GET /api/tags", 13) == 0;
}

static bool well;

static void answer_when_well(int n)
{
    if (!well)
        server_say(n, 500, "", "{\"error\":\"ill\"}");
    else if (is_probe(n))
        server_say(n, 200, "", "{\"models\":[{\"name\":\"m:latest\"}]}");
    else
        server_vectors(n);
}

static bool has_states(int length)
{
    return strlen(states) >= (size_t)length;
}

START_TEST(circuit)
{
    static const char opened[] = "open ", all[] = "open half-open open half-open closed ";

    world_set("embedder.breaker_failures=2");
    world_set("embedder.breaker_ms=50");
    well = false;
    server.answer = answer_when_well;
    open_with(10000);
    embed(1, 8, false);
    await_answers(8); /* at the second failure all that waits goes on */
    check(1, 8, "HTTP 500: ill");
    ck_assert_str_eq(states, opened);
    ck_assert_int_eq(server.count, 2);
    embed(9, 9, false); /* without being asked for */
    ck_assert_int_eq(answered, 9);
    check(9, 9, "HTTP 500: ill");
    ck_assert(server_turn(has_states, (int)strlen("open half-open open "), WORLD_PATIENCE_MS));
    ck_assert_int_eq(server.count, 3);
    ck_assert(is_probe(2));
    well = true;
    ck_assert(server_turn(has_states, (int)strlen(all), WORLD_PATIENCE_MS));
    ck_assert_str_eq(states, all);
    ck_assert_int_eq(server.count, 5); /* a look at the list, then one short text */
    ck_assert(is_probe(3));
    ck_assert_int_eq(server_texts(4), 1);
    embed(10, 12, false);
    await_answers(12);
    check(10, 12, NULL);
    ck_assert_uint_eq(counters.at[COUNTER_breaker_opened], 1);
}
END_TEST

/* The list of models tells what is wrong. */
static void have_another_model(int n)
{
    if (is_probe(n))
        server_say(n, 200, "", "{\"models\":[{\"name\":\"other:latest\"}]}");
    else
        server_say(n, 404, "", "{\"error\":\"model not found\"}");
}

START_TEST(model_is_not_there)
{
    struct buf note = {0};

    world_set("embedder.breaker_failures=1");
    world_set("embedder.breaker_ms=20");
    server.answer = have_another_model;
    open_with(10000);
    embed(1, 1, false);
    await_answers(1);
    check(1, 1, "embedder.model");
    ck_assert(server_turn(has_states, (int)strlen("open half-open open "), WORLD_PATIENCE_MS));
    backend_note(backend, &note);
    ck_assert_msg(strstr(note.data, "ollama pull m") != NULL, "%s", note.data);
    ck_assert_ptr_nonnull(strstr(note.data, "\"breaker\":\"open\""));
    buf_free(&note);
}
END_TEST

/* --- the cache -------------------------------------------------------------------------------- */

START_TEST(known_texts)
{
    server.answer = answer_well;
    open_with(10000);
    embed(1, 4, false);
    await_answers(4);
    memset(outcomes, 0, sizeof(outcomes));
    embed(1, 4, false);
    ck_assert_int_eq(answered, 8);
    check(1, 4, NULL);
    ck_assert_int_eq(server.count, 1);
    ck_assert_uint_eq(counters.at[COUNTER_cache_hits], 4);
}
END_TEST

/* --- time ------------------------------------------------------------------------------------- */

/* Held no longer than hold_ms.  A server that takes as long for one request is not asked for more
 * before a probe. */
START_TEST(held_so_long)
{
    int64_t began_ms = clock_mono_ms();

    open_with(150);
    embed(1, 6, false); /* 1 to 4 are asked for, 5 and 6 wait */
    server_await(1);
    await_answers(6);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 150);
    ck_assert_int_lt(clock_mono_ms() - began_ms, 2000);
    check(1, 6, "time");
    ck_assert_uint_eq(backend_count(backend), 0);
    ck_assert(server_turn(has_states, (int)strlen("open "), WORLD_PATIENCE_MS));
    ck_assert_str_eq(states, "open ");
    ck_assert_int_eq(server.count, 1);
}
END_TEST

/* A vector that comes when nobody waits for it any more serves who asks again. */
START_TEST(late_answers)
{
    open_with(600);
    embed(1, 6, false); /* 1 to 4 are asked for, 5 and 6 wait */
    server_await(1);
    ck_assert(server_quiet(300));
    server_vectors(0);
    server_await(2); /* 5 and 6, half of their time is over */
    await_answers(6);
    check(1, 4, NULL);
    check(5, 6, "in time");
    server_vectors(1);
    ck_assert(server_quiet(60));
    ck_assert_uint_eq(counters.at[COUNTER_late_answers], 2);
    memset(outcomes, 0, sizeof(outcomes));
    embed(5, 6, false);
    ck_assert_int_eq(answered, 8);
    check(5, 6, NULL);
    ck_assert_str_eq(states, "");
}
END_TEST

/* What waits in vain makes the requests smaller, and less is taken. */
START_TEST(asks_for_less)
{
    world_set("embedder.batch=8");
    open_with(500);
    embed(1, 15, false);
    ck_assert(backend_has_room(backend, 0));
    embed(16, 16, false); /* 8 are asked for, 8 wait */
    ck_assert(!backend_has_room(backend, 0));
    server_await(1);
    ck_assert(server_quiet(300));
    server_vectors(0);
    await_answers(16);
    check(1, 8, NULL);
    ck_assert(backend_has_room(backend, 0));
    server_await(2);
    server_end(server_at(1));
    server.answer = answer_well;
    embed(21, 28, false);
    await_answers(24);
    check(21, 28, NULL);
    ck_assert_int_lt(server_texts(2), 8);
}
END_TEST

START_TEST(deadline)
{
    open_with(10000);
    embed_until(1, true, clock_mono_ms() + 80);
    server_await(1);
    await_answers(1);
    ck_assert(outcomes[1].expired);
    embed_until(2, true, clock_mono_ms() + 5000);
    server_await(2);
    server_vectors(1);
    await_answers(2);
    ck_assert(!outcomes[2].expired);
    check(2, 2, NULL);
}
END_TEST

START_TEST(told_to_stop)
{
    open_with(10000);
    embed(1, 6, false);
    server_await(1);
    backend_stop(backend, 10000);
    ck_assert_int_eq(answered, 2); /* what waits goes at once */
    check(5, 6, "stopping");
    embed(7, 7, false);
    ck_assert_int_eq(answered, 3);
    server_vectors(0); /* what is under way may still be answered */
    await_answers(7);
    check(1, 4, NULL);
    ck_assert(server_quiet(60));
}
END_TEST

START_TEST(told_to_stop_soon)
{
    open_with(10000);
    embed(1, 4, false);
    server_await(1);
    backend_stop(backend, 50);
    await_answers(4);
    check(1, 4, "stopping");
}
END_TEST

/* --- what is sent along ------------------------------------------------------------------------
 */

/* OpenAI's dialect, with a key that is never told. */
START_TEST(key)
{
    char path[] = "/tmp/weir-key-XXXXXX", setting[64];
    int fd = mkstemp(path);
    struct buf note = {0};

    ck_assert_int_eq(write(fd, "sk-secret\n", 10), 10);
    close(fd);
    snprintf(setting, sizeof(setting), "embedder.key_file=%s", path);
    world_set(setting);
    world_set("embedder.backend=openai");
    world_set("embedder.breaker_failures=1");
    open_with(10000);
    unlink(path);
    embed(1, 1, false);
    server_await(1);
    ck_assert_ptr_nonnull(
        strstr(server_at(0)->bytes.data, "\r\nAuthorization: Bearer sk-secret\r\n"));
    ck_assert_ptr_nonnull(strstr(server_at(0)->bytes.data, "POST /v1/embeddings HTTP/1.1"));
    server_say(0, 401, "", "{\"error\":{\"message\":\"sk-secret is no key of mine\"}}");
    await_answers(1);
    check(1, 1, "********* is no key of mine (see embedder.key_file)");
    backend_note(backend, &note);
    ck_assert_ptr_null(strstr(note.data, "sk-secret"));
    buf_free(&note);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backend");
    TCase *all = tcase_create("backend");

    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, batches_in_order);
    tcase_add_test(all, linger);
    tcase_add_test(all, never_more_than_a_hundred);
    tcase_add_test(all, lanes);
    tcase_add_test(all, no_text);
    tcase_add_loop_test(all, tried_again, 0, 5);
    tcase_add_test(all, tries_are_used_up);
    tcase_add_loop_test(all, not_tried_again, 0, 5);
    tcase_add_test(all, retry_after);
    tcase_add_test(all, retry_after_too_long);
    tcase_add_test(all, nobody_there);
    tcase_add_test(all, too_slow_for_so_many);
    tcase_add_loop_test(all, one_bad_text, 0, 4);
    tcase_add_test(all, too_long);
    tcase_add_loop_test(all, bad_answers, 0, 5);
    tcase_add_test(all, huge);
    tcase_add_test(all, zeros);
    tcase_add_test(all, dimensions);
    tcase_add_test(all, circuit);
    tcase_add_test(all, model_is_not_there);
    tcase_add_test(all, known_texts);
    tcase_add_test(all, held_so_long);
    tcase_add_test(all, late_answers);
    tcase_add_test(all, asks_for_less);
    tcase_add_test(all, deadline);
    tcase_add_test(all, told_to_stop);
    tcase_add_test(all, told_to_stop_soon);
    tcase_add_test(all, key);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

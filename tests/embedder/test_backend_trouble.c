/* The back end against a server in trouble: tries, texts that are to blame, the circuit. */
#include "tests/embedder/backend_world.h"

/* --- tries ------------------------------------------------------------------------------------ */

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
    world_set("embedder.response_ms=400");
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
        backend_embed(backend, &bytes, false, 0, 0, &outcomes[number]);
        await_answers(number);
        check(number, number, NULL);
        ck_assert_int_eq(server.count - before, number == 1 ? 3 : 1);
    }
    ck_assert_uint_gt(strlen(server_text(2, 0)), 800);
    buf_free(&bytes);
}
END_TEST

/* Refused for something else, until it is cut: the others are not cut for that. */
static void refuse_the_odd(int n)
{
    if (strlen(server_text(n, 0)) > 1000 && !strstr(server_text(n, 0), "fine"))
        server_say(n, 400, "", "{\"error\":\"unsupported character\"}");
    else
        server_vectors(n);
}

START_TEST(not_to_its_taste)
{
    struct buf bytes = {0};

    server.answer = refuse_the_odd;
    open_with(10000);
    for (int number = 1; number <= 2; number++) {
        buf_printf(&bytes, "t%d %s ", number, number == 1 ? "odd" : "fine");
        while (bytes.len < 3000)
            buf_adds(&bytes, "words ");
        backend_embed(backend, &bytes, false, 0, 0, &outcomes[number]);
        await_answers(number);
        check(number, number, NULL);
    }
    ck_assert_uint_ge(strlen(server_text(server.count - 1, 0)), 3000);
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

/* A first look says at once what is wrong, and counts for nothing. */
START_TEST(greeting)
{
    char *said = NULL;

    server.answer = have_another_model;
    open_with(10000);
    world_catch();
    backend_greet(backend);
    server_await(1);
    ck_assert(is_probe(0));
    ck_assert(server_quiet(60));
    said = world_caught();
    ck_assert_msg(strstr(said, "model-server") && strstr(said, "ollama pull m"), "%s", said);
    ck_assert_str_eq(states, "");
    ck_assert_uint_eq(counters.at[COUNTER_request_failures], 0);
    free(said);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backend_trouble");
    TCase *all = tcase_create("backend_trouble");

    tcase_set_timeout(all, 30);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_loop_test(all, tried_again, 0, 5);
    tcase_add_test(all, tries_are_used_up);
    tcase_add_loop_test(all, not_tried_again, 0, 5);
    tcase_add_test(all, retry_after);
    tcase_add_test(all, retry_after_too_long);
    tcase_add_test(all, nobody_there);
    tcase_add_test(all, too_slow_for_so_many);
    tcase_add_loop_test(all, one_bad_text, 0, 4);
    tcase_add_test(all, too_long);
    tcase_add_test(all, not_to_its_taste);
    tcase_add_loop_test(all, bad_answers, 0, 5);
    tcase_add_test(all, huge);
    tcase_add_test(all, zeros);
    tcase_add_test(all, dimensions);
    tcase_add_test(all, circuit);
    tcase_add_test(all, model_is_not_there);
    tcase_add_test(all, greeting);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

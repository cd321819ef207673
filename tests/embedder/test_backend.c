/* The back end against a server that answers: batches, lanes, the cache, limits of time. */
#include "tests/embedder/backend_world.h"

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

    world_set("embedder.linger_ms=1000");
    open_with(10000);
    embed(1, 2, false);
    server_await(1);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 1000);
    ck_assert_int_eq(server_texts(0), 2);
    server_vectors(0);
    await_answers(2);
    embed(3, 3, true); /* hi does not wait */
    ck_assert(server_turn(server_has, 2, 800));
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
    backend_embed(backend, &bytes, false, 0, 0, &outcomes[0]);
    ck_assert_int_eq(answered, 1);
    check(0, 0, "");
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

    open_with(500);
    embed(1, 6, false); /* 1 to 4 are asked for, 5 and 6 wait */
    server_await(1);
    await_answers(6);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 500);
    ck_assert_int_lt(clock_mono_ms() - began_ms, 5000);
    check(1, 6, "embedder.hold_ms");
    ck_assert_uint_eq(backend_count(backend), 0);
    ck_assert(server_turn(has_states, (int)strlen("open "), WORLD_PATIENCE_MS));
    ck_assert_str_eq(states, "open ");
    ck_assert_int_eq(server.count, 1);
}
END_TEST

/* Nothing good came for as long as a text was held: the circuit opens, however few requests failed,
 * and what comes then is not held at all. */
START_TEST(silence)
{
    int64_t began_ms = clock_mono_ms();

    world_set("embedder.response_ms=400");
    world_set("embedder.breaker_failures=100");
    open_with(600);
    embed(1, 6, false);
    await_answers(6);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 600);
    ck_assert_str_eq(states, "open ");
    embed(7, 8, false);
    ck_assert_int_eq(answered, 8);
}
END_TEST

/* What a text has waited elsewhere counts, but says nothing about the server. */
START_TEST(waited_elsewhere)
{
    int64_t began_ms = clock_mono_ms();

    open_with(5000);
    embed_waited(1, false, 5000, 0);
    ck_assert_int_eq(answered, 1);
    check(1, 1, "embedder.hold_ms");
    embed_waited(2, false, 4600, 0);
    embed(3, 3, false);
    server_await(1);
    await_answers(2);
    ck_assert_int_ge(clock_mono_ms() - began_ms, 400);
    ck_assert_int_lt(clock_mono_ms() - began_ms, 4000);
    check(2, 2, "embedder.hold_ms");
    server_vectors(0);
    await_answers(3);
    check(3, 3, NULL);
    ck_assert_str_eq(states, "");
    ck_assert_int_eq(server.count, 1);
}
END_TEST

/* A vector that comes when nobody waits for it any more serves who asks again. */
START_TEST(late_answers)
{
    open_with(1500);
    embed(1, 6, false); /* 1 to 4 are asked for, 5 and 6 wait */
    server_await(1);
    ck_assert(server_quiet(750));
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
    open_with(1500);
    embed(1, 15, false);
    ck_assert(backend_has_room(backend, 0));
    embed(16, 16, false); /* 8 are asked for, 8 wait */
    ck_assert(!backend_has_room(backend, 0));
    server_await(1);
    ck_assert(server_quiet(800));
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
    embed_until(1, true, clock_mono_ms() + 400);
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
    tcase_add_test(all, known_texts);
    tcase_add_test(all, held_so_long);
    tcase_add_test(all, silence);
    tcase_add_test(all, waited_elsewhere);
    tcase_add_test(all, late_answers);
    tcase_add_test(all, asks_for_less);
    tcase_add_test(all, deadline);
    tcase_add_test(all, told_to_stop);
    tcase_add_test(all, told_to_stop_soon);
    tcase_add_test(all, key);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

/* The query endpoint: its threads, bounds and deadlines, over the real socket. */
#include "tests/storer/query_world.h"

/* --- tests ------------------------------------------------------------------------------------ */

START_TEST(reads_are_answered)
{
    zsock_t *socket = NULL;

    start(sample.path);
    socket = caller();
    ask(socket, 7, "story", "{\"id\":1}", 0, NULL);
    expect(socket, 7, 0, "\"members\"");
    ask(socket, 8, "story", "{\"id\":99}", 0, NULL);
    expect(socket, 8, APP_DATA, "there is no story 99");
    ck_assert_uint_eq(token_count, 0);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(pages_come_in_a_frame)
{
    struct msg_since since = {.epoch = 4711};
    struct msg_page page = {0};
    struct buf extra = {0};
    zsock_t *socket = NULL;
    zmsg_t *frames = NULL;

    start(sample.path);
    socket = caller();
    msg_since_write(&since, &extra);
    ask(socket, 1, "vectors", "", 0, &extra);
    ck_assert_uint_eq(reply_of(socket, &frames).code, 0);
    ck_assert_uint_eq(zmsg_size(frames), 2);
    zmsg_first(frames);
    ck_assert_int_eq(msg_page_read(link_span(zmsg_next(frames)), &pool, &page), 0);
    ck_assert_uint_eq(page.entries.count, 5);
    ck_assert_uint_eq(page.upto, 60);
    buf_free(&extra);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(commands_go_to_the_writer)
{
    zsock_t *socket = NULL;

    start(sample.path);
    socket = caller();
    answer_at_once = true;
    ask(socket, 3, "source.add", "{\"url\":\"ü\"}", 0, NULL);
    expect(socket, 3, 0, "done");
    ck_assert_str_eq(last_verb, "source.add");
    ck_assert_str_eq(last_json, "{\"url\":\"ü\"}");
    ck_assert_uint_eq(query_figures(query)->active, 1);
    /* what reads do not know is the writer's to refuse */
    answer_at_once = false;
    ask(socket, 4, "nonsense", "", 0, NULL);
    await_figure(&token_count, 2);
    query_answer(query, tokens[1], APP_USAGE, "unknown verb", NULL);
    expect(socket, 4, APP_USAGE, "unknown verb");
    await_figure(&query_figures(query)->answered, 2);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(running_query_is_stopped)
{
    int64_t before_ms = 0;
    zsock_t *socket = NULL;

    make_endless();
    start(sample.path);
    socket = caller();
    before_ms = clock_mono_ms();
    ask(socket, 1, "stories", "", 200, NULL);
    expect(socket, 1, APP_LEFT, "time was over");
    ck_assert_int_ge(clock_mono_ms() - before_ms, 190);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 5000);
    ask(socket, 2, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 2, 0, "content");
    await_figure(&query_figures(query)->interrupted, 1);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(own_limit_is_the_largest)
{
    int64_t before_ms = clock_mono_ms();
    zsock_t *socket = NULL;

    make_endless();
    set("storer.query_ms=100");
    start(sample.path);
    socket = caller();
    ask(socket, 1, "stories", "", 86400000, NULL);
    expect(socket, 1, APP_LEFT, "time was over");
    ck_assert_int_lt(clock_mono_ms() - before_ms, 5000);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(full_queue_says_busy)
{
    zsock_t *socket = NULL;

    make_endless();
    set("storer.readers=1");
    set("storer.query_queue=2");
    start(sample.path);
    socket = caller();
    for (uint64_t id = 1; id <= 6; id++)
        ask(socket, id, id == 1 ? "stories" : "item", "{\"id\":1}", id == 1 ? 1500 : 0, NULL);
    for (uint64_t id = 4; id <= 6; id++) {
        struct msg_reply reply = reply_of(socket, NULL);

        ck_assert_uint_eq(reply.id, id);
        ck_assert_uint_eq(reply.code, APP_LEFT);
        ck_assert_uint_gt(reply.retry_after_ms, 0);
        ck_assert(span_eq(reply.error, span_str("busy, retry after")));
    }
    expect(socket, 1, APP_LEFT, "time was over");
    expect(socket, 2, 0, "content");
    expect(socket, 3, 0, "content");
    await_figure(&query_figures(query)->refused, 3);
    zsock_destroy(&socket);
}
END_TEST

/* 16 at once, a thousand wait, and then it is busy: each is answered. */
START_TEST(a_thousand_wait)
{
    enum { AT_ONCE = 16, WAIT = 1000, MORE = 20 };
    bool seen[AT_ONCE + WAIT + MORE + 1] = {false};
    uint64_t busy = 0;
    zsock_t *socket = NULL;

    make_endless();
    set("storer.readers=16");
    start(sample.path);
    socket = caller();
    for (uint64_t id = 1; id <= AT_ONCE; id++)
        ask(socket, id, "stories", "", 3000, NULL);
    await_figure(&query_figures(query)->active, AT_ONCE);
    for (uint64_t id = AT_ONCE + 1; id <= AT_ONCE + WAIT + MORE; id++) {
        ask(socket, id, "item", "{\"id\":1}", 0, NULL);
        await(NULL, 0);
    }
    for (uint64_t n = 0; n < AT_ONCE + WAIT + MORE; n++) {
        struct msg_reply reply = reply_of(socket, NULL);

        ck_assert_uint_le(reply.id, AT_ONCE + WAIT + MORE);
        ck_assert(!seen[reply.id]);
        seen[reply.id] = true;
        busy += reply.retry_after_ms > 0 && span_eq(reply.error, span_str("busy, retry after"));
    }
    ck_assert_uint_eq(busy, MORE);
    await_figure(&query_figures(query)->refused, MORE);
    ck_assert_uint_ge(query_fullest(query), 100);
    await_figure(&query_figures(query)->fullest, 0);
    zsock_destroy(&socket);
}
END_TEST

/* At nine tenths of the queue what nobody waits for gives way, and is taken again below eight. */
START_TEST(background_gives_way)
{
    zsock_t *socket = NULL;

    make_endless();
    set("storer.readers=1");
    set("storer.query_queue=10");
    start(sample.path);
    socket = caller();
    ask(socket, 1, "stories", "", 1500, NULL);
    await_figure(&query_figures(query)->active, 1);
    for (uint64_t id = 2; id <= 9; id++)
        ask(socket, id, "item", "{\"id\":1}", 0, NULL);
    ask(socket, 10, "order", "", 0, NULL);
    ask(socket, 11, "order", "", 0, NULL);
    ask(socket, 12, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 11, APP_LEFT, "busy, retry after");
    expect(socket, 1, APP_LEFT, "time was over");
    for (uint64_t id = 2; id <= 9; id++)
        expect(socket, id, 0, "content");
    expect(socket, 10, 0, "items");
    expect(socket, 12, 0, "content");
    await_figure(&query_figures(query)->fullest, 0);
    ask(socket, 13, "order", "", 0, NULL);
    expect(socket, 13, 0, "items");
    zsock_destroy(&socket);
}
END_TEST

/* Who asks much waits for himself: another one is let in, and served in his turn. */
START_TEST(callers_take_turns)
{
    zsock_t *many = NULL, *one = NULL;

    make_endless();
    set("storer.readers=1");
    set("storer.query_queue=10");
    start(sample.path);
    many = caller();
    one = caller();
    ask(many, 1, "stories", "", 4000, NULL);
    await_figure(&query_figures(query)->active, 1);
    for (uint64_t id = 2; id <= 11; id++)
        ask(many, id, "item", "{\"id\":1}", 0, NULL);
    await_figure(&query_figures(query)->queued, 10);
    ask(one, 1, "story", "{\"id\":99}", 500, NULL);
    ask(one, 2, "item", "{\"id\":1}", 0, NULL);
    expect(many, 11, APP_LEFT, "busy, retry after");
    expect(many, 10, APP_LEFT, "busy, retry after");
    expect(one, 1, APP_LEFT, "too many queries wait");
    expect(many, 1, APP_LEFT, "time was over");
    for (uint64_t id = 2; id <= 9; id++)
        expect(many, id, 0, "content");
    expect(one, 2, 0, "content");
    await_figure(&query_figures(query)->refused, 2);
    zsock_destroy(&many);
    zsock_destroy(&one);
}
END_TEST

START_TEST(large_queries_wait_for_memory)
{
    enum { BALLAST = 32 << 20 };
    char *ballast = mem_alloc(BALLAST), *large = mem_calloc(1, 70001);
    zsock_t *socket = NULL;

    memset(ballast, 1, BALLAST);
    memset(large, ' ', 70000);
    set("service.memory_bytes=16777216");
    start(sample.path);
    socket = caller();
    ask(socket, 1, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 1, 0, "content");
    await(NULL, 1200); /* memory is looked at once a second */
    ask(socket, 2, "source.add", large, 0, NULL);
    expect(socket, 2, APP_LEFT, "busy, retry after");
    ask(socket, 3, "verify", "", 0, NULL);
    expect(socket, 3, APP_LEFT, "busy, retry after");
    ask(socket, 4, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 4, 0, "content");
    free(ballast);
    free(large);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(waiting_query_is_answered_in_time)
{
    int64_t before_ms = 0;
    zsock_t *socket = NULL;

    make_endless();
    set("storer.readers=1");
    start(sample.path);
    socket = caller();
    before_ms = clock_mono_ms();
    ask(socket, 1, "stories", "", 2000, NULL);
    ask(socket, 2, "item", "{\"id\":1}", 100, NULL);
    expect(socket, 2, APP_LEFT, "too many queries wait");
    ck_assert_int_lt(clock_mono_ms() - before_ms, 1500);
    expect(socket, 1, APP_LEFT, "time was over");
    zsock_destroy(&socket);
}
END_TEST

START_TEST(silent_writer)
{
    zsock_t *socket = NULL;

    start(sample.path);
    socket = caller();
    ask(socket, 1, "source.add", "{}", 150, NULL);
    expect(socket, 1, APP_LEFT, "may still be carried out");
    ck_assert_uint_eq(token_count, 1);
    query_answer(query, tokens[0], 0, NULL, "{}");
    query_answer(query, 12345, 0, NULL, "{}");
    ask(socket, 2, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 2, 0, "content"); /* and nothing of the late answer came before it */
    await_figure(&query_figures(query)->active, 0);
    zsock_destroy(&socket);
}
END_TEST

/* More commands than go to the writer at once: all are answered, in order. */
START_TEST(many_commands)
{
    zsock_t *socket = NULL;

    start(sample.path);
    socket = caller();
    for (uint64_t id = 1; id <= 600; id++)
        ask(socket, id, "source.add", "{}", 0, NULL);
    await_figure(&token_count, 256);
    await(NULL, 50);
    ck_assert_uint_eq(token_count, 256);
    answer_at_once = true;
    for (size_t i = 0; i < 256; i++)
        query_answer(query, tokens[i], 0, NULL, "{}");
    for (uint64_t id = 1; id <= 600; id++)
        ck_assert_uint_eq(reply_of(socket, NULL).id, id);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(malformed_messages)
{
    zsock_t *socket = NULL;

    start(sample.path);
    socket = caller();
    zstr_send(socket, "");
    zstr_send(socket, "rubbish");
    zstr_sendx(socket, "a", "b", "c", "d", NULL);
    zsock_send(socket, "bb", "\x96\x01", (size_t)2, "", (size_t)0);
    {
        struct msg_query question = {.id = 77, .verb = span_str("item")};
        struct buf frame = {0};
        zmsg_t *message = zmsg_new();

        msg_query_write(&question, &frame);
        link_append(message, &frame);
        zmsg_addstr(message, "extra");
        zmsg_addstr(message, "too much");
        zmsg_send(&message, socket);
        buf_free(&frame);
    }
    expect(socket, 77, APP_DATA, "one frame, or two");
    ask(socket, 1, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 1, 0, "content");
    await_figure(&query_figures(query)->malformed, 5);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(caller_that_went_away)
{
    zsock_t *socket = NULL, *other = NULL;

    start(sample.path);
    socket = caller();
    other = caller();
    ask(socket, 1, "source.add", "{}", 0, NULL);
    await_figure(&token_count, 1);
    zsock_destroy(&socket);
    /* The front learns of it when the connection ends; a query that comes later proves nothing, so
     * wait for the count. */
    await(NULL, 300);
    query_answer(query, tokens[0], 0, NULL, "{}");
    await_figure(&query_figures(query)->gone, 1);
    ask(other, 2, "item", "{\"id\":1}", 0, NULL);
    expect(other, 2, 0, "content");
    zsock_destroy(&other);
}
END_TEST

START_TEST(close_stops_what_runs)
{
    int64_t before_ms = 0;
    zsock_t *socket = NULL;

    make_endless();
    set("storer.readers=2");
    start(sample.path);
    socket = caller();
    for (uint64_t id = 1; id < 20; id++)
        ask(socket, id, "stories", "", 0, NULL);
    await_figure(&query_figures(query)->queued, 17);
    before_ms = clock_mono_ms();
    query_close(&query);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 3000);
    ck_assert_ptr_null(query);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(store_that_is_not_there)
{
    char *path = mem_printf("%s/run/other.db", sample.folder);
    char *command = mem_printf("cp %s* %s/run/ && mv %s/run/weir.db %s/run/other.db", sample.path,
                               sample.folder, sample.folder, sample.folder);
    zsock_t *socket = NULL;

    sample_exec(&sample, "PRAGMA wal_checkpoint (TRUNCATE)");
    start(path);
    socket = caller();
    ask(socket, 1, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 1, APP_IO, "unable to open");
    ck_assert_int_eq(system(command), 0);
    ask(socket, 2, "item", "{\"id\":1}", 0, NULL);
    expect(socket, 2, 0, "content");
    zsock_destroy(&socket);
    free(command);
    free(path);
}
END_TEST

START_TEST(many_callers)
{
    enum { CALLERS = 8, EACH = 100 };
    zsock_t *sockets[CALLERS] = {NULL};
    uint64_t got[CALLERS] = {0};

    start(sample.path);
    for (int i = 0; i < CALLERS; i++)
        sockets[i] = caller();
    for (uint64_t id = 1; id <= EACH; id++)
        for (int i = 0; i < CALLERS; i++)
            ask(sockets[i], id * 1000 + (uint64_t)i, "story", "{\"id\":1}", 0, NULL);
    for (int i = 0; i < CALLERS; i++)
        for (int n = 0; n < EACH; n++) {
            struct msg_reply reply = reply_of(sockets[i], NULL);

            ck_assert_uint_eq(reply.id % 1000, (uint64_t)i);
            ck_assert_uint_eq(reply.code, 0);
            got[i] += reply.id / 1000;
        }
    for (int i = 0; i < CALLERS; i++) {
        ck_assert_uint_eq(got[i], EACH * (EACH + 1) / 2);
        zsock_destroy(&sockets[i]);
    }
}
END_TEST

START_TEST(endpoint_in_use)
{
    struct query *second = NULL;

    start(sample.path);
    second = query_open(config, sample.path, loop, on_command, NULL);
    ck_assert_ptr_null(second);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("query");
    TCase *tcase = tcase_create("query");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, reads_are_answered);
    tcase_add_test(tcase, pages_come_in_a_frame);
    tcase_add_test(tcase, commands_go_to_the_writer);
    tcase_add_test(tcase, running_query_is_stopped);
    tcase_add_test(tcase, own_limit_is_the_largest);
    tcase_add_test(tcase, full_queue_says_busy);
    tcase_add_test(tcase, a_thousand_wait);
    tcase_add_test(tcase, background_gives_way);
    tcase_add_test(tcase, callers_take_turns);
    tcase_add_test(tcase, large_queries_wait_for_memory);
    tcase_add_test(tcase, waiting_query_is_answered_in_time);
    tcase_add_test(tcase, silent_writer);
    tcase_add_test(tcase, many_commands);
    tcase_add_test(tcase, malformed_messages);
    tcase_add_test(tcase, caller_that_went_away);
    tcase_add_test(tcase, close_stops_what_runs);
    tcase_add_test(tcase, store_that_is_not_there);
    tcase_add_test(tcase, many_callers);
    tcase_add_test(tcase, endpoint_in_use);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

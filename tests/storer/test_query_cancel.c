/* The query endpoint: who goes away is cancelled, who asks too much is slowed, answers for later,
 * and what is asked. */
#include "tests/storer/query_world.h"

/* The answer to the next reply, as JSON; the caller's. */
static json_t *answer_of(zsock_t *socket, uint64_t id)
{
    struct msg_reply reply = reply_of(socket, NULL);
    json_t *json = NULL;

    ck_assert_msg(reply.id == id && reply.code == 0, "id %d code %d: %.*s", (int)reply.id,
                  (int)reply.code, (int)reply.error.n, reply.error.p);
    json = json_loadb(reply.json.p, reply.json.n, 0, NULL);
    ck_assert_ptr_nonnull(json);
    return json;
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Asks until the answer's list has this size; the answer is the caller's. */
static json_t *await_list(zsock_t *socket, const char *list, size_t size)
{
    int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

    for (;;) {
        json_t *answer = NULL;

        ask(socket, 900, "queries", "", 0, NULL);
        answer = answer_of(socket, 900);
        if (json_array_size(json_object_get(answer, list)) == size)
            return answer;
        ck_assert_msg(clock_mono_ms() < end_ms, "%s never were %zu", list, size);
        json_decref(answer);
    }
}

/* --- cancelling ------------------------------------------------------------------------------- */

START_TEST(who_goes_frees_the_reader)
{
    zsock_t *goes = NULL, *stays = NULL;
    json_t *answer = NULL;
    int64_t before_ms = 0;

    make_endless();
    set("storer.readers=1");
    start(sample.path);
    stays = caller();
    goes = caller();
    for (uint64_t id = 1; id <= 5; id++)
        ask(goes, id, "stories", "", 0, NULL);
    json_decref(await_list(stays, "waiting", 4));
    ask(stays, 6, "item", "{\"id\":1}", 0, NULL);
    json_decref(await_list(stays, "waiting", 5));
    before_ms = clock_mono_ms();
    zsock_destroy(&goes);
    expect(stays, 6, 0, "content");
    ck_assert_int_lt(clock_mono_ms() - before_ms, 1000);
    await_figure(&query_figures(query)->cancelled, 5);
    ck_assert_uint_eq(query_figures(query)->interrupted, 0);
    answer = await_list(stays, "recent", 6);
    ck_assert(json_is_true(
        json_object_get(json_array_get(json_object_get(answer, "recent"), 5), "cancelled")));
    json_decref(answer);
    zsock_destroy(&stays);
}
END_TEST

/* A connection's number is given to the next one: that one is not to suffer. */
START_TEST(who_comes_next_is_not_cancelled)
{
    zsock_t *other = NULL;

    start(sample.path);
    other = caller();
    for (uint64_t id = 1; id <= 200; id++) {
        zsock_t *socket = caller();

        ask(socket, id, "story", "{\"id\":1}", 0, NULL);
        if (id % 2 == 0)
            expect(socket, id, 0, "members");
        zsock_destroy(&socket);
    }
    ask(other, 1000, "story", "{\"id\":1}", 0, NULL);
    expect(other, 1000, 0, "members");
    zsock_destroy(&other);
}
END_TEST

START_TEST(a_caller_cancels_its_own)
{
    zsock_t *socket = NULL, *other = NULL;
    json_t *answer = NULL;

    make_endless();
    set("storer.readers=1");
    start(sample.path);
    socket = caller();
    other = caller();
    ask(socket, 1, "stories", "", 0, NULL);
    json_decref(await_list(socket, "running", 1));
    ask(socket, 2, "stories", "", 0, NULL);
    ask(socket, 3, "stories", "", 0, NULL);
    json_decref(await_list(socket, "waiting", 2));
    ask(other, 1, "cancel", "", 0, NULL);
    answer = answer_of(other, 1);
    ck_assert_int_eq(number(answer, "cancelled"), 0);
    json_decref(answer);
    ask(socket, 10, "cancel", "{\"id\":2}", 0, NULL);
    expect(socket, 2, APP_LEFT, "cancelled");
    answer = answer_of(socket, 10);
    ck_assert_int_eq(number(answer, "cancelled"), 1);
    json_decref(answer);
    ask(socket, 11, "cancel", "{\"id\":1}", 0, NULL);
    answer = answer_of(socket, 11);
    ck_assert_int_eq(number(answer, "cancelled"), 1);
    json_decref(answer);
    expect(socket, 1, APP_LEFT, "cancelled");
    ask(socket, 12, "cancel", "", 0, NULL);
    answer = answer_of(socket, 12);
    ck_assert_int_eq(number(answer, "cancelled"), 1);
    json_decref(answer);
    expect(socket, 3, APP_LEFT, "cancelled");
    zsock_destroy(&socket);
    zsock_destroy(&other);
}
END_TEST

/* --- too many --------------------------------------------------------------------------------- */

START_TEST(who_asks_too_much_is_slowed)
{
    zsock_t *socket = NULL;
    uint64_t refused = 0;

    set("storer.client_rate=10");
    set("storer.client_burst=20");
    start(sample.path);
    socket = caller();
    for (uint64_t id = 1; id <= 40; id++)
        ask(socket, id, "story", "{\"id\":1}", 0, NULL);
    for (uint64_t n = 1; n <= 40; n++) {
        struct msg_reply reply = reply_of(socket, NULL);

        refused += reply.code == APP_LEFT;
        ck_assert(reply.code == 0 || (reply.retry_after_ms > 0 && reply.retry_after_ms <= 100));
    }
    ck_assert_uint_ge(refused, 10);
    ck_assert_uint_le(refused, 20);
    await_figure(&query_figures(query)->limited, refused);
    ck_assert_uint_eq(query_figures(query)->refused, 0);
    zsock_destroy(&socket);
}
END_TEST

/* --- later ------------------------------------------------------------------------------------ */

/* Asks for later; the ticket's arguments, {"ticket": ...}, the caller's. */
static char *later(zsock_t *socket, const char *json)
{
    json_t *answer = NULL;
    char *args = NULL;

    ask(socket, 500, "later", json, 0, NULL);
    answer = answer_of(socket, 500);
    args = mem_printf("{\"ticket\":\"%s\"}", json_string_value(json_object_get(answer, "ticket")));
    json_decref(answer);
    return args;
}

static json_t *await_state(zsock_t *socket, const char *ticket, const char *state)
{
    int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

    for (;;) {
        json_t *answer = NULL;

        ask(socket, 501, "result", ticket, 0, NULL);
        answer = answer_of(socket, 501);
        if (strcmp(json_string_value(json_object_get(answer, "state")), state) == 0)
            return answer;
        ck_assert_msg(clock_mono_ms() < end_ms, "never %s", state);
        json_decref(answer);
    }
}

START_TEST(an_answer_is_kept)
{
    zsock_t *socket = NULL, *other = NULL;
    json_t *answer = NULL;
    char *ticket = NULL;

    start(sample.path);
    socket = caller();
    other = caller();
    ticket = later(socket, "{\"verb\":\"item\",\"args\":{\"id\":1},\"call\":[\"item\",\"1\"]}");
    zsock_destroy(&socket); /* it goes away; somebody else comes for the answer */
    answer = await_state(other, ticket, "done");
    ck_assert_int_eq(number(answer, "code"), 0);
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(answer, "call"), 1)), "1");
    ck_assert_int_eq(number(json_object_get(answer, "answer"), "id"), 1);
    json_decref(answer);
    free(ticket);
    ticket = later(other, "{\"verb\":\"item\",\"args\":{\"id\":99}}");
    answer = await_state(other, ticket, "done");
    ck_assert_int_eq(number(answer, "code"), APP_DATA);
    ck_assert_ptr_nonnull(json_object_get(answer, "error"));
    ck_assert_ptr_null(json_object_get(answer, "answer"));
    json_decref(answer);
    await_figure(&query_figures(query)->tickets, 2);
    ask(other, 5, "cancel", ticket, 0, NULL);
    json_decref(answer_of(other, 5));
    ask(other, 6, "result", ticket, 0, NULL);
    expect(other, 6, APP_DATA, "no such ticket");
    free(ticket);
    zsock_destroy(&other);
}
END_TEST

START_TEST(commands_run_later_too)
{
    zsock_t *socket = NULL;
    json_t *answer = NULL;
    char *ticket = NULL;

    start(sample.path);
    socket = caller();
    ticket = later(socket, "{\"verb\":\"pause\"}");
    json_decref(await_state(socket, ticket, "running"));
    await_figure(&token_count, 1);
    ck_assert_str_eq(last_verb, "pause");
    query_answer(query, tokens[0], 0, NULL, "{\"paused\":true}");
    answer = await_state(socket, ticket, "done");
    ck_assert(json_is_true(json_object_get(json_object_get(answer, "answer"), "paused")));
    json_decref(answer);
    free(ticket);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(a_ticket_is_cancelled)
{
    zsock_t *socket = NULL;
    json_t *answer = NULL;
    char *first = NULL, *second = NULL;

    make_endless();
    set("storer.readers=1");
    start(sample.path);
    socket = caller();
    first = later(socket, "{\"verb\":\"stories\"}");
    json_decref(await_state(socket, first, "running"));
    second = later(socket, "{\"verb\":\"item\",\"args\":{\"id\":1}}");
    answer = await_state(socket, second, "waiting");
    json_decref(answer);
    ask(socket, 1, "cancel", first, 0, NULL);
    answer = answer_of(socket, 1);
    ck_assert_int_eq(number(answer, "cancelled"), 1);
    json_decref(answer);
    json_decref(await_state(socket, second, "done"));
    ask(socket, 2, "result", first, 0, NULL);
    expect(socket, 2, APP_DATA, "no such ticket");
    free(first);
    free(second);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(tickets_are_bounded)
{
    zsock_t *socket = NULL;
    char *first = NULL, *second = NULL;
    uint64_t codes[2] = {0};

    make_endless();
    set("storer.readers=1");
    set("storer.tickets=2");
    set("storer.later_ms=300");
    start(sample.path);
    socket = caller();
    first = later(socket, "{\"verb\":\"stories\"}");
    second = later(socket, "{\"verb\":\"stories\"}");
    ask(socket, 3, "later", "{\"verb\":\"stories\"}", 0, NULL);
    expect(socket, 3, APP_LEFT, "no ticket is free");
    json_decref(await_state(socket, first, "done")); /* at its deadline */
    json_decref(await_state(socket, second, "done"));
    free(later(socket, "{\"verb\":\"item\",\"args\":{\"id\":1}}"));
    ask(socket, 4, "result", first, 0, NULL);
    codes[0] = reply_of(socket, NULL).code;
    ask(socket, 4, "result", second, 0, NULL);
    codes[1] = reply_of(socket, NULL).code;
    ck_assert_uint_eq(codes[0] + codes[1], APP_DATA); /* one of them made room */
    await_figure(&query_figures(query)->tickets_lost, 1);
    free(first);
    free(second);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(kept_for_its_time)
{
    int64_t end_ms = clock_mono_ms() + PATIENCE_MS;
    zsock_t *socket = NULL;
    char *ticket = NULL;

    set("storer.ticket_ms=100");
    start(sample.path);
    socket = caller();
    ticket = later(socket, "{\"verb\":\"item\",\"args\":{\"id\":1}}");
    for (uint64_t code = 0; code == 0;) {
        ask(socket, 9, "result", ticket, 0, NULL);
        code = reply_of(socket, NULL).code;
        ck_assert_int_lt(clock_mono_ms(), end_ms);
    }
    ask(socket, 1, "result", ticket, 0, NULL);
    expect(socket, 1, APP_DATA, "no such ticket");
    free(ticket);
    zsock_destroy(&socket);
}
END_TEST

START_TEST(wrong_arguments_of_its_own_verbs)
{
    static const char *const wrong[] = {
        "{}",
        "{\"verb\":5}",
        "{\"verb\":\"later\"}",
        "{\"verb\":\"queries\"}",
        "{\"verb\":\"vectors\"}",
        "{\"verb\":\"item\",\"args\":[]}",
        "{\"verb\":\"item\",\"call\":{}}",
        "{\"verb\":\"item\",\"call\":[1]}",
        "[]",
        "nonsense",
    };
    zsock_t *socket = NULL;

    start(sample.path);
    socket = caller();
    for (uint64_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ask(socket, i, "later", wrong[i], 0, NULL);
        expect(socket, i, APP_USAGE, "");
    }
    ask(socket, 50, "result", "{\"ticket\":\"nonsense\"}", 0, NULL);
    expect(socket, 50, APP_DATA, "no such ticket");
    ask(socket, 51, "cancel", "{\"ticket\":\"0\"}", 0, NULL);
    expect(socket, 51, APP_DATA, "no such ticket");
    zsock_destroy(&socket);
}
END_TEST

/* --- what is asked ---------------------------------------------------------------------------- */

START_TEST(the_last_queries_are_told)
{
    zsock_t *socket = NULL;
    json_t *answer = NULL, *last = NULL;

    set("storer.query_history=3");
    start(sample.path);
    socket = caller();
    for (uint64_t id = 1; id <= 4; id++) {
        ask(socket, id, "story", "{\"id\":1}", 0, NULL);
        expect(socket, id, 0, "members");
    }
    ask(socket, 5, "item", "{\"id\":99}", 0, NULL);
    expect(socket, 5, APP_DATA, "");
    answer = await_list(socket, "recent", 3);
    last = json_array_get(json_object_get(answer, "recent"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(last, "verb")), "item");
    ck_assert_int_eq(number(last, "code"), APP_DATA);
    ck_assert_int_gt(number(last, "ran_us"), 0);
    ck_assert_int_lt(llabs(number(last, "come_ms") - clock_utc_ms()), 60000);
    ck_assert(strncmp(json_string_value(json_object_get(last, "client")), "pid ", 4) == 0);
    ck_assert_ptr_null(json_object_get(last, "cancelled"));
    json_decref(answer);
    zsock_destroy(&socket);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("query_cancel");
    TCase *tcase = tcase_create("query_cancel");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, who_goes_frees_the_reader);
    tcase_add_test(tcase, who_comes_next_is_not_cancelled);
    tcase_add_test(tcase, a_caller_cancels_its_own);
    tcase_add_test(tcase, who_asks_too_much_is_slowed);
    tcase_add_test(tcase, an_answer_is_kept);
    tcase_add_test(tcase, commands_run_later_too);
    tcase_add_test(tcase, a_ticket_is_cancelled);
    tcase_add_test(tcase, tickets_are_bounded);
    tcase_add_test(tcase, kept_for_its_time);
    tcase_add_test(tcase, wrong_arguments_of_its_own_verbs);
    tcase_add_test(tcase, the_last_queries_are_told);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

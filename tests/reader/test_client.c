/* How the weir command asks: nobody there, silence, rubbish, errors, answers. */
#include <check.h>
#include <czmq.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/link.h"
#include "common/mem.h"
#include "common/msg.h"
#include "reader/call.h"
#include "reader/client.h"

const struct verb *const verbs[] = {NULL};

static char folder[64];
static struct config *config;
static zactor_t *peer;

static void set(const char *format, const char *value)
{
    struct buf error = {0};
    char *text = mem_printf("%s%s", format, value);

    ck_assert_msg(config_set(config, text, "test", &error) == 0, "%s", error.data);
    free(text);
}

static void setup(void)
{
    strcpy(folder, "/tmp/weir-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    config = config_create();
    set("runtime.dir=", folder);
    set("reader.connect_ms=", "100");
    set("reader.timeout_ms=", "300");
    peer = NULL;
}

static void teardown(void)
{
    char *command = mem_printf("rm -rf %s", folder);

    zactor_destroy(&peer);
    config_destroy(&config);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

/* --- a storer and a broker that say what the test wants --------------------------------------- */

/* How often the storer was asked `busy`; it is for the first two times. */
static int busy;

static zframe_t *reply(uint64_t id, uint64_t code, const char *error, const char *json)
{
    struct msg_reply message = {.id = id,
                                .code = code,
                                .retry_after_ms = busy ? 20 : 0,
                                .error = span_str(error),
                                .json = span_str(json)};
    struct buf out = {0};
    zframe_t *frame = NULL;

    msg_reply_write(&message, &out);
    frame = zframe_new(out.data, out.len);
    buf_free(&out);
    return frame;
}

static void answer_query(zsock_t *router, zframe_t *caller, zmsg_t *message)
{
    struct msg_pool pool = {0};
    struct msg_query query = {0};
    zmsg_t *out = zmsg_new();
    zframe_t *frame = NULL;
    bool read = msg_query_read(link_span(zmsg_first(message)), &pool, &query) == 0;

    if (read && span_eq(query.verb, span_str("rubbish")))
        frame = zframe_new("x", 1);
    else if (read && span_eq(query.verb, span_str("error")))
        frame = reply(query.id, 65, "there is no such thing", "");
    else if (read && span_eq(query.verb, span_str("late")))
        frame = reply(query.id, 75, "it may still be carried out", "");
    else if (read && span_eq(query.verb, span_str("busy")))
        frame = ++busy > 2 ? reply(query.id, 0, "", "{\"n\":7}") : reply(query.id, 75, "busy", "");
    else if (read && span_eq(query.verb, span_str("always")))
        frame = (busy++, reply(query.id, 75, "busy", ""));
    else if (read && span_eq(query.verb, span_str("text")))
        frame = reply(query.id, 0, "", "[1]");
    else if (read && span_eq(query.verb, span_str("echo")))
        frame = reply(query.id, 0, "", "{\"n\":5}");
    if (read && span_eq(query.verb, span_str("echo"))) {
        zmsg_t *late = zmsg_new();
        zframe_t *other = reply(query.id + 1000, 0, "", "{\"n\":6}");

        zmsg_append(late, &other);
        other = zframe_dup(caller);
        zmsg_prepend(late, &other);
        zmsg_send(&late, router);
    }
    if (frame) {
        zmsg_append(out, &frame);
        frame = zframe_dup(caller);
        zmsg_prepend(out, &frame);
        zmsg_send(&out, router);
    }
    zmsg_destroy(&out);
    msg_pool_free(&pool);
}

static void answer_admin(zsock_t *router, zframe_t *caller, zmsg_t *message)
{
    struct msg_pool pool = {0};
    struct msg_admin admin = {0};
    struct msg_answer answer = {.json = span_str("{\"ok\":1}")};
    struct buf out = {0};
    zmsg_t *back = zmsg_new();
    zframe_t *name = zframe_dup(caller);

    zmsg_first(message);
    if (msg_admin_read(link_span(zmsg_next(message)), &pool, &admin) == 0) {
        answer.code = span_eq(admin.verb, span_str("stop")) ? 0 : 64;
        answer.error = span_str("no such verb");
    }
    msg_answer_write(&answer, &out);
    zmsg_append(back, &name);
    zmsg_addstr(back, "answer");
    link_append(back, &out);
    zmsg_send(&back, router);
    buf_free(&out);
    msg_pool_free(&pool);
}

static void fake(zsock_t *pipe, void *args)
{
    const char *name = args;
    char *endpoint = link_endpoint_named(config, name);
    bool query = strcmp(name, "query") == 0;
    zsock_t *router = link_bind(config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    zpoller_t *poller = zpoller_new(pipe, router, NULL);

    zsock_signal(pipe, router ? 0 : 1);
    while (zpoller_wait(poller, 20000) == router) {
        zmsg_t *message = zmsg_recv(router);
        zframe_t *caller = zmsg_pop(message);

        (query ? answer_query : answer_admin)(router, caller, message);
        zframe_destroy(&caller);
        zmsg_destroy(&message);
    }
    zpoller_destroy(&poller);
    zsock_destroy(&router);
    free(endpoint);
}

static zactor_t *start(const char *name)
{
    zactor_t *actor = zactor_new(fake, (void *)(uintptr_t)name);

    ck_assert_ptr_nonnull(actor);
    return actor;
}

/* --- tests ------------------------------------------------------------------------------------ */

START_TEST(nobody_there)
{
    int64_t before_ms = clock_mono_ms();
    json_t *answer = NULL;

    ck_assert_int_eq(client_ask(config, "echo", json_object(), &answer), APP_NO_PEER);
    ck_assert_int_eq(client_tell(config, "stop", "", &answer), APP_NO_PEER);
    ck_assert_ptr_null(answer);
    ck_assert_int_ge(clock_mono_ms() - before_ms, 200);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 5000);
}
END_TEST

/* A socket's file that a dead storer left behind. */
START_TEST(left_behind)
{
    char *path = mem_printf("%s/query", folder);
    FILE *file = fopen(path, "w");
    json_t *answer = NULL;

    fclose(file);
    ck_assert_int_eq(client_ask(config, "echo", NULL, &answer), APP_NO_PEER);
    free(path);
}
END_TEST

START_TEST(answers)
{
    json_t *answer = NULL;

    peer = start("query");
    ck_assert_int_eq(client_ask(config, "echo", json_object(), &answer), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(answer, "n")), 5);
    json_decref(answer);
}
END_TEST

static const struct {
    const char *verb;
    int code;
} wrong[] = {
    {"error", APP_DATA}, {"rubbish", APP_BUG}, {"text", APP_BUG}, {"silence", APP_NO_PEER}};

START_TEST(errors)
{
    int64_t before_ms = clock_mono_ms();
    json_t *answer = NULL;

    peer = start("query");
    ck_assert_int_eq(client_ask(config, wrong[_i].verb, json_object(), &answer), wrong[_i].code);
    ck_assert_ptr_null(answer);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 5000);
}
END_TEST

START_TEST(broker)
{
    json_t *answer = NULL;

    peer = start("control");
    ck_assert_int_eq(client_tell(config, "stop", "", &answer), 0);
    json_decref(answer);
    ck_assert_int_eq(client_tell(config, "fly", "", &answer), APP_USAGE);
    ck_assert_ptr_null(answer);
}
END_TEST

START_TEST(too_much)
{
    char *large = mem_alloc(3000000);
    json_t *answer = NULL;

    memset(large, 'x', 2999999);
    large[2999999] = '\0';
    peer = start("query");
    ck_assert_int_eq(client_ask(config, "echo", json_pack("{s:s}", "x", large), &answer),
                     APP_USAGE);
    free(large);
}
END_TEST

START_TEST(waits_while_the_storer_is_busy)
{
    json_t *answer = NULL;
    int64_t before_ms = clock_mono_ms();

    peer = zactor_new(fake, (void *)"query");
    ck_assert_int_eq(client_ask(config, "late", NULL, &answer), 75); /* no word of asking again */
    ck_assert_int_eq(client_ask(config, "busy", NULL, &answer), 0);
    ck_assert_int_eq((int)json_integer_value(json_object_get(answer, "n")), 7);
    ck_assert_int_ge(clock_mono_ms() - before_ms, 40);
    json_decref(answer);
    before_ms = clock_mono_ms();
    ck_assert_int_eq(client_ask(config, "always", NULL, &answer), 75);
    ck_assert_int_ge(clock_mono_ms() - before_ms, 200);
    ck_assert_int_lt(clock_mono_ms() - before_ms, 3000);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("client");
    TCase *tcase = tcase_create("client");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nobody_there);
    tcase_add_test(tcase, left_behind);
    tcase_add_test(tcase, answers);
    tcase_add_loop_test(tcase, errors, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tcase, broker);
    tcase_add_test(tcase, too_much);
    tcase_add_test(tcase, waits_while_the_storer_is_busy);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* The control socket: a broker whose loop does not turn by itself, talked to by hand. */
#include "tests/common/world.h"

#include <jansson.h>

#include "broker/broker.h"
#include "common/loop.h"
#include "common/msg.h"

static struct broker broker;
static struct msg_pool pool;
static zsock_t *storer;
static zsock_t *fetcher;
static zsock_t *administrator;

static void setup(void)
{
    world_open();
    broker = (struct broker){.app = {.config = world_config}};
    broker.app.loop = loop_create(2000);
    ck_assert_int_eq(broker_open(&broker), 0);
}

static void teardown(void)
{
    zsock_destroy(&storer);
    zsock_destroy(&fetcher);
    zsock_destroy(&administrator);
    broker_close(&broker);
    loop_destroy(&broker.app.loop);
    msg_pool_free(&pool);
    world_close();
}

/* --- talking ---------------------------------------------------------------------------------- */

static zsock_t *member(void)
{
    char *endpoint = link_endpoint_named(world_config, "control");
    zsock_t *socket = link_connect(world_config, ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, endpoint);

    free(endpoint);
    return socket;
}

/* Lets the broker serve what has come, once something has. */
static void serve(void)
{
    ck_assert(world_wait(broker.control, ZMQ_POLLIN));
    while (zsock_events(broker.control) & ZMQ_POLLIN)
        control_serve(broker.app.loop, &broker);
}

static void tell(zsock_t *from, enum msg_type type, const void *message)
{
    zmsg_t *frames = zmsg_new();
    struct buf out = {0};

    ck_assert_int_eq(msg_write(type, message, &out), 0);
    zmsg_addstr(frames, msg_name(type));
    link_append(frames, &out);
    ck_assert_int_eq(zmsg_send(&frames, from), 0);
    buf_free(&out);
    serve();
}

/* The next message of this type; others before it are passed over. */
static void hear(zsock_t *socket, enum msg_type type, void *out)
{
    static zmsg_t *kept;

    for (;;) {
        zframe_t *name = NULL;

        zmsg_destroy(&kept); /* what was read borrows from it */
        kept = world_recv(socket);
        name = zmsg_first(kept);
        ck_assert_uint_eq(zmsg_size(kept), 2);
        if (msg_type_of(link_span(name)) != type)
            continue;
        msg_pool_reset(&pool);
        ck_assert_int_eq(msg_read(type, link_span(zmsg_next(kept)), &pool, out), 0);
        return;
    }
}

static void drain(zsock_t *socket)
{
    while (!world_quiet(socket, 50)) {
        zmsg_t *message = zmsg_recv(socket);

        zmsg_destroy(&message);
    }
}

static struct msg_hello hello_of(const char *stage, const char *instance)
{
    return (struct msg_hello){.protocol = MSG_PROTOCOL,
                              .stage = span_str(stage),
                              .instance = span_str(instance),
                              .version = span_str("1"),
                              .pid = 1,
                              .started_ms = 1};
}

static void join_ring(void)
{
    struct msg_hello hello = hello_of("storer", "s-1");
    struct msg_welcome welcome;

    storer = member();
    fetcher = member();
    tell(storer, MSG_hello, &hello);
    hear(storer, MSG_welcome, &welcome);
    ck_assert_uint_eq(welcome.accepted, 1);
    ck_assert_uint_ne(welcome.broker, 0);
    hello = hello_of("fetcher", "f-1");
    tell(fetcher, MSG_hello, &hello);
    hear(fetcher, MSG_welcome, &welcome);
    ck_assert_uint_eq(welcome.accepted, 1);
}

/* --- joining ---------------------------------------------------------------------------------- */

START_TEST(hello_is_welcomed_and_told)
{
    struct msg_roster roster;

    join_ring();
    do
        hear(storer, MSG_roster, &roster);
    while (roster.fetchers == 0);
    ck_assert_uint_eq(roster.fetchers, 1);
    ck_assert_uint_eq(roster.embedders, 0);
    ck_assert_uint_eq(roster.broker, broker.run);
    ck_assert_uint_eq(roster.losses, 0);
}
END_TEST

static void refused(const struct msg_hello *hello, const char *why)
{
    struct msg_welcome welcome;
    char *text = NULL;
    zsock_t *socket = member();

    tell(socket, MSG_hello, hello);
    hear(socket, MSG_welcome, &welcome);
    text = mem_dup(welcome.why.p, welcome.why.n);
    ck_assert_uint_eq(welcome.accepted, 0);
    ck_assert_msg(strstr(text, why), "%s", text);
    ck_assert_uint_eq(broker.roster.count, 0);
    free(text);
    zsock_destroy(&socket);
}

START_TEST(hello_is_refused_with_words)
{
    struct msg_hello hello = hello_of("fetcher", "f-1");
    char words[64];

    hello.protocol = MSG_PROTOCOL + 1;
    snprintf(words, sizeof(words), "this broker speaks protocol %d", MSG_PROTOCOL);
    refused(&hello, words);
    hello = hello_of("baker", "b-1");
    refused(&hello, "stage baker");
    hello = hello_of("fetcher", "");
    refused(&hello, "no name");
    hello = hello_of("fetcher", "f\n1");
    refused(&hello, "no name");
    hello = hello_of("fetcher", "f-\xff\xfe"); /* or status would be no JSON */
    refused(&hello, "no name");
}
END_TEST

/* Who is not known is asked who it is: run 0. */
START_TEST(heartbeat_of_a_stranger)
{
    struct msg_heartbeat beat = {.in_hand = 1};
    struct msg_welcome welcome;

    fetcher = member();
    tell(fetcher, MSG_heartbeat, &beat);
    hear(fetcher, MSG_welcome, &welcome);
    ck_assert_uint_eq(welcome.broker, 0);
    ck_assert_uint_eq(welcome.accepted, 1);
}
END_TEST

START_TEST(heartbeat_is_answered)
{
    struct msg_heartbeat beat = {.in_hand = 5, .leases = span_of("\1\0\0\0\0\0\0\0", 8)};
    struct msg_welcome welcome;
    struct msg_roster roster;

    join_ring();
    drain(storer);
    tell(fetcher, MSG_heartbeat, &beat);
    hear(fetcher, MSG_welcome, &welcome);
    ck_assert_uint_eq(welcome.broker, broker.run);
    broker_step(&broker);
    hear(storer, MSG_roster, &roster);
    ck_assert_uint_eq(roster.leases.n, 8);
    ck_assert_uint_eq(msg_get_u64(roster.leases.p), 1);
}
END_TEST

/* --- leaving ---------------------------------------------------------------------------------- */

/* BYE is answered by BYE; outside of an emptied ring the storer is told what may be lost. */
START_TEST(bye_is_answered)
{
    struct msg_bye bye = {.code = 0, .words = span_str("x")};
    struct msg_bye answer;
    struct msg_lost lost;

    join_ring();
    tell(fetcher, MSG_bye, &bye);
    hear(fetcher, MSG_bye, &answer);
    hear(storer, MSG_lost, &lost);
    ck_assert(span_eq(lost.instance, span_str("f-1")));
    ck_assert(span_eq(lost.stage, span_str("fetcher")));
    ck_assert_uint_eq(lost.crashed, 0);
    ck_assert_uint_eq(broker.roster.count, 1);
    tell(fetcher, MSG_bye, &bye); /* said again: answered again, and that is all */
    hear(fetcher, MSG_bye, &answer);
    ck_assert_uint_eq(broker.roster.losses, 1);
}
END_TEST

/* Silence is a crash, and its leases are named. */
START_TEST(silence_is_a_loss)
{
    struct msg_heartbeat beat = {.leases = span_of("\7\0\0\0\0\0\0\0", 8)};
    struct msg_lost lost;
    struct msg_roster roster;

    join_ring();
    tell(fetcher, MSG_heartbeat, &beat);
    for (size_t i = 0; i < broker.roster.count; i++)
        if (broker.roster.at[i].stage == STAGE_FETCHER)
            broker.roster.at[i].heard_ms -= world_config->service_lost_ms + 1;
    drain(storer);
    broker_step(&broker);
    hear(storer, MSG_lost, &lost);
    ck_assert_uint_eq(lost.crashed, 1);
    ck_assert_uint_eq(lost.leases.n, 8);
    hear(storer, MSG_roster, &roster);
    ck_assert_uint_eq(roster.losses, 1);
    ck_assert_uint_eq(roster.fetchers, 0);
}
END_TEST

static void quiesced(uint64_t purpose, uint64_t round)
{
    struct msg_quiesced message = {
        .purpose = purpose, .round = round, .done = 1, .where = span_str("/x")};

    tell(storer, MSG_quiesced, &message);
}

/* A leave from end to end: QUIESCE with a number, QUIESCED with the same, STOP, BYE, RESUME. */
START_TEST(leave)
{
    struct msg_heartbeat beat = {.leaving = 1};
    struct msg_bye bye = {.code = 0};
    struct msg_quiesce quiesce;
    struct msg_stop stop;

    join_ring();
    drain(storer);
    drain(fetcher);
    tell(fetcher, MSG_heartbeat, &beat);
    hear(storer, MSG_quiesce, &quiesce);
    ck_assert_uint_eq(quiesce.purpose, MSG_PURPOSE_LEAVE);
    ck_assert_uint_ne(quiesce.round, 0);
    ck_assert_uint_eq(quiesce.ttl_ms, 5000);
    ck_assert_uint_gt(quiesce.within_ms, 14000);
    quiesced(MSG_PURPOSE_LEAVE, quiesce.round - 1); /* of another round */
    broker_step(&broker);
    ck_assert_int_eq(broker.order.phase, ORDER_DRAINING);
    quiesced(MSG_PURPOSE_LEAVE, quiesce.round);
    hear(fetcher, MSG_quiesce, &quiesce); /* fetchers are told as well */
    hear(fetcher, MSG_stop, &stop);
    ck_assert_uint_eq(stop.within_ms, (uint64_t)world_config->service_stop_ms);
    drain(storer);
    tell(fetcher, MSG_bye, &bye);
    hear(storer, MSG_quiesce, &quiesce);
    ck_assert_uint_eq(quiesce.purpose, MSG_PURPOSE_NONE);
    ck_assert_uint_eq(broker.roster.losses, 0); /* the ring was empty: nothing was lost */
}
END_TEST

/* A storer started anew takes the place of the one before it; one that only connected anew does not
 * count as another. */
START_TEST(another_storer)
{
    struct msg_hello hello = hello_of("storer", "s-1");
    struct msg_welcome welcome;
    zsock_t *again = member();

    join_ring();
    tell(again, MSG_hello, &hello);
    hear(again, MSG_welcome, &welcome);
    ck_assert_uint_eq(broker.roster.count, 2);
    hello = hello_of("storer", "s-2");
    tell(again, MSG_hello, &hello);
    ck_assert_uint_eq(broker.roster.count, 2);
    ck_assert_str_eq(roster_storer(&broker.roster)->name, "s-2");
    ck_assert_uint_eq(broker.roster.losses, 0);
    zsock_destroy(&again);
}
END_TEST

static struct msg_answer ask(const char *verb, const char *argument)
{
    struct msg_admin admin = {.verb = span_str(verb), .argument = span_str(argument)};
    struct msg_answer answer;

    zsock_destroy(&administrator);
    administrator = member();
    tell(administrator, MSG_admin, &admin);
    hear(administrator, MSG_answer, &answer);
    return answer;
}

/* Asked by an administrator: a heartbeat that does not know of it does not undo it. */
START_TEST(asked_to_leave)
{
    struct msg_heartbeat beat = {.leaving = 0};
    struct msg_quiesce quiesce;
    struct msg_stop stop;

    join_ring();
    drain(storer);
    ck_assert_uint_eq(ask("leave", "f-1").code, 0);
    hear(storer, MSG_quiesce, &quiesce);
    ck_assert_uint_eq(quiesce.purpose, MSG_PURPOSE_LEAVE);
    tell(fetcher, MSG_heartbeat, &beat);
    quiesced(MSG_PURPOSE_LEAVE, quiesce.round);
    hear(fetcher, MSG_stop, &stop);
    ck_assert_uint_eq(ask("leave", "nobody").code, APP_DATA);
}
END_TEST

START_TEST(hello_during_shutdown_is_stopped)
{
    struct msg_hello hello = hello_of("embedder", "e-1");
    struct msg_welcome welcome;
    struct msg_stop stop;
    zsock_t *late = NULL;

    join_ring();
    ck_assert_uint_eq(ask("stop", "").code, 0);
    ck_assert_int_eq(broker.order.purpose, MSG_PURPOSE_SHUTDOWN);
    late = member();
    tell(late, MSG_hello, &hello);
    hear(late, MSG_welcome, &welcome);
    ck_assert_uint_eq(welcome.accepted, 1);
    ck_assert(world_quiet(late, 50)); /* the ring drains: it may help */
    quiesced(MSG_PURPOSE_SHUTDOWN, (uint64_t)broker.order.began_utc_ms);
    ck_assert_int_eq(broker.order.phase, ORDER_STOPPING);
    tell(late, MSG_hello, &hello);
    hear(late, MSG_stop, &stop);
    ck_assert(span_eq(stop.why, span_str("shutdown")));
    zsock_destroy(&late);
}
END_TEST

/* --- administration --------------------------------------------------------------------------- */

START_TEST(status)
{
    struct msg_heartbeat beat = {.in_hand = 2, .note = span_str("no json")};
    struct msg_answer answer;
    json_t *all = NULL;

    join_ring();
    tell(fetcher, MSG_heartbeat, &beat);
    answer = ask("status", "");
    ck_assert_uint_eq(answer.code, 0);
    all = json_loadb(answer.json.p, answer.json.n, 0, NULL);
    ck_assert_ptr_nonnull(all);
    ck_assert_uint_eq(json_array_size(json_object_get(all, "instances")), 2);
    ck_assert_uint_eq(json_array_size(json_object_get(all, "links")), LINKS * LANES);
    ck_assert_str_eq(json_string_value(json_object_get(all, "phase")), "working");
    json_decref(all);
    ck_assert_uint_eq(ask("dance", "").code, APP_USAGE);
}
END_TEST

/* --- what is not a message -------------------------------------------------------------------- */

static void send_raw(zsock_t *socket, const char *a, size_t a_n, const char *b, size_t b_n,
                     const char *c)
{
    zmsg_t *frames = zmsg_new();

    if (a)
        zmsg_addmem(frames, a, a_n);
    if (b)
        zmsg_addmem(frames, b, b_n);
    if (c)
        zmsg_addstr(frames, c);
    ck_assert_int_eq(zmsg_send(&frames, socket), 0);
    serve();
}

/* Beyond the bound nobody is taken in, nor sent away; who is in stays. */
START_TEST(full_roster)
{
    struct msg_hello hello = {0};
    struct msg_welcome welcome;
    zsock_t *last = member(), *more = member();
    char name[16];

    broker.app.config->broker_instances = 4;
    for (int i = 0; i < 4; i++) {
        zsock_t *socket = i < 3 ? member() : last;

        snprintf(name, sizeof(name), "f-%d", i);
        hello = hello_of("fetcher", name);
        tell(socket, MSG_hello, &hello);
        hear(socket, MSG_welcome, &welcome);
        if (i < 3)
            zsock_destroy(&socket);
    }
    hello = hello_of("fetcher", "f-more");
    tell(more, MSG_hello, &hello);
    ck_assert_uint_eq(broker.roster.count, 4);
    ck_assert_uint_eq(broker.app.counters.at[COUNTER_dropped], 1);
    hello = hello_of("fetcher", "f-3");
    tell(last, MSG_hello, &hello);
    hear(last, MSG_welcome, &welcome);
    ck_assert_uint_eq(welcome.accepted, 1);
    zsock_destroy(&last);
    zsock_destroy(&more);
}
END_TEST

/* Each is counted and dropped, and the broker goes on. */
START_TEST(malformed)
{
    static const char stop[] = "\x92\x00\xa0";
    uint64_t *count = &broker.app.counters.at[COUNTER_malformed];
    struct msg_heartbeat beat = {0};
    struct msg_welcome welcome;
    zsock_t *socket = member();
    char *big = mem_calloc(1, 100000);

    send_raw(socket, "hello", 5, NULL, 0, NULL); /* no body */
    ck_assert_uint_eq(*count, 1);
    send_raw(socket, "", 0, "", 0, NULL);
    ck_assert_uint_eq(*count, 2);
    send_raw(socket, "nonsense", 8, "\x90", 1, NULL);
    ck_assert_uint_eq(*count, 3);
    send_raw(socket, "stop", 4, stop, sizeof(stop) - 1, NULL); /* not for brokers */
    ck_assert_uint_eq(*count, 4);
    send_raw(socket, "bye", 3, "\x93\x00\x00\xa0", 4, "more"); /* too many frames */
    ck_assert_uint_eq(*count, 5);
    send_raw(socket, "heartbeat", 9, "\xdd\xff\xff\xff\xff", 5, NULL);
    ck_assert_uint_eq(*count, 6);
    send_raw(socket, "hello", 5, big, 100000, NULL);
    ck_assert_uint_eq(*count, 7);
    send_raw(socket, big, 100000, big, 100000, NULL);
    ck_assert_uint_eq(*count, 8);
    ck_assert_uint_eq(broker.roster.count, 0);
    tell(socket, MSG_heartbeat, &beat);
    hear(socket, MSG_welcome, &welcome);
    free(big);
    zsock_destroy(&socket);
}
END_TEST

/* Who may not say QUIESCED is not believed. */
START_TEST(quiesced_by_a_stranger)
{
    struct msg_quiesced message = {.purpose = MSG_PURPOSE_SHUTDOWN, .done = 1};
    zsock_t *socket = member();

    join_ring();
    ask("stop", "");
    message.round = (uint64_t)broker.order.began_utc_ms;
    tell(socket, MSG_quiesced, &message);
    tell(fetcher, MSG_quiesced, &message);
    broker_step(&broker);
    ck_assert_int_eq(broker.order.phase, ORDER_DRAINING);
    zsock_destroy(&socket);
}
END_TEST

/* A peer that is gone, or never reads, is counted and left alone. */
START_TEST(unreachable_peers)
{
    struct msg_stop stop = {.within_ms = 1};

    control_send(&broker, span_str("nobody"), MSG_stop, &stop);
    ck_assert_uint_eq(broker.app.counters.at[COUNTER_dropped], 1);
    join_ring();
    zsock_destroy(&fetcher);
    for (int i = 0; i < 3000; i++)
        broker_step(&broker); /* the storer does not read its ROSTER */
    ck_assert_int_eq(broker.order.phase, ORDER_IDLE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("control");
    TCase *all = tcase_create("control");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, hello_is_welcomed_and_told);
    tcase_add_test(all, hello_is_refused_with_words);
    tcase_add_test(all, heartbeat_of_a_stranger);
    tcase_add_test(all, heartbeat_is_answered);
    tcase_add_test(all, bye_is_answered);
    tcase_add_test(all, silence_is_a_loss);
    tcase_add_test(all, leave);
    tcase_add_test(all, another_storer);
    tcase_add_test(all, asked_to_leave);
    tcase_add_test(all, hello_during_shutdown_is_stopped);
    tcase_add_test(all, status);
    tcase_add_test(all, full_roster);
    tcase_add_test(all, malformed);
    tcase_add_test(all, quiesced_by_a_stranger);
    tcase_add_test(all, unreachable_peers);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

/* The event bus: what is published reaches who subscribed, and nobody waits for anybody. */
#include "tests/common/world.h"

#include "broker/bus.h"

static struct bus *bus;

static void setup(void)
{
    world_open();
    world_set("link.hwm_events=100");
    bus = bus_open(world_config);
    ck_assert_ptr_nonnull(bus);
}

static void teardown(void)
{
    bus_close(&bus);
    world_close();
}

static zsock_t *peer(int type, const char *name, const char *topic)
{
    char *endpoint = link_endpoint_named(world_config, name);
    zsock_t *socket = link_connect(world_config, type, LINK_ROLE_EVENTS, LINKS, endpoint);

    ck_assert_ptr_nonnull(socket);
    if (topic)
        zsock_set_subscribe(socket, topic);
    free(endpoint);
    return socket;
}

/* Publishes until the subscriber has got one: subscriptions take a while to arrive. */
static void warm_up(zsock_t *pub, zsock_t *sub, const char *topic)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(sub), .events = ZMQ_POLLIN};
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;

    do {
        ck_assert_int_eq(zstr_sendx(pub, topic, "warm", NULL), 0);
        ck_assert_int_lt(clock_mono_ms(), end);
    } while (zmq_poll(&item, 1, 20) == 0);
    while (zmq_poll(&item, 1, 100) == 1) {
        zmsg_t *message = zmsg_recv(sub);

        zmsg_destroy(&message);
    }
}

START_TEST(by_topic)
{
    zsock_t *pub = peer(ZMQ_PUB, "events.in", NULL);
    zsock_t *commits = peer(ZMQ_SUB, "events.out", "commit");
    zsock_t *states = peer(ZMQ_SUB, "events.out", "state");
    zmsg_t *message = NULL;

    warm_up(pub, commits, "commit");
    warm_up(pub, states, "state");
    ck_assert(world_quiet(commits, 50));
    ck_assert_int_eq(zstr_sendx(pub, "state", "a", "b", NULL), 0);
    ck_assert_int_eq(zstr_sendx(pub, "commit", "c", NULL), 0);
    message = world_recv(states);
    ck_assert_uint_eq(zmsg_size(message), 3);
    ck_assert(zframe_streq(zmsg_last(message), "b"));
    zmsg_destroy(&message);
    message = world_recv(commits);
    ck_assert_uint_eq(zmsg_size(message), 2);
    ck_assert(zframe_streq(zmsg_last(message), "c"));
    zmsg_destroy(&message);
    ck_assert(world_quiet(states, 50) && world_quiet(commits, 50));
    zsock_destroy(&pub);
    zsock_destroy(&commits);
    zsock_destroy(&states);
}
END_TEST

/* One subscriber never reads; the publisher is never made to wait, and the other gets on. */
START_TEST(a_stuck_subscriber_blocks_nobody)
{
    enum { MANY = 800, BYTES = 20000 };
    zsock_t *pub = peer(ZMQ_PUB, "events.in", NULL);
    zsock_t *stuck = peer(ZMQ_SUB, "events.out", "commit");
    zsock_t *good = peer(ZMQ_SUB, "events.out", "commit");
    char *data = mem_calloc(1, BYTES);
    unsigned got = 0;
    zmsg_t *message = NULL;
    zmq_pollitem_t item = {.socket = zsock_resolve(stuck), .events = ZMQ_POLLIN};

    warm_up(pub, good, "commit");
    warm_up(pub, stuck, "commit");
    while (!world_quiet(good, 50)) {
        message = zmsg_recv(good);
        zmsg_destroy(&message);
    }
    for (unsigned i = 0; i < MANY; i++) {
        message = zmsg_new();
        zmsg_addstr(message, "commit");
        zmsg_addmem(message, data, BYTES);
        ck_assert_int_eq(zmsg_send(&message, pub), 0);
        message = world_recv(good);
        ck_assert_uint_eq(zmsg_size(message), 2);
        zmsg_destroy(&message);
    }
    while (zmq_poll(&item, 1, 300) == 1) {
        message = zmsg_recv(stuck);
        ck_assert_uint_eq(zmsg_size(message), 2); /* dropped whole, never in parts */
        zmsg_destroy(&message);
        got++;
    }
    ck_assert_uint_gt(got, 0);
    ck_assert_uint_lt(got, MANY);
    free(data);
    zsock_destroy(&pub);
    zsock_destroy(&stuck);
    zsock_destroy(&good);
}
END_TEST

START_TEST(second_bus_refused)
{
    struct bus *second = NULL;
    char *text = NULL;

    world_catch();
    second = bus_open(world_config);
    text = world_caught();
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(strstr(text, "in-use"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bus");
    TCase *all = tcase_create("bus");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, by_topic);
    tcase_add_test(all, a_stuck_subscriber_blocks_nobody);
    tcase_add_test(all, second_bus_refused);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

/* The queue before an outlet. */
#include "tests/common/world.h"

#include "common/backlog.h"
#include "common/counters.h"
#include "common/loop.h"

static struct counters counters;
static struct loop *loop;
static struct backlog *backlog;
static struct outlet *inside; /* the backlog's own, to see when it is ready */
static unsigned shorter;

static bool give_up(struct loop *l, void *arg)
{
    (void)l;
    (void)arg;
    ck_abort_msg("the queue did not empty");
    return true;
}

static void on_shorter(void *self)
{
    ck_assert_ptr_eq(self, &shorter);
    shorter++;
    if (backlog_count(backlog) == 0)
        loop_stop(loop);
}

static void setup(void)
{
    struct outlet *outlet = NULL;

    world_open();
    world_set("link.message_bytes=65536");
    loop = loop_create(2000);
    outlet = outlet_open(world_config, LINK_VECTORS, &counters);
    inside = outlet;
    backlog = backlog_create(&outlet, loop, on_shorter, &shorter);
    ck_assert_ptr_null(outlet);
}

static void teardown(void)
{
    backlog_destroy(&backlog);
    loop_destroy(&loop);
    world_close();
}

static void send_number(enum lane lane, unsigned number, size_t bytes)
{
    zmsg_t *message = zmsg_new();
    char *data = mem_calloc(1, bytes);

    memcpy(data, &number, sizeof(number));
    zmsg_addmem(message, data, bytes);
    free(data);
    backlog_send(backlog, lane, &message);
    ck_assert_ptr_null(message);
}

static void expect(zsock_t *pull, unsigned number)
{
    zmsg_t *message = world_recv(pull);
    unsigned got = 0;

    memcpy(&got, zframe_data(zmsg_first(message)), sizeof(got));
    ck_assert_uint_eq(got, number);
    zmsg_destroy(&message);
}

/* With nobody there all waits, in order, and goes when somebody comes. */
START_TEST(waits_and_goes_in_order)
{
    zsock_t *lo = NULL;
    zsock_t *hi = NULL;

    for (unsigned i = 0; i < 10; i++)
        send_number(LANE_LO, i, 100);
    send_number(LANE_HI, 77, 50);
    ck_assert_uint_eq(backlog_count(backlog), 11);
    ck_assert_uint_eq(backlog_bytes(backlog), 1050);
    lo = world_bind(ZMQ_PULL, LINK_VECTORS, LANE_LO, "in");
    hi = world_bind(ZMQ_PULL, LINK_VECTORS, LANE_HI, "in");
    loop_timer(loop, WORLD_PATIENCE_MS, 0, give_up, NULL);
    ck_assert(loop_run(loop));
    ck_assert_uint_eq(backlog_count(backlog), 0);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    ck_assert_uint_ge(shorter, 2);
    for (unsigned i = 0; i < 10; i++)
        expect(lo, i);
    expect(hi, 77);
    ck_assert_uint_eq(counters.at[COUNTER_out], 11);
    zsock_destroy(&lo);
    zsock_destroy(&hi);
}
END_TEST

/* What comes while others wait goes behind them, though the socket would take it. */
START_TEST(no_overtaking)
{
    zsock_t *lo = NULL;

    send_number(LANE_LO, 0, 100);
    lo = world_bind(ZMQ_PULL, LINK_VECTORS, LANE_LO, "in");
    ck_assert(world_wait(outlet_socket(inside, LANE_LO), ZMQ_POLLOUT));
    send_number(LANE_LO, 1, 100);
    ck_assert_uint_eq(backlog_count(backlog), 2);
    loop_timer(loop, WORLD_PATIENCE_MS, 0, give_up, NULL);
    ck_assert(loop_run(loop));
    expect(lo, 0);
    expect(lo, 1);
    zsock_destroy(&lo);
}
END_TEST

/* Too large: refused, also from the middle of the queue, and the rest goes on. */
START_TEST(oversize_is_refused)
{
    zsock_t *lo = NULL;

    send_number(LANE_LO, 0, 70000);
    ck_assert_uint_eq(backlog_count(backlog), 0);
    ck_assert_uint_eq(counters.at[COUNTER_oversize], 1);
    send_number(LANE_LO, 1, 100);
    send_number(LANE_LO, 2, 70000);
    send_number(LANE_LO, 3, 100);
    lo = world_bind(ZMQ_PULL, LINK_VECTORS, LANE_LO, "in");
    loop_timer(loop, WORLD_PATIENCE_MS, 0, give_up, NULL);
    ck_assert(loop_run(loop));
    expect(lo, 1);
    expect(lo, 3);
    ck_assert_uint_eq(counters.at[COUNTER_oversize], 2);
    ck_assert_uint_eq(backlog_bytes(backlog), 0);
    zsock_destroy(&lo);
}
END_TEST

START_TEST(sent_at_once)
{
    zsock_t *lo = world_bind(ZMQ_PULL, LINK_VECTORS, LANE_LO, "in");
    struct outlet *outlet = outlet_open(world_config, LINK_VECTORS, &counters);

    ck_assert(world_wait(outlet_socket(outlet, LANE_LO), ZMQ_POLLOUT));
    backlog_destroy(&backlog);
    backlog = backlog_create(&outlet, loop, NULL, NULL);
    send_number(LANE_LO, 5, 100);
    ck_assert_uint_eq(backlog_count(backlog), 0);
    expect(lo, 5);
    zsock_destroy(&lo);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backlog");
    TCase *all = tcase_create("backlog");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, waits_and_goes_in_order);
    tcase_add_test(all, no_overtaking);
    tcase_add_test(all, oversize_is_refused);
    tcase_add_test(all, sent_at_once);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

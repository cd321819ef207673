/* A lane forwarder over real sockets: order, fullness, taps. */
#include "tests/common/world.h"

#include "broker/forward.h"
#include "common/msg.h"

static struct forward *forward;

static void setup(void)
{
    world_open();
}

static void teardown(void)
{
    forward_close(&forward);
    world_close();
}

static zsock_t *peer(int type, enum link_id link, enum lane lane, const char *side)
{
    char *endpoint = link_endpoint(world_config, link, lane, side);
    enum link_role role = type == ZMQ_PUSH   ? LINK_ROLE_DATA_OUT
                          : type == ZMQ_PULL ? LINK_ROLE_DATA_IN
                                             : LINK_ROLE_TAP;
    zsock_t *socket = link_connect(world_config, type, role, link, endpoint);

    ck_assert_ptr_nonnull(socket);
    if (type == ZMQ_SUB)
        zsock_set_subscribe(socket, "");
    free(endpoint);
    return socket;
}

static void send_two(zsock_t *push, unsigned number, size_t bytes)
{
    zmsg_t *message = zmsg_new();
    char *data = mem_calloc(1, bytes);

    zmsg_addstrf(message, "%u", number);
    zmsg_addmem(message, data, bytes);
    ck_assert(world_wait(push, ZMQ_POLLOUT));
    ck_assert_int_eq(zmsg_send(&message, push), 0);
    free(data);
}

static unsigned number_of(zframe_t *frame)
{
    char *text = zframe_strdup(frame);
    unsigned number = (unsigned)strtoul(text, NULL, 10);

    free(text);
    return number;
}

static void expect_two(zsock_t *pull, unsigned number, size_t bytes)
{
    zmsg_t *message = world_recv(pull);

    ck_assert_uint_eq(zmsg_size(message), 2);
    ck_assert_uint_eq(number_of(zmsg_first(message)), number);
    ck_assert_uint_eq(zframe_size(zmsg_next(message)), bytes);
    zmsg_destroy(&message);
}

/* What the actor has told; it tells about four times a second. */
static struct forward_counts counts_with(uint64_t messages)
{
    struct forward_counts counts = {0};
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;

    while (counts.messages < messages && clock_mono_ms() < end) {
        zclock_sleep(20);
        forward_counts(forward, &counts);
    }
    ck_assert_uint_eq(counts.messages, messages);
    return counts;
}

START_TEST(passes_all_frames_in_order)
{
    enum { MANY = 500 };
    zsock_t *push = NULL;
    zsock_t *pull = NULL;
    struct forward_counts counts;

    forward = forward_open(world_config, LINK_ITEMS, LANE_LO);
    ck_assert_ptr_nonnull(forward);
    push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "in");
    pull = peer(ZMQ_PULL, LINK_ITEMS, LANE_LO, "out");
    for (unsigned i = 0; i < MANY; i++) {
        send_two(push, i, i);
        expect_two(pull, i, i);
    }
    counts = counts_with(MANY);
    ck_assert_uint_eq(counts.tapped, 0); /* nobody listens: no copies */
    ck_assert_uint_eq(counts.dropped, 0);
    zsock_destroy(&push);
    zsock_destroy(&pull);
}
END_TEST

/* The endpoints are held: a second forwarder of the lane is refused, of the other lane not. */
START_TEST(second_forwarder_refused)
{
    struct forward *second = NULL;
    char *text = NULL;

    forward = forward_open(world_config, LINK_JOBS, LANE_HI);
    ck_assert_ptr_nonnull(forward);
    world_catch();
    second = forward_open(world_config, LINK_JOBS, LANE_HI);
    text = world_caught();
    ck_assert_ptr_null(second);
    ck_assert_ptr_nonnull(strstr(text, "in-use"));
    second = forward_open(world_config, LINK_JOBS, LANE_LO);
    ck_assert_ptr_nonnull(second);
    forward_close(&second);
    free(text);
}
END_TEST

/* A receiver that never reads fills its own lane; the other one flows, and nothing that was taken
 * is lost. */
START_TEST(a_full_lane_stops_no_other)
{
    enum { BYTES = 300000 };
    struct forward *other = NULL;
    zsock_t *push = NULL;
    zsock_t *stuck = NULL;
    zsock_t *hi_push = NULL;
    zsock_t *hi_pull = NULL;
    struct forward_counts counts = {0};
    unsigned sent = 0;
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;

    world_set("link.hwm_items=2");
    forward = forward_open(world_config, LINK_ITEMS, LANE_LO);
    other = forward_open(world_config, LINK_ITEMS, LANE_HI);
    push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "in");
    stuck = peer(ZMQ_PULL, LINK_ITEMS, LANE_LO, "out");
    hi_push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_HI, "in");
    hi_pull = peer(ZMQ_PULL, LINK_ITEMS, LANE_HI, "out");
    while (!counts.waiting && clock_mono_ms() < end) {
        zmq_pollitem_t item = {.socket = zsock_resolve(push), .events = ZMQ_POLLOUT};

        if (zmq_poll(&item, 1, 20) == 1)
            send_two(push, sent++, BYTES);
        forward_counts(forward, &counts);
    }
    ck_assert_uint_eq(counts.waiting, 1);
    /* More than once where the kernel took a little more in between. */
    ck_assert_uint_ge(counts.waited, 1);
    for (unsigned i = 0; i < 100; i++) {
        send_two(hi_push, i, 10);
        expect_two(hi_pull, i, 10);
    }
    for (unsigned i = 0; i < sent; i++)
        expect_two(stuck, i, BYTES);
    counts = counts_with(sent);
    ck_assert_uint_eq(counts.dropped, 0);
    forward_close(&other);
    zsock_destroy(&push);
    zsock_destroy(&stuck);
    zsock_destroy(&hi_push);
    zsock_destroy(&hi_pull);
}
END_TEST

/* Nobody takes: nothing is received either, so that the sender notices. */
START_TEST(no_receiver)
{
    zsock_t *push = NULL;
    unsigned sent = 0;
    zmq_pollitem_t item = {.events = ZMQ_POLLOUT};

    world_set("link.hwm_items=2");
    forward = forward_open(world_config, LINK_ITEMS, LANE_LO);
    push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "in");
    item.socket = zsock_resolve(push);
    while (sent < 1000 && zmq_poll(&item, 1, 300) == 1)
        send_two(push, sent++, 300000);
    ck_assert_uint_ge(sent, 2);
    ck_assert_uint_lt(sent, 100);
    zsock_destroy(&push);
}
END_TEST

/* --- taps ------------------------------------------------------------------------------------- */

/* The copy has a label in front; its number grows by one. */
static uint64_t expect_copy(zsock_t *tap, unsigned *number)
{
    zmsg_t *message = world_recv(tap);
    struct msg_pool pool = {0};
    struct msg_tapped tapped;
    uint64_t n = 0;

    ck_assert_uint_eq(zmsg_size(message), 3);
    ck_assert_int_eq(msg_tapped_read(link_span(zmsg_first(message)), &pool, &tapped), 0);
    ck_assert(span_eq(tapped.link, span_str("items")));
    ck_assert(span_eq(tapped.lane, span_str("lo")));
    ck_assert_int_gt(tapped.time_ms, 1600000000000);
    *number = number_of(zmsg_next(message));
    n = tapped.number;
    zmsg_destroy(&message);
    msg_pool_free(&pool);
    return n;
}

/* Sends until a copy has come: the subscription takes a while to arrive. */
static void warm_up(zsock_t *push, zsock_t *pull, zsock_t *tap)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(tap), .events = ZMQ_POLLIN};
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;
    unsigned number = 0;

    do {
        send_two(push, 0, 1);
        expect_two(pull, 0, 1);
        ck_assert_int_lt(clock_mono_ms(), end);
    } while (zmq_poll(&item, 1, 20) == 0);
    while (zmq_poll(&item, 1, 100) == 1)
        expect_copy(tap, &number);
}

START_TEST(a_tap_sees_what_passes)
{
    zsock_t *push = NULL;
    zsock_t *pull = NULL;
    zsock_t *tap = NULL;
    uint64_t before = 0;
    unsigned number = 0;

    forward = forward_open(world_config, LINK_ITEMS, LANE_LO);
    push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "in");
    pull = peer(ZMQ_PULL, LINK_ITEMS, LANE_LO, "out");
    tap = peer(ZMQ_SUB, LINK_ITEMS, LANE_LO, "tap");
    warm_up(push, pull, tap);
    for (unsigned i = 0; i < 50; i++) {
        uint64_t n = 0;

        send_two(push, i, 100);
        expect_two(pull, i, 100);
        n = expect_copy(tap, &number);
        ck_assert_uint_eq(number, i);
        ck_assert(i == 0 || n == before + 1);
        before = n;
    }
    zsock_destroy(&push);
    zsock_destroy(&pull);
    zsock_destroy(&tap);
}
END_TEST

/* A tap reader that never reads: everything flows, copies are dropped, and when it does read the
 * numbers show how many are missing. */
START_TEST(a_stuck_tap_blocks_nothing)
{
    enum { MANY = 400, BYTES = 20000 };
    zsock_t *push = NULL;
    zsock_t *pull = NULL;
    zsock_t *tap = NULL;
    zmq_pollitem_t item = {.events = ZMQ_POLLIN};
    uint64_t last = 0;
    uint64_t seen = 0;
    uint64_t missed = 0;
    unsigned number = 0;

    world_set("link.hwm_tap=5");
    forward = forward_open(world_config, LINK_ITEMS, LANE_LO);
    push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "in");
    pull = peer(ZMQ_PULL, LINK_ITEMS, LANE_LO, "out");
    tap = peer(ZMQ_SUB, LINK_ITEMS, LANE_LO, "tap");
    item.socket = zsock_resolve(tap);
    warm_up(push, pull, tap);
    for (unsigned i = 0; i < MANY; i++) {
        send_two(push, i, BYTES);
        expect_two(pull, i, BYTES);
    }
    while (zmq_poll(&item, 1, 500) == 1) {
        uint64_t n = expect_copy(tap, &number);

        ck_assert_uint_gt(n, last);
        missed += last ? n - last - 1 : 0;
        last = n;
        seen++;
    }
    /* The next copy closes the gap behind the last that was seen. */
    send_two(push, MANY, BYTES);
    expect_two(pull, MANY, BYTES);
    missed += expect_copy(tap, &number) - last - 1;
    ck_assert_uint_eq(number, MANY);
    ck_assert_uint_gt(missed, 0);
    ck_assert_uint_eq(seen + missed, MANY);
    zsock_destroy(&push);
    zsock_destroy(&pull);
    zsock_destroy(&tap);
}
END_TEST

/* When the last listener has gone no copies are made any more. */
START_TEST(a_tap_that_left)
{
    zsock_t *push = NULL;
    zsock_t *pull = NULL;
    zsock_t *tap = NULL;
    struct forward_counts before = {0};
    struct forward_counts after = {0};
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;
    uint64_t sent = 0;

    forward = forward_open(world_config, LINK_ITEMS, LANE_LO);
    push = peer(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "in");
    pull = peer(ZMQ_PULL, LINK_ITEMS, LANE_LO, "out");
    tap = peer(ZMQ_SUB, LINK_ITEMS, LANE_LO, "tap");
    warm_up(push, pull, tap);
    zsock_destroy(&tap);
    do {
        before = after;
        send_two(push, 1, 1);
        expect_two(pull, 1, 1);
        sent++;
        while (after.messages == before.messages && clock_mono_ms() < end) {
            zclock_sleep(20);
            forward_counts(forward, &after);
        }
        ck_assert_int_lt(clock_mono_ms(), end);
    } while (sent < 3 || after.tapped != before.tapped);
    ck_assert_uint_gt(after.messages, before.messages);
    ck_assert_uint_gt(after.tapped, 0);
    zsock_destroy(&push);
    zsock_destroy(&pull);
}
END_TEST

/* A message of frames "one", "two" ... */
static void send_many(zsock_t *push, int count)
{
    static const char *const frames[] = {"one", "two", "", "secret", "secret"};
    zmsg_t *message = zmsg_new();

    for (int i = 0; i < count; i++)
        zmsg_addstr(message, frames[i]);
    ck_assert(world_wait(push, ZMQ_POLLOUT));
    ck_assert_int_eq(zmsg_send(&message, push), 0);
}

static size_t frame_size(zmsg_t *message, int place)
{
    zframe_t *frame = zmsg_first(message);

    while (place-- > 0)
        frame = zmsg_next(message);
    ck_assert_ptr_nonnull(frame);
    return zframe_size(frame);
}

/* Sends messages of so many frames until the tap has a copy: it is the caller's.  The receivers get
 * every frame as it is. */
static zmsg_t *copy_of_many(zsock_t *push, zsock_t *pull, zsock_t *tap, int count)
{
    zmq_pollitem_t item = {.socket = zsock_resolve(tap), .events = ZMQ_POLLIN};
    int64_t end = clock_mono_ms() + WORLD_PATIENCE_MS;

    do {
        zmsg_t *passed = NULL;

        send_many(push, count);
        passed = world_recv(pull);
        ck_assert_int_eq((int)zmsg_size(passed), count);
        if (count > 3)
            ck_assert_uint_eq(frame_size(passed, 3), strlen("secret"));
        zmsg_destroy(&passed);
        ck_assert_int_lt(clock_mono_ms(), end);
    } while (zmq_poll(&item, 1, 20) == 0);
    return world_recv(tap);
}

/* The fourth frame of a job carries credentials: a tap is told that it is there, and no more. */
START_TEST(a_tap_shows_no_credentials)
{
    static const enum link_id links[] = {LINK_JOBS, LINK_VERDICTS};
    enum link_id link = links[_i];
    bool hidden = link == LINK_JOBS;
    zsock_t *push = NULL;
    zsock_t *pull = NULL;
    zsock_t *tap = NULL;
    zmsg_t *copy = NULL;

    forward = forward_open(world_config, link, LANE_HI);
    push = peer(ZMQ_PUSH, link, LANE_HI, "in");
    pull = peer(ZMQ_PULL, link, LANE_HI, "out");
    tap = peer(ZMQ_SUB, link, LANE_HI, "tap");
    copy = copy_of_many(push, pull, tap, 5);
    ck_assert_uint_eq(zmsg_size(copy), 6);
    ck_assert_uint_eq(frame_size(copy, 1), strlen("one"));
    ck_assert_uint_eq(frame_size(copy, 2), strlen("two"));
    ck_assert_uint_eq(frame_size(copy, 3), 0);
    ck_assert_uint_eq(frame_size(copy, 4), hidden ? 0 : strlen("secret"));
    ck_assert_uint_eq(frame_size(copy, 5), hidden ? 0 : strlen("secret"));
    zmsg_destroy(&copy);
    zsock_destroy(&push);
    zsock_destroy(&pull);
    zsock_destroy(&tap);
}
END_TEST

/* A job carries up to 20 MiB, and so does its tap. */
START_TEST(large_bodies_pass)
{
    enum { BYTES = 20 * 1024 * 1024 - 10 };
    zsock_t *push = NULL;
    zsock_t *pull = NULL;

    forward = forward_open(world_config, LINK_JOBS, LANE_LO);
    push = peer(ZMQ_PUSH, LINK_JOBS, LANE_LO, "in");
    pull = peer(ZMQ_PULL, LINK_JOBS, LANE_LO, "out");
    send_two(push, 1, BYTES);
    expect_two(pull, 1, BYTES);
    send_two(push, 2, 10);
    expect_two(pull, 2, 10);
    zsock_destroy(&push);
    zsock_destroy(&pull);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forward");
    TCase *all = tcase_create("forward");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, passes_all_frames_in_order);
    tcase_add_test(all, second_forwarder_refused);
    tcase_add_test(all, a_full_lane_stops_no_other);
    tcase_add_test(all, no_receiver);
    tcase_add_test(all, a_tap_sees_what_passes);
    tcase_add_test(all, a_stuck_tap_blocks_nothing);
    tcase_add_test(all, a_tap_that_left);
    tcase_add_loop_test(all, a_tap_shows_no_credentials, 0, 2);
    tcase_add_test(all, large_bodies_pass);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

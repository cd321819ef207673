/* Links over real sockets: options, locks, caps, fullness, lanes. */
#include "tests/common/world.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include "common/counters.h"

static struct counters counters;

static void setup(void)
{
    world_open();
}

static void teardown(void)
{
    world_close();
}

static int64_t option(zsock_t *socket, int which)
{
    int value = 0;
    size_t n = sizeof(value);

    ck_assert_int_eq(zmq_getsockopt(zsock_resolve(socket), which, &value, &n), 0);
    return value;
}

static int64_t largest(zsock_t *socket)
{
    int64_t value = 0;
    size_t n = sizeof(value);

    ck_assert_int_eq(zmq_getsockopt(zsock_resolve(socket), ZMQ_MAXMSGSIZE, &value, &n), 0);
    return value;
}

/* --- options ---------------------------------------------------------------------------------- */

struct wanted {
    int type;
    enum link_role role;
    enum link_id link;
    int64_t hwm;
    int64_t cap;
    int64_t linger;
    int64_t pings;
};

/* What ZEROMQ.md and params.def say, for every kind of socket. */
START_TEST(options)
{
    static const struct wanted wanted[] = {
        {ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_JOBS, 4, 20971520, 0, 0},
        {ZMQ_PULL, LINK_ROLE_DATA_IN, LINK_REPORTS, 4, 20971520, 0, 0},
        {ZMQ_PULL, LINK_ROLE_DATA_IN, LINK_ITEMS, 16, 2097152, 0, 0},
        {ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_VECTORS, 16, 2097152, 0, 0},
        {ZMQ_PUSH, LINK_ROLE_DATA_OUT, LINK_VERDICTS, 16, 2097152, 0, 0},
        {ZMQ_SUB, LINK_ROLE_TAP, LINK_JOBS, 100, 20971520, 0, 0},
        {ZMQ_SUB, LINK_ROLE_EVENTS, LINKS, 1000, 2097152, 0, 0},
        {ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, 1000, 2097152, 500, 1000},
    };
    char *endpoint = link_endpoint_named(world_config, "x");

    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        const struct wanted *w = &wanted[i];
        zsock_t *socket = link_connect(world_config, w->type, w->role, w->link, endpoint);

        ck_assert_ptr_nonnull(socket);
        ck_assert_int_eq(option(socket, ZMQ_SNDHWM), w->hwm);
        ck_assert_int_eq(option(socket, ZMQ_RCVHWM), w->hwm);
        ck_assert_int_eq(largest(socket), w->cap + 65536);
        ck_assert_int_eq(option(socket, ZMQ_LINGER), w->linger);
        ck_assert_int_eq(option(socket, ZMQ_HEARTBEAT_IVL), w->pings);
        ck_assert_int_eq(option(socket, ZMQ_RECONNECT_IVL), 100);
        ck_assert_int_eq(option(socket, ZMQ_RECONNECT_IVL_MAX), 1000);
        ck_assert_int_eq(option(socket, ZMQ_HANDSHAKE_IVL), 5000);
        ck_assert_int_eq(option(socket, ZMQ_SNDTIMEO), 0);
        ck_assert_int_eq(option(socket, ZMQ_RCVTIMEO), 0);
        ck_assert_int_eq(option(socket, ZMQ_IMMEDIATE), w->type == ZMQ_PUSH);
        zsock_destroy(&socket);
    }
    free(endpoint);
}
END_TEST

START_TEST(names_and_caps)
{
    char *endpoint = link_endpoint(world_config, LINK_ITEMS, LANE_HI, "tap");

    ck_assert_ptr_nonnull(strstr(endpoint, "/run/items.hi.tap"));
    free(endpoint);
    for (enum link_id link = 0; link < LINKS; link++)
        ck_assert_int_eq(link_of(link_name(link)), link);
    ck_assert_int_eq(link_of("nothing"), LINKS);
    ck_assert_int_eq(link_cap(world_config, LINK_REPORTS), 20971520);
    ck_assert_int_eq(link_cap(world_config, LINK_ITEMS), 2097152);
}
END_TEST

/* --- places ----------------------------------------------------------------------------------- */

START_TEST(folder_and_sockets_are_private)
{
    zsock_t *pull = world_bind(ZMQ_PULL, LINK_ITEMS, LANE_LO, "in");
    char *path = mem_printf("%s/items.lo.in", world_config->runtime_dir);
    struct stat about;

    umask(022);
    ck_assert_int_eq(stat(world_config->runtime_dir, &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0700);
    ck_assert_int_eq(stat(path, &about), 0);
    ck_assert_int_eq(about.st_mode & 077, 0);
    /* One that was open to others is closed. */
    ck_assert_int_eq(chmod(world_config->runtime_dir, 0755), 0);
    ck_assert_int_eq(link_prepare(world_config), 0);
    ck_assert_int_eq(stat(world_config->runtime_dir, &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0700);
    free(path);
    zsock_destroy(&pull);
}
END_TEST

START_TEST(no_folder)
{
    char *text = NULL;

    world_set("runtime.dir=/proc/nothing/weir");
    world_catch();
    ck_assert_int_eq(link_prepare(world_config), -1);
    text = world_caught();
    ck_assert_ptr_nonnull(strstr(text, "runtime.dir"));
    free(text);
}
END_TEST

/* A path that is too long for a socket is told, not cut. */
START_TEST(a_long_path)
{
    char *endpoint = mem_printf("ipc:///tmp/%0110d", 1);
    char *text = NULL;

    world_catch();
    ck_assert_ptr_null(link_bind(world_config, ZMQ_PULL, LINK_ROLE_DATA_IN, LINK_ITEMS, endpoint));
    text = world_caught();
    ck_assert_ptr_nonnull(strstr(text, "endpoint-too-long"));
    free(text);
    free(endpoint);
}
END_TEST

/* A second process that binds the same endpoint is refused, is told who holds it, and takes nothing
 * away from the first; when the holder has died, even by SIGKILL, it may. */
START_TEST(second_bind_refused)
{
    char *endpoint = link_endpoint_named(world_config, "control");
    char *who = NULL;
    char *text = NULL;
    char byte = 0;
    int ready[2];
    pid_t holder = -1;
    zsock_t *socket = NULL;

    ck_assert_int_eq(pipe(ready), 0);
    holder = fork();
    if (holder == 0) {
        socket = link_bind(world_config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
        byte = socket ? 'y' : 'n';
        if (write(ready[1], &byte, 1) == 1)
            pause();
        _exit(1);
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    ck_assert_int_eq(byte, 'y');
    world_catch();
    socket = link_bind(world_config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    text = world_caught();
    who = mem_printf("holder-pid=%d", (int)holder);
    ck_assert_ptr_null(socket);
    ck_assert_msg(strstr(text, "in-use") && strstr(text, who), "%s", text);
    kill(holder, SIGKILL);
    ck_assert_int_eq(waitpid(holder, NULL, 0), holder);
    socket = link_bind(world_config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    ck_assert_ptr_nonnull(socket);
    zsock_destroy(&socket);
    free(endpoint);
    free(text);
    free(who);
}
END_TEST

/* --- sending ---------------------------------------------------------------------------------- */

static zmsg_t *message_of(size_t bytes)
{
    zmsg_t *message = zmsg_new();
    char *data = mem_calloc(1, bytes);

    zmsg_addmem(message, data, bytes);
    free(data);
    return message;
}

/* The cap is of all frames together; one at the cap goes through. */
START_TEST(oversize_refused_at_the_sender)
{
    struct outlet *outlet = NULL;
    zsock_t *pull = NULL;
    zmsg_t *message = NULL;

    world_set("link.message_bytes=65536");
    pull = world_bind(ZMQ_PULL, LINK_ITEMS, LANE_LO, "in");
    outlet = outlet_open(world_config, LINK_ITEMS, &counters);
    ck_assert(world_wait(outlet_socket(outlet, LANE_LO), ZMQ_POLLOUT));
    message = message_of(65536);
    zmsg_addstr(message, "x");
    ck_assert_int_eq(outlet_send(outlet, LANE_LO, &message), OUTLET_REFUSED);
    ck_assert_ptr_null(message);
    ck_assert_uint_eq(counters.at[COUNTER_oversize], 1);
    ck_assert_uint_eq(counters.at[COUNTER_out], 0);
    message = message_of(65535);
    zmsg_addstr(message, "x");
    ck_assert_int_eq(outlet_send(outlet, LANE_LO, &message), OUTLET_SENT);
    ck_assert_ptr_null(message);
    message = world_recv(pull);
    ck_assert_uint_eq(zmsg_content_size(message), 65536);
    zmsg_destroy(&message);
    ck_assert_uint_eq(counters.at[COUNTER_out], 1);
    ck_assert_uint_eq(counters.at[COUNTER_bytes_out], 65536);
    outlet_close(&outlet);
    zsock_destroy(&pull);
}
END_TEST

/* With nobody there nothing is taken: a connect to nobody is not a queue. */
START_TEST(full_without_a_peer)
{
    struct outlet *outlet = outlet_open(world_config, LINK_ITEMS, &counters);
    zmsg_t *message = message_of(10);

    ck_assert_int_eq(outlet_send(outlet, LANE_HI, &message), OUTLET_FULL);
    ck_assert_ptr_nonnull(message);
    ck_assert_int_eq(outlet_send(outlet, LANE_HI, &message), OUTLET_FULL);
    ck_assert_uint_eq(counters.at[COUNTER_stalls], 1); /* one stall, not one a try */
    zmsg_destroy(&message);
    outlet_close(&outlet);
}
END_TEST

/* FULL keeps the message, and nothing that was taken is lost or doubled. */
START_TEST(full_keeps_the_message)
{
    zsock_t *pull = world_bind(ZMQ_PULL, LINK_REPORTS, LANE_LO, "in");
    struct outlet *outlet = outlet_open(world_config, LINK_REPORTS, &counters);
    enum outlet_result result = OUTLET_SENT;
    unsigned sent = 0;
    zmsg_t *message = NULL;

    ck_assert(world_wait(outlet_socket(outlet, LANE_LO), ZMQ_POLLOUT));
    for (unsigned tries = 0; sent < 2000 && tries < 50; tries++) {
        message = message_of(500000);
        memcpy(zframe_data(zmsg_first(message)), &sent, sizeof(sent));
        result = outlet_send(outlet, LANE_LO, &message);
        if (result == OUTLET_SENT) {
            sent++;
            tries = 0;
            continue;
        }
        /* Full for a while, not only until libzmq's thread has turned. */
        ck_assert_int_eq(result, OUTLET_FULL);
        ck_assert_uint_eq(zmsg_content_size(message), 500000);
        zmsg_destroy(&message);
        zclock_sleep(2);
    }
    ck_assert_uint_lt(sent, 100); /* bounded by the high-water marks and the kernel */
    for (unsigned i = 0; i < sent; i++) {
        unsigned number = 0;

        message = world_recv(pull);
        ck_assert_uint_eq(zmsg_content_size(message), 500000);
        memcpy(&number, zframe_data(zmsg_first(message)), sizeof(number));
        ck_assert_uint_eq(number, i);
        zmsg_destroy(&message);
    }
    ck_assert(world_wait(outlet_socket(outlet, LANE_LO), ZMQ_POLLOUT));
    message = message_of(10);
    ck_assert_int_eq(outlet_send(outlet, LANE_LO, &message), OUTLET_SENT);
    ck_assert_uint_ge(counters.at[COUNTER_stalls], 1);
    outlet_close(&outlet);
    zsock_destroy(&pull);
}
END_TEST

/* Many frames are one message, also when the high-water mark lies in its middle. */
START_TEST(many_frames_are_one_message)
{
    enum { FRAMES = 30, MESSAGES = 40 };
    zsock_t *pull = world_bind(ZMQ_PULL, LINK_REPORTS, LANE_LO, "in");
    struct outlet *outlet = outlet_open(world_config, LINK_REPORTS, &counters);
    unsigned got = 0;

    for (unsigned sent = 0; sent < MESSAGES;) {
        zmsg_t *message = zmsg_new();

        for (unsigned i = 0; i < FRAMES; i++)
            zmsg_addstrf(message, "%u %u", sent, i);
        if (outlet_send(outlet, LANE_LO, &message) == OUTLET_SENT) {
            sent++;
            continue;
        }
        ck_assert_uint_eq(zmsg_size(message), FRAMES);
        zmsg_destroy(&message);
        if (sent > got) {
            message = world_recv(pull);
            ck_assert_uint_eq(zmsg_size(message), FRAMES);
            zmsg_destroy(&message);
            got++;
        } else {
            ck_assert(world_wait(outlet_socket(outlet, LANE_LO), ZMQ_POLLOUT));
        }
    }
    for (; got < MESSAGES; got++) {
        zmsg_t *message = world_recv(pull);
        char *last = mem_printf("%u %u", got, FRAMES - 1u);

        ck_assert_uint_eq(zmsg_size(message), FRAMES);
        ck_assert(zframe_streq(zmsg_last(message), last));
        zmsg_destroy(&message);
        free(last);
    }
    outlet_close(&outlet);
    zsock_destroy(&pull);
}
END_TEST

/* A sender that has been blocked for too long connects anew, and works again. */
START_TEST(stuck_sender_reopens)
{
    struct outlet *outlet = outlet_open(world_config, LINK_ITEMS, &counters);
    zmsg_t *message = message_of(10);
    zsock_t *pull = NULL;

    ck_assert_int_eq(outlet_send(outlet, LANE_LO, &message), OUTLET_FULL);
    outlet_tend(outlet, clock_mono_ms() + world_config->link_stuck_ms - 1000);
    ck_assert_uint_eq(counters.at[COUNTER_reopened], 0);
    outlet_tend(outlet, clock_mono_ms() + world_config->link_stuck_ms + 1000);
    ck_assert_uint_eq(counters.at[COUNTER_reopened], 1);
    pull = world_bind(ZMQ_PULL, LINK_ITEMS, LANE_LO, "in");
    ck_assert(world_wait(outlet_socket(outlet, LANE_LO), ZMQ_POLLOUT));
    ck_assert_int_eq(outlet_send(outlet, LANE_LO, &message), OUTLET_SENT);
    message = world_recv(pull);
    zmsg_destroy(&message);
    outlet_close(&outlet);
    zsock_destroy(&pull);
}
END_TEST

/* --- receiving -------------------------------------------------------------------------------- */

static void push(zsock_t *socket, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert_int_eq(zstr_send(socket, "x"), 0);
}

/* hi first, and one of lo after 32 of hi. */
START_TEST(hi_before_lo)
{
    zsock_t *hi = NULL;
    zsock_t *lo = NULL;
    struct inlet *inlet = NULL;

    world_set("link.hwm_items=1000");
    hi = world_bind(ZMQ_PUSH, LINK_ITEMS, LANE_HI, "out");
    lo = world_bind(ZMQ_PUSH, LINK_ITEMS, LANE_LO, "out");
    inlet = inlet_open(world_config, LINK_ITEMS, &counters);
    ck_assert(world_wait(hi, ZMQ_POLLOUT) && world_wait(lo, ZMQ_POLLOUT));
    push(hi, 100);
    push(lo, 100);
    for (unsigned i = 0; i < 99; i++) {
        enum lane lane = LANES;
        zmsg_t *message = NULL;

        ck_assert(world_wait(inlet_socket(inlet, LANE_HI), ZMQ_POLLIN));
        ck_assert(world_wait(inlet_socket(inlet, LANE_LO), ZMQ_POLLIN));
        message = inlet_recv(inlet, &lane);
        ck_assert_ptr_nonnull(message);
        ck_assert_msg((lane == LANE_LO) == (i % 33 == 32), "message %u", i);
        zmsg_destroy(&message);
    }
    ck_assert_uint_eq(counters.at[COUNTER_in], 99);
    ck_assert_uint_eq(counters.at[COUNTER_bytes_in], 99);
    inlet_close(&inlet);
    zsock_destroy(&hi);
    zsock_destroy(&lo);
}
END_TEST

/* Either lane alone flows, and an empty inlet does not wait. */
START_TEST(one_lane_alone)
{
    zsock_t *hi = world_bind(ZMQ_PUSH, LINK_ITEMS, LANE_HI, "out");
    struct inlet *inlet = inlet_open(world_config, LINK_ITEMS, &counters);
    enum lane lane = LANES;

    ck_assert_ptr_null(inlet_recv(inlet, &lane));
    for (unsigned i = 0; i < 80; i++) {
        zmsg_t *message = NULL;

        ck_assert(world_wait(hi, ZMQ_POLLOUT));
        push(hi, 1);
        ck_assert(world_wait(inlet_socket(inlet, LANE_HI), ZMQ_POLLIN));
        message = inlet_recv(inlet, &lane);
        ck_assert_ptr_nonnull(message);
        ck_assert_int_eq(lane, LANE_HI);
        zmsg_destroy(&message);
    }
    inlet_close(&inlet);
    zsock_destroy(&hi);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link");
    TCase *all = tcase_create("link");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, options);
    tcase_add_test(all, names_and_caps);
    tcase_add_test(all, folder_and_sockets_are_private);
    tcase_add_test(all, no_folder);
    tcase_add_test(all, a_long_path);
    tcase_add_test(all, second_bind_refused);
    tcase_add_test(all, oversize_refused_at_the_sender);
    tcase_add_test(all, full_without_a_peer);
    tcase_add_test(all, full_keeps_the_message);
    tcase_add_test(all, many_frames_are_one_message);
    tcase_add_test(all, stuck_sender_reopens);
    tcase_add_test(all, hi_before_lo);
    tcase_add_test(all, one_lane_alone);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

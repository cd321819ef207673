/* The skeleton of a stage, as a process of its own; the test is its broker. */
#include "tests/common/world.h"

#include <sys/wait.h>

#include "common/msg.h"
#include "common/service.h"

enum { RUN = 4711 };

static pid_t child;
static zsock_t *broker;
static zframe_t *identity;
static struct msg_pool pool;
static zmsg_t *kept;

/* --- the stage -------------------------------------------------------------------------------- */

static bool never_done; /* set before it is started */

static int start(struct service *service, void *self)
{
    (void)service;
    (void)self;
    return 0;
}

static void stop(struct service *service, void *self, int64_t within_ms)
{
    (void)self;
    (void)within_ms;
    if (!never_done)
        service_done(service, APP_OK, 3, "that is all");
}

static void end(struct service *service, void *self)
{
    (void)service;
    (void)self;
}

static void beat(struct service *service, void *self, struct msg_heartbeat *heartbeat)
{
    (void)service;
    (void)self;
    heartbeat->in_hand = never_done ? 2 : 0;
}

static void start_stage(void)
{
    char *dir = mem_printf("runtime.dir=%s", world_config->runtime_dir);
    char *arguments[] = {(char *)"weir-test",
                         (char *)"--set",
                         dir,
                         (char *)"--set",
                         (char *)"service.heartbeat_ms=50",
                         (char *)"--set",
                         (char *)"service.lost_ms=500",
                         (char *)"--set",
                         (char *)"service.second_signal_ms=300",
                         (char *)"--set",
                         (char *)"service.linger_ms=200",
                         (char *)"--set",
                         (char *)"service.stop_ms=1000"};

    child = fork();
    if (child == 0) {
        static const struct service_spec spec = {
            .app = {.name = "weir-test", .stage = "embedder", .summary = "A stage for tests."},
            .start = start,
            .stop = stop,
            .end = end,
            .beat = beat};

        _exit(service_main(&spec, NULL, 13, arguments));
    }
    free(dir);
}

static void start_broker(void)
{
    char *endpoint = link_endpoint_named(world_config, "control");

    broker = link_bind(world_config, ZMQ_ROUTER, LINK_ROLE_CONTROL, LINKS, endpoint);
    ck_assert_ptr_nonnull(broker);
    free(endpoint);
}

static void setup(void)
{
    world_open();
}

static void teardown(void)
{
    if (child > 0 && kill(child, SIGKILL) == 0)
        waitpid(child, NULL, 0);
    zframe_destroy(&identity);
    zmsg_destroy(&kept);
    zsock_destroy(&broker);
    msg_pool_free(&pool);
    world_close();
}

/* Its exit code; it has to leave by itself. */
static int exit_code(void)
{
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;
    int status = 0;

    while (waitpid(child, &status, WNOHANG) == 0) {
        ck_assert_msg(clock_mono_ms() < until, "it does not leave");
        usleep(5000);
    }
    child = 0;
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* --- the broker's side ------------------------------------------------------------------------ */

/* The next message, whatever it is; out must hold any. */
static enum msg_type hear_any(void *out)
{
    enum msg_type type = MSG_TYPES;

    zmsg_destroy(&kept);
    kept = world_recv(broker);
    ck_assert_uint_eq(zmsg_size(kept), 3);
    zframe_destroy(&identity);
    identity = zmsg_pop(kept);
    type = msg_type_of(link_span(zmsg_first(kept)));
    ck_assert_int_lt(type, MSG_TYPES);
    msg_pool_reset(&pool);
    ck_assert_int_eq(msg_read(type, link_span(zmsg_next(kept)), &pool, out), 0);
    return type;
}

union any {
    struct msg_hello hello;
    struct msg_heartbeat heartbeat;
    struct msg_bye bye;
};

static void hear(enum msg_type type, union any *any)
{
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;

    while (hear_any(any) != type)
        ck_assert_msg(clock_mono_ms() < until, "no %s came", msg_name(type));
}

static void say(enum msg_type type, const void *message)
{
    zmsg_t *frames = zmsg_new();
    struct buf out = {0};

    ck_assert_int_eq(msg_write(type, message, &out), 0);
    zmsg_append(frames, &(zframe_t *){zframe_dup(identity)});
    zmsg_addstr(frames, msg_name(type));
    link_append(frames, &out);
    zmsg_send(&frames, broker);
    zmsg_destroy(&frames);
    buf_free(&out);
}

static void say_welcome(uint64_t run, bool accepted)
{
    struct msg_welcome welcome = {
        .broker = run, .accepted = accepted, .why = span_str(accepted ? "" : "no")};

    say(MSG_welcome, &welcome);
}

static void join_ring(void)
{
    union any any;

    start_stage();
    start_broker();
    hear(MSG_hello, &any);
    say_welcome(RUN, true);
    hear(MSG_heartbeat, &any);
    say_welcome(RUN, true);
}

static void say_stop(uint64_t within_ms)
{
    struct msg_stop message = {.within_ms = within_ms, .why = span_str("test")};

    say(MSG_stop, &message);
}

static void say_bye(void)
{
    struct msg_bye bye = {.code = 0};

    say(MSG_bye, &bye);
}

/* Until the stage has taken its signals in hand: from then on none ends it by itself. */
static void wait_for_signals(void)
{
    char *path = mem_printf("/proc/%d/status", (int)child);
    int64_t until = clock_mono_ms() + WORLD_PATIENCE_MS;
    unsigned long blocked = 0;

    while (!(blocked & 1ul << (SIGINT - 1))) {
        FILE *file = fopen(path, "r");
        char line[256];

        while (file && fgets(line, sizeof(line), file))
            if (strncmp(line, "SigBlk:", 7) == 0)
                blocked = strtoul(line + 7, NULL, 16);
        if (file)
            fclose(file);
        ck_assert_int_lt(clock_mono_ms(), until);
        usleep(5000);
    }
    free(path);
}

/* --- tests ------------------------------------------------------------------------------------ */

/* Started before its broker it waits; then HELLO, heartbeats, STOP, BYE, and out. */
START_TEST(a_life)
{
    union any any;
    char *name = NULL;

    start_stage();
    usleep(200000); /* time without a broker */
    start_broker();
    hear(MSG_hello, &any);
    ck_assert_uint_eq(any.hello.protocol, MSG_PROTOCOL);
    ck_assert(span_eq(any.hello.stage, span_str("embedder")));
    ck_assert_uint_eq(any.hello.pid, (uint64_t)child);
    ck_assert_uint_eq(any.hello.leaving, 0);
    ck_assert_int_gt(any.hello.started_ms, 1600000000000);
    name = mem_printf("embedder-%d-", (int)child);
    ck_assert_mem_eq(any.hello.instance.p, name, strlen(name));
    say_welcome(RUN, true);
    hear(MSG_heartbeat, &any);
    ck_assert_uint_gt(any.heartbeat.rss_bytes, 100000);
    ck_assert_uint_eq(any.heartbeat.counters.n, 8 * COUNTERS);
    say_welcome(RUN, true);
    say_stop(1000);
    hear(MSG_bye, &any);
    ck_assert_uint_eq(any.bye.code, 0);
    ck_assert_uint_eq(any.bye.left, 3);
    ck_assert(span_eq(any.bye.words, span_str("that is all")));
    say_bye();
    ck_assert_int_eq(exit_code(), 0);
    free(name);
}
END_TEST

/* A signal is a wish: it says so in every heartbeat and goes on until it is told. */
START_TEST(a_signal_asks_the_broker)
{
    union any any;

    join_ring();
    kill(child, SIGTERM);
    do {
        hear(MSG_heartbeat, &any);
        say_welcome(RUN, true);
    } while (!any.heartbeat.leaving);
    for (int i = 0; i < 10; i++) {
        hear(MSG_heartbeat, &any);
        ck_assert_uint_eq(any.heartbeat.leaving, 1);
        say_welcome(RUN, true);
    }
    say_stop(1000);
    hear(MSG_bye, &any);
    say_bye();
    ck_assert_int_eq(exit_code(), 0);
}
END_TEST

/* With nobody to ask it leaves by itself. */
START_TEST(a_signal_without_a_broker)
{
    start_stage();
    wait_for_signals();
    kill(child, SIGINT);
    ck_assert_int_eq(exit_code(), 0);
}
END_TEST

/* A terminal and a supervisor may both send the first; a later one counts. */
START_TEST(second_signal)
{
    union any any;

    never_done = true;
    join_ring();
    kill(child, SIGTERM);
    kill(child, SIGINT);
    do {
        hear(MSG_heartbeat, &any);
        say_welcome(RUN, true);
    } while (!any.heartbeat.leaving);
    for (int i = 0; i < 10; i++) { /* half a second */
        hear(MSG_heartbeat, &any);
        say_welcome(RUN, true);
    }
    ck_assert_int_eq(kill(child, 0), 0);
    kill(child, SIGTERM);
    ck_assert_int_eq(exit_code(), APP_LEFT); /* two pieces were in hand */
}
END_TEST

START_TEST(refused)
{
    union any any;

    start_stage();
    start_broker();
    hear(MSG_hello, &any);
    say_welcome(RUN, false);
    ck_assert_int_eq(exit_code(), APP_CONFIG);
}
END_TEST

/* A broker that does not know it asks, and is told; a broker that fell silent is looked for. */
START_TEST(who_are_you)
{
    union any any;

    join_ring();
    hear(MSG_heartbeat, &any);
    say_welcome(0, true);
    hear(MSG_hello, &any);
    say_welcome(RUN + 1, true);
    hear(MSG_heartbeat, &any);
    hear(MSG_hello, &any); /* no answer for service.lost_ms */
}
END_TEST

/* Past its time it leaves, and says that something is left. */
START_TEST(stop_deadline)
{
    never_done = true;
    join_ring();
    say_stop(200);
    ck_assert_int_eq(exit_code(), APP_LEFT);
}
END_TEST

START_TEST(bye_unanswered)
{
    union any any;

    join_ring();
    say_stop(5000);
    hear(MSG_bye, &any);
    ck_assert_int_eq(exit_code(), 0);
}
END_TEST

/* What it cannot read is counted and dropped. */
START_TEST(malformed)
{
    static const char *const names[] = {"welcome", "stop", "item", "", "hello"};
    union any any;
    struct counters counters = {{0}};

    join_ring();
    for (size_t i = 0; i < 5; i++) {
        zmsg_t *frames = zmsg_new();

        zmsg_append(frames, &(zframe_t *){zframe_dup(identity)});
        zmsg_addstr(frames, names[i]);
        zmsg_addmem(frames, "\x92\xc1", 2);
        ck_assert_int_eq(zmsg_send(&frames, broker), 0);
    }
    for (int i = 0; i < 2; i++) { /* one frame, and three */
        zmsg_t *frames = zmsg_new();

        zmsg_append(frames, &(zframe_t *){zframe_dup(identity)});
        zmsg_addstr(frames, "stop");
        if (i)
            zmsg_addmem(frames, "\x92\x00\xa0", 3);
        if (i)
            zmsg_addstr(frames, "more");
        ck_assert_int_eq(zmsg_send(&frames, broker), 0);
    }
    for (int i = 0; i < 20 && counters.at[COUNTER_malformed] < 7; i++) {
        hear(MSG_heartbeat, &any);
        counters_read(any.heartbeat.counters, &counters);
        say_welcome(RUN, true);
    }
    ck_assert_uint_eq(counters.at[COUNTER_malformed], 7);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("service");
    TCase *all = tcase_create("service");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_life);
    tcase_add_test(all, a_signal_asks_the_broker);
    tcase_add_test(all, a_signal_without_a_broker);
    tcase_add_test(all, second_signal);
    tcase_add_test(all, refused);
    tcase_add_test(all, who_are_you);
    tcase_add_test(all, stop_deadline);
    tcase_add_test(all, bye_unanswered);
    tcase_add_test(all, malformed);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

/* The loop: what is served when, and what a pause does to deadlines. */
#include "tests/common/world.h"

#include "common/loop.h"

enum { LATE_MS = 100 };

static struct loop *loop;
static int tube[2];
static int other[2];
static char order[64]; /* what happened, a letter each */
static uint64_t victim;
static int64_t fired_ms[8];
static int late_times;
static int64_t late_by;

static void setup(void)
{
    loop = loop_create(LATE_MS);
    ck_assert_int_eq(pipe2(tube, O_NONBLOCK), 0);
    ck_assert_int_eq(pipe2(other, O_NONBLOCK), 0);
}

static void teardown(void)
{
    loop_destroy(&loop);
}

static void note(char letter)
{
    size_t n = strlen(order);

    ck_assert_uint_lt(n, sizeof(order) - 1);
    order[n] = letter;
}

static bool on_input(struct loop *l, void *arg)
{
    char byte = 0;

    (void)l;
    if (read(*(int *)arg, &byte, 1) == 1)
        note(byte);
    return false;
}

static bool on_timer(struct loop *l, void *arg)
{
    (void)l;
    note(*(const char *)arg);
    return false;
}

static bool on_end(struct loop *l, void *arg)
{
    (void)arg;
    loop_stop(l);
    return false;
}

static bool return_true(struct loop *l, void *arg)
{
    (void)l;
    (void)arg;
    note('!');
    return true;
}

/* All that is ready is read before a timer that has been due for longer. */
START_TEST(inputs_come_before_timers)
{
    loop_fd(loop, tube[0], ZMQ_POLLIN, on_input, &tube[0]);
    loop_timer(loop, 0, 0, on_timer, (void *)(uintptr_t) "t");
    loop_timer(loop, 20, 0, on_end, NULL);
    ck_assert_int_eq(write(tube[1], "abcdef", 6), 6);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "abcdeft");
}
END_TEST

static bool refill(struct loop *l, void *arg)
{
    char byte = 0;

    (void)l;
    (void)arg;
    ck_assert_int_eq(read(tube[0], &byte, 1), 1);
    ck_assert_int_eq(write(tube[1], "x", 1), 1);
    return false;
}

/* An input that is always ready does not keep timers from firing. */
START_TEST(a_flood_does_not_starve_timers)
{
    loop_fd(loop, tube[0], ZMQ_POLLIN, refill, NULL);
    ck_assert_int_eq(write(tube[1], "x", 1), 1);
    loop_timer(loop, 10, 0, on_end, NULL);
    ck_assert(loop_run(loop));
}
END_TEST

static bool refill_slowly(struct loop *l, void *arg)
{
    int64_t until_ms = clock_mono_ms() + 20;

    while (clock_mono_ms() < until_ms)
        ;
    return refill(l, arg);
}

/* Nor does one that takes its time: what counts is how long timers wait, not how many inputs. */
START_TEST(a_slow_flood_does_not_starve_timers)
{
    int64_t began_ms = clock_mono_ms();

    loop_fd(loop, tube[0], ZMQ_POLLIN, refill_slowly, NULL);
    ck_assert_int_eq(write(tube[1], "x", 1), 1);
    loop_timer(loop, 10, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_int_lt(clock_mono_ms() - began_ms, 800);
}
END_TEST

static bool cancel_victim(struct loop *l, void *arg)
{
    (void)arg;
    note('c');
    loop_cancel(l, victim);
    loop_cancel(l, 0);
    loop_cancel(l, 999999);
    return false;
}

/* A timer that is due in the same turn, and cancelled by one before it, does not fire. */
START_TEST(cancelled_inside_a_callback)
{
    loop_timer(loop, 0, 0, cancel_victim, NULL);
    victim = loop_timer(loop, 1, 0, on_timer, (void *)(uintptr_t) "v");
    loop_timer(loop, 40, 0, on_end, NULL);
    while (clock_mono_ms() < loop_now(loop) + 5) /* both are due now */
        ;
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "c");
}
END_TEST

static bool cancel_self(struct loop *l, void *arg)
{
    (void)arg;
    note('p');
    if (strlen(order) == 3)
        loop_cancel(l, victim);
    return false;
}

START_TEST(a_period_ends_itself)
{
    victim = loop_timer(loop, 0, 2, cancel_self, NULL);
    loop_timer(loop, 60, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "ppp");
}
END_TEST

static bool add_timer(struct loop *l, void *arg)
{
    (void)arg;
    note('a');
    for (int i = 0; i < 20; i++) /* the table of timers moves in memory */
        loop_timer(l, 1, 0, on_timer, (void *)(uintptr_t) "n");
    return false;
}

START_TEST(timers_made_inside_a_callback)
{
    loop_timer(loop, 0, 0, add_timer, NULL);
    loop_timer(loop, 40, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "annnnnnnnnnnnnnnnnnnn");
}
END_TEST

static bool forget_other(struct loop *l, void *arg)
{
    on_input(l, arg);
    loop_forget_fd(l, other[0]);
    return false;
}

/* What poll said of an input that was forgotten meanwhile is not believed. */
START_TEST(forgotten_inside_a_callback)
{
    loop_fd(loop, tube[0], ZMQ_POLLIN, forget_other, &tube[0]);
    loop_fd(loop, other[0], ZMQ_POLLIN, on_input, &other[0]);
    ck_assert_int_eq(write(tube[1], "a", 1), 1);
    ck_assert_int_eq(write(other[1], "b", 1), 1);
    loop_timer(loop, 20, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "a");
}
END_TEST

/* events 0: kept, and not looked at. */
START_TEST(ignored_for_now)
{
    loop_fd(loop, tube[0], 0, on_input, &tube[0]);
    ck_assert_int_eq(write(tube[1], "a", 1), 1);
    loop_timer(loop, 10, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "");
}
END_TEST

START_TEST(true_ends_the_loop)
{
    loop_timer(loop, 0, 0, return_true, NULL);
    loop_timer(loop, 1, 0, on_timer, (void *)(uintptr_t) "n");
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "!");
}
END_TEST

static bool on_turn(struct loop *l, void *arg)
{
    (void)l;
    (void)arg;
    note('.');
    return strlen(order) > 3;
}

START_TEST(turns_end)
{
    loop_on_turn(loop, on_turn, NULL);
    loop_timer(loop, 0, 1, on_timer, (void *)(uintptr_t) "t");
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "t.t.");
}
END_TEST

static bool on_late(struct loop *l, void *arg)
{
    (void)arg;
    late_times++;
    late_by = loop_late(l);
    note('L');
    return false;
}

static bool pause_loop(struct loop *l, void *arg)
{
    int64_t until = clock_mono_ms() + 400;

    (void)l;
    (void)arg;
    note('P');
    while (clock_mono_ms() < until) /* as a process that was stopped */
        usleep(10000);
    return false;
}

static bool stamp(struct loop *l, void *arg)
{
    fired_ms[*(int *)arg] = loop_now(l);
    note((char)('0' + *(int *)arg));
    return false;
}

/* Two deadlines that lie 150 ms apart pass during a pause: they stay 150 ms apart, an input that
 * came meanwhile is served first, and the owner is told before any timer. */
START_TEST(a_pause_moves_deadlines)
{
    static int ids[] = {0, 1};

    loop_on_late(loop, on_late, NULL);
    loop_fd(loop, tube[0], ZMQ_POLLIN, on_input, &tube[0]);
    loop_timer(loop, 0, 0, pause_loop, NULL);
    loop_timer(loop, 100, 0, stamp, &ids[0]);
    loop_timer(loop, 250, 0, stamp, &ids[1]);
    loop_timer(loop, 300, 0, on_end, NULL);
    ck_assert(loop_run(loop) && loop);
    ck_assert_str_eq(order, "PL01");
    ck_assert_int_eq(late_times, 1);
    ck_assert_int_ge(late_by, 250);
    ck_assert_int_ge(fired_ms[1] - fired_ms[0], 145);
}
END_TEST

/* Less than the limit is not a pause. */
START_TEST(a_little_late_moves_nothing)
{
    loop_destroy(&loop);
    loop = loop_create(100000);
    loop_on_late(loop, on_late, NULL);
    loop_timer(loop, 0, 0, pause_loop, NULL);
    loop_timer(loop, 100, 0, on_timer, (void *)(uintptr_t) "a");
    loop_timer(loop, 250, 0, on_timer, (void *)(uintptr_t) "b");
    loop_timer(loop, 260, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "Pab");
    ck_assert_int_eq(late_times, 0);
}
END_TEST

START_TEST(zeromq_sockets)
{
    zsock_t *a = zsock_new_pair("@inproc://loop");
    zsock_t *b = zsock_new_pair(">inproc://loop");

    zsock_set_linger(a, 0);
    zsock_set_linger(b, 0);
    loop_socket(loop, zsock_resolve(b), ZMQ_POLLIN, return_true, NULL);
    zstr_send(a, "x");
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "!");
    loop_forget_socket(loop, zsock_resolve(b));
    loop_forget_socket(loop, zsock_resolve(b)); /* unknown: nothing happens */
    loop_timer(loop, 5, 0, on_end, NULL);
    ck_assert(loop_run(loop));
    ck_assert_str_eq(order, "!");
    zsock_destroy(&a);
    zsock_destroy(&b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("loop");
    TCase *all = tcase_create("loop");

    setenv("ZSYS_SIGHANDLER", "false", 1);
    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, inputs_come_before_timers);
    tcase_add_test(all, a_flood_does_not_starve_timers);
    tcase_add_test(all, a_slow_flood_does_not_starve_timers);
    tcase_add_test(all, cancelled_inside_a_callback);
    tcase_add_test(all, a_period_ends_itself);
    tcase_add_test(all, timers_made_inside_a_callback);
    tcase_add_test(all, forgotten_inside_a_callback);
    tcase_add_test(all, ignored_for_now);
    tcase_add_test(all, true_ends_the_loop);
    tcase_add_test(all, turns_end);
    tcase_add_test(all, a_pause_moves_deadlines);
    tcase_add_test(all, a_little_late_moves_nothing);
    tcase_add_test(all, zeromq_sockets);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

#include "common/watchdog.h"

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/app.h"
#include "common/clock.h"

enum { STUCK_MS = 400 };

static void sleep_ms(int64_t ms)
{
    int64_t until_ms = clock_mono_ms() + ms;

    /* A look interrupts the sleep. */
    while (clock_mono_ms() < until_ms)
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
}

/* A process that beats so long, and then never again for so long; it ends with 0 if it may. */
static pid_t run(int64_t beating_ms, int64_t quiet_ms)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    watchdog_start(STUCK_MS);
    for (int64_t until_ms = clock_mono_ms() + beating_ms; clock_mono_ms() < until_ms;) {
        sleep_ms(5);
        watchdog_beat();
    }
    sleep_ms(quiet_ms);
    watchdog_end();
    sleep_ms(STUCK_MS / 2);
    _exit(0);
}

static int code_of(pid_t pid)
{
    int status = 0;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(who_beats_goes_on)
{
    ck_assert_int_eq(code_of(run(3 * STUCK_MS, 0)), 0);
}
END_TEST

START_TEST(who_does_not_beat_ends)
{
    int64_t began_ms = clock_mono_ms();

    ck_assert_int_eq(code_of(run(0, 20 * STUCK_MS)), APP_BUG);
    ck_assert_int_ge(clock_mono_ms() - began_ms, STUCK_MS - STUCK_MS / 4);
}
END_TEST

/* The time for which a process was stopped is one look, not many. */
START_TEST(who_was_stopped_goes_on)
{
    pid_t pid = run(3 * STUCK_MS, 0);
    int status = 0;

    sleep_ms(STUCK_MS / 4);
    ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(pid, &status, WUNTRACED), pid);
    ck_assert(WIFSTOPPED(status));
    sleep_ms(3 * STUCK_MS);
    ck_assert_int_eq(kill(pid, SIGCONT), 0);
    ck_assert_int_eq(code_of(pid), 0);
}
END_TEST

/* Looks at a thread at these times, at each of which it has done so much of what it has in hand. */
static int look_code(uint64_t in_hand, const uint64_t *done, const int64_t *at_ms, int looks)
{
    struct watch watch = {0};
    pid_t pid = fork();

    if (pid != 0)
        return code_of(pid);
    for (int i = 0; i < looks; i++)
        watchdog_look(&watch, "test", in_hand, done[i], STUCK_MS, at_ms[i]);
    _exit(0);
}

START_TEST(threads_are_looked_at)
{
    static const uint64_t idle[6] = {1, 1, 1, 1, 1, 1}, busy[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t often[6] = {1000, 1100, 1200, 1300, 1400, 1500};
    static const int64_t pause[6] = {1000, 9000, 9100, 9200, 9250, 9260};

    ck_assert_int_eq(look_code(1, idle, often, 6), APP_BUG);
    ck_assert_int_eq(look_code(1, idle, often, 4), 0);
    ck_assert_int_eq(look_code(1, busy, often, 6), 0);
    ck_assert_int_eq(look_code(0, idle, often, 6), 0);
    ck_assert_int_eq(look_code(1, idle, pause, 6), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("watchdog");
    TCase *tcase = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, who_beats_goes_on);
    tcase_add_test(tcase, who_does_not_beat_ends);
    tcase_add_test(tcase, who_was_stopped_goes_on);
    tcase_add_test(tcase, threads_are_looked_at);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

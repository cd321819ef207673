/* The circuit breaker, with a clock of its own. */
#include "embedder/breaker.h"

#include <check.h>
#include <stdlib.h>

#include "tests/common/world.h"

static struct breaker breaker;

static void setup(void)
{
    breaker_init(&breaker, 3, 1000, 5000);
}

/* Fails until it opens, without jitter. */
static void open_it(int64_t now_ms)
{
    for (int i = 0; i < 2; i++)
        ck_assert(!breaker_bad(&breaker, now_ms, 0));
    ck_assert(breaker_bad(&breaker, now_ms, 0));
    ck_assert_int_eq(breaker.state, BREAKER_OPEN);
}

START_TEST(opens_after_failures_in_a_row)
{
    ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
    ck_assert(!breaker_bad(&breaker, 10, 0));
    ck_assert(!breaker_bad(&breaker, 20, 0));
    ck_assert(!breaker_good(&breaker)); /* not in a row any more */
    open_it(30);
    ck_assert_int_eq(breaker.until_ms, 1030);
    ck_assert_uint_eq(breaker.opened, 1);
}
END_TEST

START_TEST(late_results_change_nothing)
{
    open_it(0);
    ck_assert(!breaker_bad(&breaker, 5, 0));
    ck_assert(!breaker_good(&breaker));
    ck_assert_int_eq(breaker.state, BREAKER_OPEN);
    ck_assert_int_eq(breaker.until_ms, 1000);
}
END_TEST

START_TEST(one_probe_closes_it)
{
    open_it(0);
    ck_assert(!breaker_probe(&breaker, 999));
    ck_assert(breaker_probe(&breaker, 1000));
    ck_assert_int_eq(breaker.state, BREAKER_HALF_OPEN);
    ck_assert(!breaker_probe(&breaker, 2000)); /* one at a time */
    ck_assert(breaker_good(&breaker));
    ck_assert_int_eq(breaker.state, BREAKER_CLOSED);
    /* From the beginning again: three failures, and the first time. */
    open_it(5000);
    ck_assert_int_eq(breaker.until_ms, 6000);
    ck_assert_uint_eq(breaker.opened, 2);
}
END_TEST

START_TEST(a_failed_probe_doubles_the_time)
{
    static const int64_t times[] = {2000, 4000, 5000, 5000};
    int64_t now_ms = 1000;

    open_it(0);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ck_assert(breaker_probe(&breaker, now_ms));
        ck_assert(breaker_bad(&breaker, now_ms, 0));
        ck_assert_int_eq(breaker.state, BREAKER_OPEN);
        ck_assert_int_eq(breaker.until_ms, now_ms + times[i]);
        now_ms = breaker.until_ms;
    }
    ck_assert_uint_eq(breaker.opened, 1); /* it never closed */
}
END_TEST

START_TEST(one_failure_may_be_enough)
{
    ck_assert(breaker_trip(&breaker, 0, 0));
    ck_assert_int_eq(breaker.state, BREAKER_OPEN);
    ck_assert_int_eq(breaker.until_ms, 1000);
    ck_assert(!breaker_trip(&breaker, 5, 0));
    ck_assert(breaker_probe(&breaker, 1000));
    ck_assert(breaker_trip(&breaker, 1000, 0));
    ck_assert_int_eq(breaker.until_ms, 3000);
    ck_assert_uint_eq(breaker.opened, 1);
}
END_TEST

/* Up to a quarter longer, and not always as much. */
START_TEST(jitter)
{
    int64_t least = INT64_MAX, most = 0;

    for (uint32_t chance = 0; chance < 100000; chance += 7) {
        breaker_init(&breaker, 1, 1000, 5000);
        ck_assert(breaker_bad(&breaker, 0, chance));
        least = breaker.until_ms < least ? breaker.until_ms : least;
        most = breaker.until_ms > most ? breaker.until_ms : most;
    }
    ck_assert_int_eq(least, 1000);
    ck_assert_int_eq(most, 1250);
}
END_TEST

/* Not shorter than the first time, whatever the settings say. */
START_TEST(a_smaller_bound_than_the_first_time)
{
    breaker_init(&breaker, 1, 1000, 10);
    ck_assert(breaker_bad(&breaker, 0, 0));
    ck_assert_int_eq(breaker.until_ms, 1000);
    ck_assert_str_eq(breaker_state_name(BREAKER_CLOSED), "closed");
    ck_assert_str_eq(breaker_state_name(BREAKER_OPEN), "open");
    ck_assert_str_eq(breaker_state_name(BREAKER_HALF_OPEN), "half-open");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("breaker");
    TCase *all = tcase_create("breaker");

    tcase_add_checked_fixture(all, setup, NULL);
    tcase_add_test(all, opens_after_failures_in_a_row);
    tcase_add_test(all, late_results_change_nothing);
    tcase_add_test(all, one_probe_closes_it);
    tcase_add_test(all, a_failed_probe_doubles_the_time);
    tcase_add_test(all, one_failure_may_be_enough);
    tcase_add_test(all, jitter);
    tcase_add_test(all, a_smaller_bound_than_the_first_time);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

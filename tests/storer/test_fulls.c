/* Articles under way: one for each item, polite to hosts, and never for ever. */
#include <check.h>
#include <stdlib.h>

#include "storer/fulls.h"

static struct fulls *fulls;

static void setup(void)
{
    fulls = fulls_create(&(struct fulls_limits){
        .most = 4, .out = 3, .host_requests = 2, .host_spacing_ms = 100, .tries = 2});
}

static void teardown(void)
{
    fulls_destroy(&fulls);
    ck_assert_ptr_null(fulls);
    fulls_destroy(&fulls);
}

static uint64_t pick(int64_t now_ms)
{
    const struct full *full = fulls_pick(fulls, now_ms);
    uint64_t item = full ? full->item : 0;

    if (full)
        fulls_sent(fulls, item, now_ms);
    return item;
}

START_TEST(bounds_all_and_hosts)
{
    ck_assert_uint_eq(pick(0), 0);
    for (uint64_t item = 1; item <= 3; item++)
        ck_assert(fulls_add(fulls, item, 7, 1000));
    ck_assert(fulls_add(fulls, 4, 8, 1000));
    ck_assert(!fulls_add(fulls, 5, 9, 1000));
    ck_assert_uint_eq(pick(0), 1);
    ck_assert_uint_eq(pick(50), 4); /* the other one's host was asked a moment ago */
    ck_assert_uint_eq(pick(99), 0);
    ck_assert_uint_eq(pick(100), 2);
    ck_assert_uint_eq(pick(300), 0); /* two at one host, three in all */
    fulls_end(fulls, 4);
    ck_assert_uint_eq(pick(300), 0);
    fulls_end(fulls, 1);
    ck_assert_uint_eq(pick(300), 3);
    ck_assert_uint_eq(fulls_count(fulls), 2);
    ck_assert_uint_eq(fulls_out(fulls), 2);
    ck_assert_ptr_null(fulls_find(fulls, 1));
    ck_assert_ptr_nonnull(fulls_find(fulls, 2));
}
END_TEST

START_TEST(sends_again_what_was_lost)
{
    fulls_add(fulls, 1, 7, 1000);
    ck_assert_uint_eq(pick(0), 1);
    ck_assert_uint_eq(pick(500), 0);
    fulls_lost(fulls);
    ck_assert_uint_eq(pick(500), 1);
    fulls_returned(fulls, 1); /* without blame: this try does not count */
    ck_assert_ptr_null(fulls_over(fulls, 999));
    ck_assert_uint_eq(pick(700), 1);
    ck_assert_ptr_null(fulls_over(fulls, 999));
    fulls_lost(fulls);
    ck_assert_uint_eq(pick(900), 0);
    ck_assert_ptr_nonnull(fulls_over(fulls, 999)); /* two tries were lost */
}
END_TEST

START_TEST(ends_what_takes_too_long)
{
    fulls_add(fulls, 1, 7, 1000);
    fulls_add(fulls, 2, 7, 2000);
    ck_assert_ptr_null(fulls_over(fulls, 999));
    ck_assert_uint_eq(fulls_over(fulls, 1000)->item, 1);
    fulls_end(fulls, 1);
    ck_assert_ptr_null(fulls_over(fulls, 1000));
    pick(0);
    ck_assert_uint_eq(fulls_over(fulls, 2000)->item, 2);
    fulls_clear(fulls);
    ck_assert_uint_eq(fulls_count(fulls), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fulls");
    TCase *tcase = tcase_create("articles");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, bounds_all_and_hosts);
    tcase_add_test(tcase, sends_again_what_was_lost);
    tcase_add_test(tcase, ends_what_takes_too_long);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

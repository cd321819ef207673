/* Runs of like events: told when they begin, and once more when they have ended. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/flood.h"

START_TEST(a_run_begins_once_and_ends_once)
{
    struct floods floods = {0};
    struct flood ended;
    int told = 0;

    for (int i = 0; i < 1000; i++)
        told += floods_add(&floods, "malformed", 10 + i);
    ck_assert_int_eq(told, 1);
    ck_assert(!floods_end(&floods, 1009 + 4999, 5000, &ended));
    ck_assert(floods_end(&floods, 1009 + 5000, 5000, &ended));
    ck_assert_str_eq(ended.what, "malformed");
    ck_assert_uint_eq(ended.count, 1000);
    ck_assert_int_eq(ended.last_ms - ended.first_ms, 999);
    ck_assert(!floods_end(&floods, 100000, 5000, &ended));
    ck_assert(floods_add(&floods, "malformed", 200000));
}
END_TEST

START_TEST(kinds_are_told_apart_by_their_text)
{
    struct floods floods = {0};
    struct flood ended;
    char copy[] = "one";

    ck_assert(floods_add(&floods, "one", 1));
    ck_assert(floods_add(&floods, "other", 2));
    ck_assert(!floods_add(&floods, copy, 3));
    ck_assert(floods_end(&floods, 12, 10, &ended));
    ck_assert_str_eq(ended.what, "other");
    ck_assert(!floods_end(&floods, 12, 10, &ended));
}
END_TEST

START_TEST(more_kinds_than_places_are_all_told)
{
    static char names[FLOOD_KINDS + 1][8];
    struct floods floods = {0};

    for (int i = 0; i <= FLOOD_KINDS; i++) {
        snprintf(names[i], sizeof(names[i]), "%d", i);
        ck_assert(floods_add(&floods, names[i], 1));
    }
    ck_assert(floods_add(&floods, names[FLOOD_KINDS], 2));
    ck_assert(!floods_add(&floods, names[0], 2));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flood");
    TCase *all = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(all, a_run_begins_once_and_ends_once);
    tcase_add_test(all, kinds_are_told_apart_by_their_text);
    tcase_add_test(all, more_kinds_than_places_are_all_told);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

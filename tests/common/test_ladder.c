/* The rungs of the ladder: 80, 90, 100 %, each begun once and ended once. */
#include <check.h>
#include <stdlib.h>

#include "common/ladder.h"

static struct ladder ladder;
static int begun[LADDER_RUNGS], ended[LADDER_RUNGS];
static struct ladder_step last;

static void say(unsigned percent, int64_t now_ms)
{
    while (ladder_set(&ladder, percent, now_ms, &last)) {
        begun[last.rung] += last.begun;
        ended[last.rung] += !last.begun;
    }
}

static void setup(void)
{
    ladder = (struct ladder){0};
    for (int i = 0; i < LADDER_RUNGS; i++)
        begun[i] = ended[i] = 0;
}

START_TEST(rungs_begin_at_80_90_and_100)
{
    say(79, 1);
    ck_assert_int_eq(ladder.rung, LADDER_EASY);
    say(80, 2);
    ck_assert_int_eq(ladder.rung, LADDER_WARN);
    say(89, 3);
    ck_assert_int_eq(ladder.rung, LADDER_WARN);
    say(90, 4);
    ck_assert_int_eq(ladder.rung, LADDER_BUSY);
    say(100, 5);
    ck_assert_int_eq(ladder.rung, LADDER_FULL);
    say(400, 6);
    ck_assert_uint_eq(ladder.percent, 400);
    ck_assert_int_eq(begun[LADDER_WARN] + begun[LADDER_BUSY] + begun[LADDER_FULL], 3);
}
END_TEST

START_TEST(a_jump_begins_and_ends_every_rung)
{
    say(100, 10);
    for (int rung = LADDER_WARN; rung < LADDER_RUNGS; rung++)
        ck_assert_int_eq(begun[rung], 1);
    say(0, 35);
    for (int rung = LADDER_WARN; rung < LADDER_RUNGS; rung++)
        ck_assert_int_eq(ended[rung], 1);
    ck_assert_int_eq(last.rung, LADDER_WARN);
    ck_assert_int_eq(last.for_ms, 25);
}
END_TEST

START_TEST(what_swings_is_told_once)
{
    for (int i = 0; i < 100; i++) {
        say(92, i);
        say(85, i);
        say(80, i);
    }
    ck_assert_int_eq(begun[LADDER_WARN], 1);
    ck_assert_int_eq(begun[LADDER_BUSY], 1);
    ck_assert_int_eq(ended[LADDER_BUSY], 0);
    say(79, 200);
    ck_assert_int_eq(ended[LADDER_BUSY], 1);
    ck_assert_int_eq(ended[LADDER_WARN], 0);
    say(69, 201);
    ck_assert_int_eq(ended[LADDER_WARN], 1);
}
END_TEST

START_TEST(percent_of_nothing_and_of_too_much)
{
    ck_assert_uint_eq(ladder_percent(5, 0), 0);
    ck_assert_uint_eq(ladder_percent(1, 3), 33);
    ck_assert_uint_eq(ladder_percent(UINT64_MAX, 1), 1000);
    ck_assert_str_eq(ladder_name(LADDER_BUSY), "busy");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ladder");
    TCase *all = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(all, setup, NULL);
    tcase_add_test(all, rungs_begin_at_80_90_and_100);
    tcase_add_test(all, a_jump_begins_and_ends_every_rung);
    tcase_add_test(all, what_swings_is_told_once);
    tcase_add_test(all, percent_of_nothing_and_of_too_much);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

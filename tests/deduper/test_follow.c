/* Following the storer: what to apply, and when to ask. */
#include "tests/common/world.h"

#include "deduper/follow.h"

static struct follow f;

/* Caught up with epoch 7 up to 10. */
static void setup(void)
{
    f = (struct follow){0};
    ck_assert_int_eq(follow_header(&f, 7, 10, 100), FOLLOW_RESET);
    ck_assert_int_eq(follow_page(&f, 7, 10, 13), FOLLOW_APPLY);
    ck_assert(!follow_applied(&f, 10, 10));
    ck_assert(follow_ready(&f));
}

START_TEST(starts_from_nothing)
{
    f = (struct follow){0};
    ck_assert(follow_ready(&f));
    ck_assert_int_eq(follow_commit(&f, 7, 1, 1), FOLLOW_RESET);
    ck_assert(!follow_ready(&f));
    ck_assert_uint_eq(f.epoch, 7);
    ck_assert_uint_eq(f.applied, 0);
    ck_assert_int_eq(follow_commit(&f, 7, 2, 2), FOLLOW_IGNORE); /* the pages cover it */
    ck_assert_int_eq(follow_page(&f, 7, 2, 13), FOLLOW_APPLY);
    ck_assert(!follow_applied(&f, 2, 2));
    ck_assert(follow_ready(&f));
}
END_TEST

START_TEST(in_sequence)
{
    ck_assert_int_eq(follow_commit(&f, 7, 11, 13), FOLLOW_APPLY);
    follow_applied(&f, 13, 0);
    ck_assert_uint_eq(f.applied, 13);
    ck_assert(follow_ready(&f));
    ck_assert_uint_eq(f.gaps, 0);
}
END_TEST

START_TEST(known_already)
{
    ck_assert_int_eq(follow_commit(&f, 7, 9, 10), FOLLOW_IGNORE);
    /* Half of it is new. */
    ck_assert_int_eq(follow_commit(&f, 7, 9, 12), FOLLOW_APPLY);
    follow_applied(&f, 12, 0);
    follow_applied(&f, 5, 0); /* never back */
    ck_assert_uint_eq(f.applied, 12);
}
END_TEST

START_TEST(gap)
{
    ck_assert_int_eq(follow_commit(&f, 7, 12, 12), FOLLOW_ASK);
    ck_assert_uint_eq(f.gaps, 1);
    ck_assert(!follow_ready(&f));
    ck_assert_int_eq(follow_commit(&f, 7, 13, 13), FOLLOW_IGNORE); /* one question a gap */
    ck_assert_uint_eq(f.gaps, 1);
    ck_assert_int_eq(follow_page(&f, 7, 12, 13), FOLLOW_APPLY);
    ck_assert(follow_applied(&f, 12, 13)); /* there is more */
    ck_assert(!follow_ready(&f));
    ck_assert_int_eq(follow_page(&f, 7, 13, 13), FOLLOW_APPLY);
    ck_assert(!follow_applied(&f, 13, 13));
    ck_assert(follow_ready(&f));
    ck_assert_int_eq(follow_commit(&f, 7, 14, 14), FOLLOW_APPLY);
}
END_TEST

START_TEST(another_epoch)
{
    f.gaps = 3;
    ck_assert_int_eq(follow_commit(&f, 8, 11, 11), FOLLOW_RESET);
    ck_assert_uint_eq(f.epoch, 8);
    ck_assert_uint_eq(f.applied, 0);
    ck_assert_uint_eq(f.gaps, 3);
    ck_assert_int_eq(follow_page(&f, 7, 11, 13), FOLLOW_RESET); /* by a page as well */
    ck_assert_uint_eq(f.epoch, 7);
    ck_assert(follow_applied(&f, 11, 12));
    ck_assert(!follow_applied(&f, 12, 12));
    /* A header may be old: it makes one ask, and forgets nothing. */
    ck_assert_int_eq(follow_header(&f, 9, 0, 100), FOLLOW_ASK);
    ck_assert_uint_eq(f.epoch, 7);
    ck_assert_uint_eq(f.applied, 12);
    ck_assert(!follow_ready(&f));
    ck_assert_int_eq(follow_page(&f, 7, 12, 13), FOLLOW_APPLY);
    ck_assert(!follow_applied(&f, 12, 12));
    ck_assert(follow_ready(&f));
    ck_assert_int_eq(follow_header(&f, 9, 0, 100), FOLLOW_ASK);
    ck_assert_int_eq(follow_page(&f, 9, 1, 13), FOLLOW_RESET); /* it was true */
    ck_assert_uint_eq(f.epoch, 9);
}
END_TEST

/* Nobody asked for it, or it is the answer to an older question. */
START_TEST(stray_pages)
{
    ck_assert_int_eq(follow_page(&f, 7, 11, 13), FOLLOW_IGNORE);
    follow_commit(&f, 7, 15, 15);
    ck_assert_int_eq(follow_page(&f, 7, 9, 13), FOLLOW_IGNORE);
    ck_assert(!follow_ready(&f));
}
END_TEST

/* The file was put back from a copy while pages were read: it has fewer commits than are applied.
 */
START_TEST(went_back)
{
    follow_commit(&f, 7, 15, 15);
    ck_assert_int_eq(follow_page(&f, 7, 9, 9), FOLLOW_RESET);
    ck_assert_uint_eq(f.epoch, 7);
    ck_assert_uint_eq(f.applied, 0);
    ck_assert(!follow_ready(&f));
    ck_assert_int_eq(follow_page(&f, 7, 9, 9), FOLLOW_APPLY);
    ck_assert(!follow_applied(&f, 9, 9));
}
END_TEST

START_TEST(headers)
{
    ck_assert_int_eq(follow_header(&f, 7, 0, 5), FOLLOW_IGNORE);
    ck_assert_int_eq(follow_header(&f, 7, 15, 5), FOLLOW_IGNORE);
    ck_assert(follow_ready(&f));
    ck_assert_int_eq(follow_header(&f, 7, 16, 5), FOLLOW_ASK);
    ck_assert(!follow_ready(&f));
}
END_TEST

START_TEST(overdue)
{
    ck_assert(!follow_overdue(&f, 1000000, 100));
    follow_commit(&f, 7, 12, 12);
    follow_asked(&f, 5000);
    ck_assert(!follow_overdue(&f, 5099, 100));
    ck_assert(follow_overdue(&f, 5100, 100));
    follow_asked(&f, 5100);
    ck_assert(!follow_overdue(&f, 5150, 100));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("follow");
    TCase *all = tcase_create("follow");

    tcase_add_checked_fixture(all, setup, NULL);
    tcase_add_test(all, starts_from_nothing);
    tcase_add_test(all, in_sequence);
    tcase_add_test(all, known_already);
    tcase_add_test(all, gap);
    tcase_add_test(all, another_epoch);
    tcase_add_test(all, stray_pages);
    tcase_add_test(all, went_back);
    tcase_add_test(all, headers);
    tcase_add_test(all, overdue);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

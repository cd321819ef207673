/* "Did you mean". */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/nearest.h"

START_TEST(distances)
{
    ck_assert_uint_eq(nearest_distance("", ""), 0);
    ck_assert_uint_eq(nearest_distance("", "abc"), 3);
    ck_assert_uint_eq(nearest_distance("stories", "storeis"), 1); /* swapped */
    ck_assert_uint_eq(nearest_distance("limit", "limt"), 1);
    ck_assert_uint_eq(nearest_distance("limit", "limmit"), 1);
    ck_assert_uint_eq(nearest_distance("limit", "lamit"), 1);
    ck_assert_uint_eq(nearest_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(nearest_distance("ca", "abc"), 3); /* no swap with something in between */
    ck_assert_uint_eq(
        nearest_distance("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        SIZE_MAX);
}
END_TEST

static const char *meant(const char *word)
{
    static const char *const known[] = {"add",     "stories", "show", "set",
                                        "similar", "status",  "stats"};
    struct nearest nearest = {0};

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        nearest_try(&nearest, word, known[i]);
    return nearest.word ? nearest.word : "";
}

START_TEST(what_is_meant)
{
    ck_assert_str_eq(meant("storys"), "stories");
    ck_assert_str_eq(meant("sotries"), "stories");
    ck_assert_str_eq(meant("sim"), "similar"); /* begun */
    ck_assert_str_eq(meant("stat"), "status");
    ck_assert_str_eq(meant("shwo"), "show");
    ck_assert_str_eq(meant("x"), "");
    ck_assert_str_eq(meant("elephant"), "");
    ck_assert_str_eq(meant(""), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nearest");
    TCase *tcase = tcase_create("nearest");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, distances);
    tcase_add_test(tcase, what_is_meant);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

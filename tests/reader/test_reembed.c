/* A change of model in words. */
#include "tests/common/world.h"

#include "reader/reembed.h"

static struct buf out;

static void teardown(void)
{
    buf_free(&out);
}

static const char *words(const char *serving, const char *wanted, bool changing, int done,
                         int failed, int missing, bool dry)
{
    json_t *answer = json_pack("{s:s, s:s, s:b, s:i, s:i, s:i, s:i}", "serving", serving, "wanted",
                               wanted, "changing", changing, "items", 200, "missing", missing,
                               "done", done, "failed", failed);

    buf_clear(&out);
    reembed_words(&out, answer, dry);
    buf_addc(&out, '\0');
    json_decref(answer);
    return out.data;
}

START_TEST(nothing_to_do)
{
    ck_assert_str_eq(words("a", "a", false, 0, 0, 0, true),
                     "the vectors of a serve, 200 items\n"
                     "it is the model of the settings: no vector has to be made anew\n");
}
END_TEST

START_TEST(under_way)
{
    ck_assert_str_eq(words("a", "b", true, 50, 2, 0, true),
                     "the vectors of a serve, 200 items\n"
                     "new vectors by b: 52 of 200 (26 %), 2 without a vector\n");
    ck_assert_str_eq(
        words("a", "b", true, 50, 2, 3, false),
        "the vectors of a serve, 200 items\n"
        "new vectors by b: 52 of 200 (26 %), 2 without a vector; these are asked for again\n"
        "3 items have no vector of a; they are asked for now\n");
}
END_TEST

START_TEST(status_has_a_line_while_it_changes)
{
    json_t *stats = json_pack("{s:s}", "model", "a");

    reembed_status(&out, stats);
    ck_assert_uint_eq(out.len, 0);
    json_object_set_new(stats, "reembed",
                        json_pack("{s:s, s:i, s:i, s:i, s:b}", "model", "b\033[2J", "total", 0,
                                  "done", 0, "failed", 0, "pausing", true));
    reembed_status(&out, stats);
    buf_addc(&out, '\0');
    ck_assert_str_eq(out.data,
                     "model    a serves; new vectors by b [2J: 0 of 0 (100 %); pausing, for it"
                     " gives none\n");
    json_decref(stats);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reader reembed");
    TCase *tcase = tcase_create("reembed");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, nothing_to_do);
    tcase_add_test(tcase, under_way);
    tcase_add_test(tcase, status_has_a_line_while_it_changes);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

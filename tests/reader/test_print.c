/* How the weir command shows things. */
#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "reader/print.h"

static void setup(void)
{
    setenv("TZ", "UTC", 1);
    print_start();
}

/* --- columns ---------------------------------------------------------------------------------- */

static const struct {
    const char *text;
    int width;
    bool right;
    const char *cell;
} cells[] = {
    {"abc", 5, false, "abc  "},
    {"abc", 5, true, "  abc"},
    {"abcdef", 6, false, "abcdef"},
    {"abcdefg", 6, false, "abcde…"},
    {"", 3, false, "   "},
    {"Übung", 5, false, "Übung"},
    {"日本語", 6, false, "日本語"},
    {"日本語", 5, false, "日本…"},
    {"日本語", 4, false, "日… "}, /* half a character does not fit */
    {"e\xcc\x81t\xc3\xa9", 4, false, "e\xcc\x81t\xc3\xa9 "},
    {"a\nb\tc\x1b[1m", 9, false, "a b c [1m"}, /* the escape is a space */
    {"a\xff"
     "b",
     3, false,
     "a\xef\xbf\xbd"
     "b"},
    {"x\xe2\x80\xaey", 3, false, "xy "}, /* U+202E, right-to-left override */
    {"ab", 1, false, "…"},
};

START_TEST(cells_fill_their_width)
{
    struct buf out = {0};

    print_cell(&out, cells[_i].text, cells[_i].width, cells[_i].right);
    ck_assert_str_eq(out.data, cells[_i].cell);
    buf_free(&out);
}
END_TEST

START_TEST(cut_leaves_what_fits)
{
    struct buf out = {0};

    print_cut(&out, "abcdef", 0);
    ck_assert_str_eq(out.data, "abcdef");
    buf_clear(&out);
    print_cut(&out, "abcdef", 4);
    ck_assert_str_eq(out.data, "abc…");
    ck_assert_int_eq(print_columns(buf_span(&out)), 4);
    buf_free(&out);
}
END_TEST

/* --- times and sizes -------------------------------------------------------------------------- */

START_TEST(times)
{
    struct buf out = {0};

    print_time(&out, 1795261941610, false);
    ck_assert_str_eq(out.data, "2026-11-21T11:52:21Z");
    buf_clear(&out);
    print_time(&out, 1795261941610, true);
    ck_assert_str_eq(out.data, "2026-11-21 11:52");
    buf_clear(&out);
    print_time(&out, 0, true);
    ck_assert_str_eq(out.data, "-");
    buf_clear(&out);
    print_time(&out, INT64_MAX, false); /* whatever it is, it ends */
    ck_assert_uint_gt(out.len, 0);
    buf_free(&out);
}
END_TEST

static const struct {
    int64_t value;
    const char *span;
    const char *bytes;
} amounts[] = {
    {0, "0 ms", "0 B"},
    {999, "999 ms", "999 B"},
    {1536, "1 s", "1.5 KiB"},
    {119999, "119 s", "117 KiB"},
    {120000, "2 min", "117 KiB"},
    {20971520, "5 h", "20 MiB"},
    {1073741824, "12 d", "1.0 GiB"},
};

START_TEST(amounts_are_short)
{
    struct buf out = {0};

    print_span(&out, amounts[_i].value);
    ck_assert_str_eq(out.data, amounts[_i].span);
    buf_clear(&out);
    print_bytes(&out, amounts[_i].value);
    ck_assert_str_eq(out.data, amounts[_i].bytes);
    buf_free(&out);
}
END_TEST

static const struct {
    const char *text;
    int64_t ms;
} ages[] = {
    {"90s", 90000},    {"30m", 1800000},
    {"6h", 21600000},  {"2d", 172800000},
    {"1w", 604800000}, {"0s", 0},
    {"", -1},          {"6", -1},
    {"h", -1},         {"-6h", -1},
    {"6hh", -1},       {"6y", -1},
    {" 6h", -1},       {"99999999999999w", -1},
};

START_TEST(ages_are_parsed)
{
    ck_assert_int_eq(print_parse_span(ages[_i].text), ages[_i].ms);
}
END_TEST

START_TEST(iso_beside_times)
{
    json_t *value = json_loads("[{\"time_ms\":1795261941610,\"interval_ms\":5,\"dead_ms\":0,"
                               "\"lead\":{\"first_ms\":1000},\"title\":\"x\"}]",
                               0, NULL);
    json_t *first = json_array_get(value, 0);

    print_add_iso(value);
    ck_assert_str_eq(print_text(first, "time"), "2026-11-21T11:52:21Z");
    ck_assert_str_eq(print_text(json_object_get(first, "lead"), "first"), "1970-01-01T00:00:01Z");
    ck_assert_ptr_null(json_object_get(first, "interval"));
    ck_assert_ptr_null(json_object_get(first, "dead"));
    ck_assert_int_eq(print_int(first, "time_ms"), 1795261941610);
    ck_assert_int_eq(print_int(first, "nothing"), 0);
    ck_assert_str_eq(print_text(first, "nothing"), "");
    json_decref(value);
}
END_TEST

/* The tests' output is no terminal. */
START_TEST(no_colour_in_a_pipe)
{
    struct buf out = {0};

    if (print_terminal())
        return;
    print_styled(&out, PRINT_RED, "x");
    ck_assert_str_eq(out.data, "x");
    ck_assert_int_eq(print_width(), 0);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("print");
    TCase *tcase = tcase_create("print");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_loop_test(tcase, cells_fill_their_width, 0, sizeof(cells) / sizeof(cells[0]));
    tcase_add_test(tcase, cut_leaves_what_fits);
    tcase_add_test(tcase, times);
    tcase_add_loop_test(tcase, amounts_are_short, 0, sizeof(amounts) / sizeof(amounts[0]));
    tcase_add_loop_test(tcase, ages_are_parsed, 0, sizeof(ages) / sizeof(ages[0]));
    tcase_add_test(tcase, iso_beside_times);
    tcase_add_test(tcase, no_colour_in_a_pipe);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

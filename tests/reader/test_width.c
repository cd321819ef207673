/* Columns, where text may be cut, and what of it may be shown. */
#include <check.h>
#include <stdlib.h>

#include "reader/width.h"

static const struct {
    const char *text;
    size_t bytes; /* of the first cluster */
    int first, all;
} texts[] = {
    {"abc", 1, 1, 3},
    {"\xe6\x97\xa5\xe6\x9c\xac", 3, 2, 4},                         /* two ideographs */
    {"e\xcc\x81x", 3, 1, 2},                                       /* e, acute */
    {"\xea\xb0\x80", 3, 2, 2},                                     /* Hangul syllable */
    {"\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", 9, 2, 2},             /* the same in jamo */
    {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb!", 11, 2, 3},   /* woman, ZWJ, laptop */
    {"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 8, 2, 2},                 /* thumb, skin */
    {"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab", 8, 2, 3}, /* flag, half a flag */
    {"\xe2\x9d\xa4\xef\xb8\x8f", 6, 2, 2},                         /* heart as an emoji */
    {"\xe2\x9d\xa4", 3, 1, 1},                                     /* heart as a letter */
    {"1\xef\xb8\x8f\xe2\x83\xa3", 7, 2, 2},                        /* keycap */
    {"\xef\xbc\xa1", 3, 2, 2},                                     /* fullwidth A */
    {"\xef\xbd\xb1", 3, 1, 1},                                     /* halfwidth kana */
    {"\xe0\xb8\x81\xe0\xb8\xb4", 6, 1, 1},                         /* Thai, a vowel above */
    {"\xd7\xa9\xd7\x81", 4, 1, 1},                                 /* Hebrew, a point */
    {"\xff\xcc\x81", 1, 1, 1},                                     /* no UTF-8, then a mark */
    {"\x1b[31m", 1, 1, 5},
};

START_TEST(clusters)
{
    struct span text = span_str(texts[_i].text);
    int columns = 0;

    ck_assert_uint_eq(width_cluster(text, &columns), texts[_i].bytes);
    ck_assert_int_eq(columns, texts[_i].first);
    ck_assert_int_eq(width_columns(text), texts[_i].all);
}
END_TEST

START_TEST(cuts_never_split_a_cluster)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct span text = span_str(texts[i].text);

        for (int most = 0; most <= texts[i].all; most++) {
            int used = -1, again = -1;
            struct span cut = width_clip(text, most, &used);

            ck_assert_int_le(used, most);
            ck_assert(cut.n == 0 || cut.n >= texts[i].bytes);
            width_clip(cut, 1000, &again);
            ck_assert_int_eq(again, used);
        }
    }
}
END_TEST

static const struct {
    const char *text, *shown;
} shown[] = {
    {"plain \xc3\xbc", "plain \xc3\xbc"},
    {"a\nb\tc\rd", "a b c d"},
    {"\x1b]0;owned\x07", " ]0;owned "},
    {"\xc2\x9b"
     "31m",
     " 31m"}, /* CSI as one character */
    {"\xe2\x80\xaetxet\xe2\x80\xac", "txet"},
    {"\xe2\x81\xa6x\xe2\x81\xa9", "x"},
    {"a\xe2\x80\x8f"
     "b",
     "ab"},
    {"\xe2\x80\xa8", " "},      /* LINE SEPARATOR */
    {"\xf3\xa0\x81\xa1x", "x"}, /* a tag */
    {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
     "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"},
    {"\xff", "\xef\xbf\xbd"},
    {"\x7f", " "},
};

START_TEST(only_what_is_safe_is_shown)
{
    struct buf out = {0};

    width_add_safe(&out, span_str(shown[_i].text), false);
    ck_assert_str_eq(out.data ? out.data : "", shown[_i].shown);
    buf_free(&out);
}
END_TEST

START_TEST(lines_remain_where_wanted)
{
    struct buf out = {0};

    width_add_safe(&out, span_str("a\nb\tc\rd"), true);
    ck_assert_str_eq(out.data, "a\nb\tc d");
    buf_free(&out);
}
END_TEST

START_TEST(towers_of_marks_end)
{
    struct buf text = {0}, out = {0};

    buf_addc(&text, 'Z');
    for (int i = 0; i < 100; i++)
        buf_adds(&text, "\xcc\x81");
    width_add_safe(&out, buf_span(&text), false);
    ck_assert_uint_eq(out.len, 1 + 2 * 8);
    ck_assert_int_eq(width_columns(buf_span(&text)), 1);
    buf_free(&text);
    buf_free(&out);
}
END_TEST

/* Whatever it is given it ends, within its width, and gives nothing that is a control. */
START_TEST(any_bytes)
{
    uint64_t seed = 1;

    for (int round = 0; round < 20000; round++) {
        char bytes[24];
        struct buf out = {0};
        int used = 0, most = round % 12;

        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(seed >> 56);
        }
        struct span cut = width_clip(span_of(bytes, sizeof(bytes)), most, &used);

        ck_assert_int_le(used, most);
        width_add_safe(&out, cut, false);
        for (size_t i = 0; i < out.len; i++)
            ck_assert((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
        buf_free(&out);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("width");
    TCase *tcase = tcase_create("width");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, clusters, 0, (int)(sizeof(texts) / sizeof(texts[0])));
    tcase_add_test(tcase, cuts_never_split_a_cluster);
    tcase_add_loop_test(tcase, only_what_is_safe_is_shown, 0,
                        (int)(sizeof(shown) / sizeof(shown[0])));
    tcase_add_test(tcase, lines_remain_where_wanted);
    tcase_add_test(tcase, towers_of_marks_end);
    tcase_add_test(tcase, any_bytes);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

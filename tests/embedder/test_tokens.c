/* tokens: words of several scripts, numbers, bad bytes. */
#include "common/buf.h"
#include "embedder/tokens.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* The tokens of text, joined by '|'. */
static const char *joined(const char *text, size_t n)
{
    static char out[4096];
    struct tokens tokens = {0};
    size_t at = 0;

    tokens_read(&tokens, span_of(text, n));
    for (uint32_t i = 0; i < tokens.count; i++) {
        if (i)
            out[at++] = '|';
        memcpy(out + at, tokens.text + tokens.list[i].start, tokens.list[i].length);
        at += tokens.list[i].length;
    }
    out[at] = 0;
    tokens_free(&tokens);
    return out;
}

static const char *words(const char *text)
{
    return joined(text, strlen(text));
}

START_TEST(words_are_lower_cased)
{
    ck_assert_str_eq(words("The DAM, at Dawn!"), "the|dam|at|dawn");
    ck_assert_str_eq(words("GRÖSSE École ŁÓDŹ ŒUVRE"), "grösse|école|łódź|œuvre");
    ck_assert_str_eq(words("ΑΘΉΝΑΣ Ελλάς"), "αθήνασ|ελλάσ");
    ck_assert_str_eq(words("МОСКВА Ёлка Київ"), "москва|ёлка|київ");
    ck_assert_str_eq(words("İstanbul Ğ"), "istanbul|ğ");
    ck_assert_str_eq(words("ＡＢＣ１２"), "abc12");
}
END_TEST

START_TEST(marks_that_do_not_tell_are_left_out)
{
    ck_assert_str_eq(words("كِتَاب"), "كتاب");
    ck_assert_str_eq(words("so\xc2\xad"
                           "ft"),
                     "soft");
    ck_assert_str_eq(words("Obama’s “dam”"), "obama|s|dam");
}
END_TEST

START_TEST(dense_scripts_give_characters)
{
    ck_assert_str_eq(words("東京の知事。"), "東|京|の|知|事");
    ck_assert_str_eq(words("ab中cd"), "ab|中|cd");
    ck_assert_str_eq(words("서울 시장"), "서울|시장");
}
END_TEST

START_TEST(numbers_keep_their_point)
{
    ck_assert_str_eq(words("1,200 people, 12.5%."), "1200|people|12.5");
    ck_assert_str_eq(words("3:2 in 2012."), "3|2|in|2012");
    ck_assert_str_eq(words("v1.2"), "v1|2");
}
END_TEST

START_TEST(bad_bytes_separate_words)
{
    ck_assert_str_eq(joined("a\xff"
                            "b\xc3",
                            4),
                     "a|b");
    ck_assert_str_eq(joined("a\xe6\x9d", 3), "a");
    ck_assert_str_eq(joined("a\0b", 3), "a|b");
    ck_assert_str_eq(words("a\xc0\xaf"
                           "b\xed\xa0\x80"
                           "c\xf5\x80\x80\x80"
                           "d"),
                     "a|b|c|d");
    ck_assert_str_eq(joined(NULL, 0), "");
}
END_TEST

START_TEST(a_long_run_is_cut)
{
    char text[1000];
    struct tokens tokens = {0};

    memset(text, 'x', sizeof text);
    tokens_read(&tokens, span_of(text, sizeof text));
    size_t sum = 0;
    for (uint32_t i = 0; i < tokens.count; i++) {
        ck_assert_uint_le(tokens.list[i].length, TOKENS_LENGTH_MAX);
        sum += tokens.list[i].length;
    }
    ck_assert_uint_eq(sum, sizeof text);
    tokens_free(&tokens);
}
END_TEST

/* Whatever the bytes: every token lies in the text, is valid, and a second reading changes nothing.
 */
START_TEST(any_bytes_are_read)
{
    unsigned char text[300];
    struct tokens tokens = {0};
    uint32_t state = 3;

    for (int round = 0; round < 20000; round++) {
        size_t n = (size_t)round % sizeof text;
        for (size_t i = 0; i < n; i++) {
            state = state * 1664525 + 1013904223;
            text[i] = (unsigned char)(state >> 24 | (round % 3 == 0 ? 0x80 : 0));
        }
        char *copy = malloc(n ? n : 1); /* no byte behind it: the sanitizer would see */
        memcpy(copy, text, n);
        tokens_read(&tokens, span_of(copy, n));
        for (uint32_t i = 0; i < tokens.count; i++) {
            const struct token *t = &tokens.list[i];
            ck_assert_uint_gt(t->length, 0);
            ck_assert_uint_le(t->start + t->length + TOKENS_PAD, tokens.text_cap);
            size_t step = 0;
            while (step < t->length)
                step += tokens_step(tokens.text[t->start + step]);
            ck_assert_uint_eq(step, t->length);
        }
        free(copy);
    }
    tokens_free(&tokens);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tokens");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, words_are_lower_cased);
    tcase_add_test(tests, marks_that_do_not_tell_are_left_out);
    tcase_add_test(tests, dense_scripts_give_characters);
    tcase_add_test(tests, numbers_keep_their_point);
    tcase_add_test(tests, bad_bytes_separate_words);
    tcase_add_test(tests, a_long_run_is_cut);
    tcase_add_test(tests, any_bytes_are_read);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* From bytes to UTF-8. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fetcher/charset.h"

static struct charset_text text;

static void drop(void)
{
    charset_free(&text);
}

static void expect(const void *bytes, size_t n, const char *type, const char *name,
                   const char *utf8)
{
    drop();
    charset_decode(span_of(bytes, n), type, &text);
    ck_assert_str_eq(text.name, name);
    ck_assert_uint_eq(text.text.n, strlen(utf8));
    ck_assert(memcmp(text.text.p, utf8, text.text.n) == 0);
    ck_assert(charset_clean(text.text));
}

#define EXPECT(bytes, type, name, utf8) expect(bytes, sizeof(bytes) - 1, type, name, utf8)

START_TEST(plain)
{
    static const char body[] = "<a>café</a>";

    EXPECT(body, NULL, "utf-8", "<a>café</a>");
    ck_assert_ptr_eq(text.text.p, body);
    ck_assert(!text.lied);
}
END_TEST

START_TEST(marks)
{
    EXPECT("\xef\xbb\xbf<a/>", "text/xml; charset=koi8-r", "utf-8", "<a/>");
    EXPECT("\xff\xfe<\0a\0/\0>\0", NULL, "utf-16le", "<a/>");
    EXPECT("\xfe\xff\0<\0a\0/\0>", NULL, "utf-16be", "<a/>");
    EXPECT("\xff\xfe\0\0<\0\0\0>\0\0\0", NULL, "utf-32le", "<>");
    EXPECT("<\0a\0/\0>\0", NULL, "utf-16le", "<a/>");
    EXPECT("\0\0\0<\0\0\0>", NULL, "utf-32be", "<>");
    /* Half a character and a lone surrogate. */
    EXPECT("\xff\xfe<\0\x00\xd8>\0x", NULL, "utf-16le", "<\ufffd>\ufffd");
    ck_assert(text.lied);
}
END_TEST

START_TEST(declared)
{
    EXPECT("<a>\xe9</a>", "text/xml; charset=ISO-8859-1", "windows-1252", "<a>é</a>");
    EXPECT("<a>\x93q\x94</a>", "text/xml;charset='latin1'", "windows-1252", "<a>“q”</a>");
    EXPECT("<?xml version='1.0' encoding='koi8-r'?><a>\xd4</a>", NULL, "koi8-r",
           "<?xml version='1.0' encoding='koi8-r'?><a>т</a>");
    /* The header is stronger than the declaration. */
    EXPECT("<?xml version='1.0' encoding='koi8-r'?>\xf2", "a/b; charset=windows-1251",
           "windows-1251", "<?xml version='1.0' encoding='koi8-r'?>т");
    EXPECT("<meta http-equiv=x content='text/html; charset=shift_jis'>\x83\x65", NULL, "shift_jis",
           "<meta http-equiv=x content='text/html; charset=shift_jis'>テ");
}
END_TEST

START_TEST(lies)
{
    EXPECT(
        "<a>L'\xe9t\xe9 dernier, \xe0 la mer, nous avons mang\xe9 des cr\xeapes tr\xe8s bonnes</a>",
        "text/xml; charset=utf-8", "windows-1252",
        "<a>L'été dernier, à la mer, nous avons mangé des crêpes très bonnes</a>");
    ck_assert(text.lied);
    /* What cannot be UTF-16 is not, and no such encoding is none. */
    EXPECT("<?xml version='1.0' encoding='utf-16'?><a>é</a>", NULL, "utf-8",
           "<?xml version='1.0' encoding='utf-16'?><a>é</a>");
    ck_assert(text.lied);
    EXPECT("<a>é</a>", "text/xml; charset=no-such", "utf-8", "<a>é</a>");
    ck_assert(text.lied);
    EXPECT("<a>é</a>", "text/xml; charset=//TRANSLIT", "utf-8", "<a>é</a>");
}
END_TEST

START_TEST(much_utf8)
{
    /* One character may be chance, eight are not. */
    EXPECT("<?xml version='1.0' encoding='koi8-r'?>\xc2\xb6", NULL, "koi8-r",
           "<?xml version='1.0' encoding='koi8-r'?>б╤");
    EXPECT("<?xml version='1.0' encoding='iso-8859-1'?>éàüößéàü", NULL, "utf-8",
           "<?xml version='1.0' encoding='iso-8859-1'?>éàüößéàü");
    EXPECT("<?xml version='1.0' encoding='unicode'?>é", NULL, "utf-8",
           "<?xml version='1.0' encoding='unicode'?>é");
    /* Both in one text: each byte counts as what it is. */
    EXPECT("<?xml version='1.0' encoding='utf-8'?>é\xe9", NULL, "utf-8",
           "<?xml version='1.0' encoding='utf-8'?>éé");
    EXPECT("<?xml version='1.0' encoding='l9'?>\xa4", NULL, "iso-8859-15",
           "<?xml version='1.0' encoding='l9'?>€");
    EXPECT("", NULL, "utf-8", "");
    EXPECT("x", "", "utf-8", "x");
}
END_TEST

START_TEST(stray_bytes)
{
    EXPECT("éàüöß\x92s\x01\x0b<", NULL, "utf-8", "éàüöß’s <");
    ck_assert(text.lied);
    EXPECT("a\0b", NULL, "utf-8", "ab");
}
END_TEST

START_TEST(guessed)
{
    static const char russian[] =
        "<a>\xcd\xee\xe2\xee\xf1\xf2\xe8 \xf1\xe5\xe3\xee\xe4\xed\xff \xe2 \xec\xe8\xf0\xe5: "
        "\xef\xee\xe3\xee\xe4\xe0, \xfd\xea\xee\xed\xee\xec\xe8\xea\xe0 \xe8 \xf1\xef\xee\xf0\xf2"
        "</a>";

    EXPECT(russian, NULL, "windows-1251",
           "<a>Новости сегодня в мире: погода, экономика и спорт</a>");
    ck_assert(text.lied);
}
END_TEST

START_TEST(clean)
{
    char long_text[300];

    memset(long_text, 'x', sizeof(long_text));
    for (size_t i = 0; i < sizeof(long_text); i++) {
        ck_assert(charset_clean(span_of(long_text, sizeof(long_text))));
        long_text[i] = '\x80';
        ck_assert(!charset_clean(span_of(long_text, sizeof(long_text))));
        long_text[i] = '\x1b';
        ck_assert(!charset_clean(span_of(long_text, sizeof(long_text))));
        long_text[i] = '\n';
    }
    ck_assert(!charset_clean(span_str("\xc0\x80")));
    ck_assert(!charset_clean(span_str("\xed\xa0\x80")));
    ck_assert(!charset_clean(span_str("\xef\xbf\xbe")));
    ck_assert(!charset_clean(span_str("\xe2\x82")));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("charset");
    TCase *tests = tcase_create("charset");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tests, NULL, drop);
    tcase_add_test(tests, plain);
    tcase_add_test(tests, marks);
    tcase_add_test(tests, declared);
    tcase_add_test(tests, lies);
    tcase_add_test(tests, much_utf8);
    tcase_add_test(tests, stray_bytes);
    tcase_add_test(tests, guessed);
    tcase_add_test(tests, clean);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

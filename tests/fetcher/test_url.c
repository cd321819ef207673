#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "fetcher/url.h"

struct sample {
    const char *base, *ref, *want; /* want NULL: refused */
};

static void check_samples(const struct sample *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *got = url_resolve(s[i].base, span_str(s[i].ref));
        ck_assert_msg(got == s[i].want || (got && s[i].want && strcmp(got, s[i].want) == 0),
                      "'%s' under '%s' gave '%s'", s[i].ref, s[i].base, got);
        free(got);
    }
}

#define CHECK(samples) check_samples(samples, sizeof samples / sizeof *samples)
#define BASE           "http://a/b/c/d;p?q"

START_TEST(follows_rfc_3986)
{
    static const struct sample S[] = {
        {BASE, "g", "http://a/b/c/g"},
        {BASE, "./g", "http://a/b/c/g"},
        {BASE, "g/", "http://a/b/c/g/"},
        {BASE, "/g", "http://a/g"},
        {BASE, "//g", "http://g"},
        {BASE, "?y", "http://a/b/c/d;p?y"},
        {BASE, "g?y", "http://a/b/c/g?y"},
        {BASE, "#s", "http://a/b/c/d;p?q#s"},
        {BASE, "g#s", "http://a/b/c/g#s"},
        {BASE, "g;x=1/../y", "http://a/b/c/y"},
        {BASE, "", "http://a/b/c/d;p?q"},
        {BASE, ".", "http://a/b/c/"},
        {BASE, "..", "http://a/b/"},
        {BASE, "../..", "http://a/"},
        {BASE, "../../../g", "http://a/g"},
        {BASE, "/./g", "http://a/g"},
        {BASE, "g.", "http://a/b/c/g."},
        {BASE, "..g", "http://a/b/c/..g"},
        {BASE, "g?y/../x", "http://a/b/c/g?y/../x"},
        {BASE, "g#s/../x", "http://a/b/c/g#s/../x"},
        {BASE, "http:g", "http://a/b/c/g"},
        {"http://a", "g", "http://a/g"},
    };

    CHECK(S);
}
END_TEST

START_TEST(cleans)
{
    static const struct sample S[] = {
        {NULL, " \t\nhttp://e.org/a\r\n ", "http://e.org/a"},
        {NULL, "HTTPS://E.org/A", "https://E.org/A"},
        {NULL, "http:/e.org/a", "http://e.org/a"},
        {NULL, "http:\\\\e.org\\a?b\\c", "http://e.org/a?b\\c"},
        {NULL, "ht\ntp://e.\x01org/a b", "http://e.org/a%20b"},
        {NULL, "http://e.org/\"<x>`", "http://e.org/%22%3Cx%3E%60"},
        {NULL, "http://e.org/\xe4", "http://e.org/%E4"},
        {NULL, "http://e.org/\xc3\xa4\xe2\x80\xae", "http://e.org/\xc3\xa4"},
        {NULL, "a/b", "a/b"},
        {"x/y/", "a/b", "x/y/a/b"},
        {"mailto:a@e.org", "b", "b"},
    };

    CHECK(S);
}
END_TEST

START_TEST(refuses)
{
    static const struct sample S[] = {
        {BASE, "javascript:alert(1)", NULL},   {BASE, " JaVa\tScript:alert(1)", NULL},
        {BASE, "\x01vbscript:x", NULL},        {BASE, "data:text/html,x", NULL},
        {BASE, "file:///etc/passwd", NULL},    {BASE, "https://", NULL},
        {BASE, "https://:80/", NULL},          {BASE, "https://a b/", NULL},
        {BASE, "https://a:b/", NULL},          {BASE, "https://[x]/", NULL},
        {NULL, "javascript%3Aalert(1)", NULL}, {NULL, "a&b:c", NULL},
        {"javascript:x", "alert", "alert"},    {BASE, "mailto:a@e.org", "mailto:a@e.org"},
    };

    CHECK(S);
}
END_TEST

START_TEST(is_bounded)
{
    char *huge = malloc(URL_MAX + 2);

    memset(huge, 'a', URL_MAX + 1);
    huge[URL_MAX + 1] = '\0';
    ck_assert_ptr_null(url_resolve(BASE, span_str(huge)));
    free(huge);
}
END_TEST

START_TEST(knows_http_and_hosts)
{
    char *host = url_host("https://u:p@Example.ORG:8080/x");

    ck_assert_str_eq(host, "example.org");
    free(host);
    host = url_host("http://[2001:db8::1]:80/");
    ck_assert_str_eq(host, "2001:db8::1");
    free(host);
    ck_assert_ptr_null(url_host("mailto:a@e.org"));
    ck_assert_ptr_null(url_host(NULL));
    ck_assert(url_is_http("HTTP://e.org"));
    ck_assert(!url_is_http("ftp://e.org"));
    ck_assert(!url_is_http("http:e.org"));
    ck_assert(!url_is_http("/e.org"));
    ck_assert(!url_is_http(NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("url");
    TCase *tcase = tcase_create("url");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tcase, follows_rfc_3986);
    tcase_add_test(tcase, cleans);
    tcase_add_test(tcase, refuses);
    tcase_add_test(tcase, is_bounded);
    tcase_add_test(tcase, knows_http_and_hosts);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Which addresses are of one origin. */
#include <check.h>

#include "common/origin.h"

static const struct {
    const char *from, *to;
    bool same;
} pairs[] = {
    {"https://a.example/x", "https://A.example/y?z", true},
    {"HTTPS://a.example:443/x", "https://a.example", true},
    {"https://a.example:/", "https://a.example:0443/", true},
    {"https://u:p@a.example/x", "https://a.example/y", true},
    {"http://a.example/x", "https://a.example/", true},
    {"http://a.example:80", "https://a.example:443?q", true},
    {"http://[::1]/", "https://[::1]/", true},
    {"http://[::1]:8080/", "http://[::1]:8080#x", true},
    {"https://a.example/x", "http://a.example/x", false},
    {"https://a.example/", "https://www.a.example/", false},
    {"https://a.example/", "https://a.example:8443/", false},
    {"http://a.example:8080/", "https://a.example:8080/", false},
    {"http://a.example:443/", "https://a.example/", false},
    {"http://a.example/", "https://a.example:8443/", false},
    {"https://[::1]:1/", "https://[::1]/", false},
    {"https://[::1]/", "https://[::2]/", false},
    {"https://a.example/", "https://a.example@evil.example/", false},
    {"https://a.example/", "https://evil.example/@a.example", false},
    {"https://a.example/", "https://evil.example#@a.example", false},
    {"https://a.example/", "https://a.example:x/", false},
    {"https://a.example/", "https://a.example:99999999999999999999/", false},
    {"https://", "https://", false},
    {"https:///x", "https:///x", false},
    {"https://:443", "https://:443", false},
    {"ftp://a.example/", "ftp://a.example/", false},
    {"a.example", "a.example", false},
    {"", "", false},
};

START_TEST(same)
{
    struct span from = span_str(pairs[_i].from), to = span_str(pairs[_i].to);

    ck_assert_msg(origin_is_same(from, to) == pairs[_i].same, "%s %s", from.p, to.p);
}
END_TEST

START_TEST(parts)
{
    struct origin origin = origin_of(span_str("Https://me:pa@ss@H.example:8443/f:1@x"));

    ck_assert(origin.secure);
    ck_assert(span_eq(origin.host, span_str("H.example")));
    ck_assert_int_eq(origin.port, 8443);
    origin = origin_of(span_str("http://[fe80::1]?x"));
    ck_assert(!origin.secure);
    ck_assert(span_eq(origin.host, span_str("[fe80::1]")));
    ck_assert_int_eq(origin.port, 80);
    ck_assert_uint_eq(origin_of(span_of(NULL, 0)).host.n, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("origin");
    TCase *tcase = tcase_create("origin");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, same, 0, sizeof(pairs) / sizeof(pairs[0]));
    tcase_add_test(tcase, parts);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

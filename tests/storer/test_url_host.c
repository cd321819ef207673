/* Addresses as the storer keeps them. */
#include <check.h>

#include "storer/url_host.h"

static const struct {
    const char *text, *url, *host;
} addresses[] = {
    {"HTTP://Example.ORG", "http://example.org/", "example.org"},
    {" https://u:p@Example.org:8443/A?b#c ", "https://example.org:8443/A?b", "example.org"},
    {"https://user@Example.org/A", "https://example.org/A", "example.org"},
    {"https://a:b@c@e.org/", "https://e.org/", "e.org"},
    {"https://@e.org/", "https://e.org/", "e.org"},
    {"http://[::1]:80/x", "http://[::1]/x", "[::1]"},
    {"http://[::1]/x@y", "http://[::1]/x@y", "[::1]"},
    {"http://e.org:80/", "http://e.org/", "e.org"},
    {"http://e.org:443/", "http://e.org:443/", "e.org"},
    {"https://e.org:443", "https://e.org/", "e.org"},
    {"https://e.org:80/", "https://e.org:80/", "e.org"},
    {"https://e.org:/x", "https://e.org/x", "e.org"},
    {"http://a?b", "http://a/?b", "a"},
    {"http://a#b/c", "http://a/", "a"},
    {"feed:https://e.org/x", "https://e.org/x", "e.org"},
    {"feed:http://e.org/x", "http://e.org/x", "e.org"},
    {"FEED://E.org/x", "http://e.org/x", "e.org"},
    {"http://b\xc3\xbc"
     "cher.example/",
     "http://b\xc3\xbc"
     "cher.example/",
     "b\xc3\xbc"
     "cher.example"},
    {"feed:e.org", NULL, NULL},
    {"feed:", NULL, NULL},
    {"feed:feed://e.org/", NULL, NULL},
    {"ftp://a/", NULL, NULL},
    {"http://", NULL, NULL},
    {"http://u:p@/", NULL, NULL},
    {"http://a b/", NULL, NULL},
    {"http://a\\@b/", NULL, NULL},
    {"http:///x", NULL, NULL},
    {"http://a:b/", NULL, NULL},
    {"http://a:65536/", NULL, NULL},
    {"http://a:99999999999999999999/", NULL, NULL},
    {"http://[::1/", NULL, NULL},
    {"http://[::1]x/", NULL, NULL},
    {"", NULL, NULL},
};

START_TEST(one_spelling)
{
    struct buf url = {0}, host = {0};
    const char *text = addresses[_i].text;
    int got = url_host(span_str(text), &url, &host);

    ck_assert_msg(got == (addresses[_i].url ? 0 : -1), "%s", text);
    if (got == 0) {
        ck_assert_str_eq(url.data, addresses[_i].url);
        ck_assert_str_eq(host.data, addresses[_i].host);
        /* What was made so stays so. */
        ck_assert_int_eq(url_host(span_str(addresses[_i].url), &url, &host), 0);
        ck_assert_str_eq(url.data, addresses[_i].url);
    }
    buf_free(&url);
    buf_free(&host);
}
END_TEST

static const struct {
    const char *text, *user, *password;
} users[] = {
    {"https://u:p@e.org/", "u", "p"},
    {"https://u@e.org/", "u", ""},
    {"https://u:@e.org/", "u", ""},
    {"https://:p@e.org/", "", "p"},
    {"feed://u:p:q@e.org/", "u", "p:q"},
    {"https://a%40b.org:100%25%20%e2%82%ac@e.org/", "a@b.org", "100% \xe2\x82\xac"},
    {"https://u%4:p%@e.org/", "u%4", "p%"},
    {"https://u:a@b@e.org/", "u", "a@b"},
    {"https://e.org/", NULL, NULL},
    {"https://@e.org/", NULL, NULL},
    {"https://e.org/u:p@x", NULL, NULL},
    {"https://e.org?u:p@x", NULL, NULL},
    {"u:p@e.org", NULL, NULL},
};

START_TEST(user_information)
{
    struct buf user = {0}, password = {0};
    bool got = url_user(span_str(users[_i].text), &user, &password);

    ck_assert_msg(got == (users[_i].user != NULL), "%s", users[_i].text);
    if (got) {
        ck_assert(span_eq(buf_span(&user), span_str(users[_i].user)));
        ck_assert(span_eq(buf_span(&password), span_str(users[_i].password)));
    }
    buf_free(&user);
    buf_free(&password);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("addresses");
    TCase *tcase = tcase_create("addresses");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, one_spelling, 0, sizeof(addresses) / sizeof(addresses[0]));
    tcase_add_loop_test(tcase, user_information, 0, sizeof(users) / sizeof(users[0]));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

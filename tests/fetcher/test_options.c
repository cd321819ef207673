/* The private options of a source: what is taken out of them.  What is refused: see
 * tests/common/test_source_options.c. */
#include "tests/common/world.h"

#include "fetcher/options.h"

static struct options *options;
static const char *why;

static void teardown(void)
{
    options_destroy(&options);
}

static void good(const char *json)
{
    options_destroy(&options);
    options = options_read(span_str(json), &why);
    ck_assert_msg(options && !why, "%s: %s", json, why);
}

static void bad(const char *json)
{
    options_destroy(&options);
    options = options_read(span_str(json), &why);
    ck_assert_msg(!options && why, "%s", json);
    ck_assert_msg(!strstr(why, "s3cret"), "%s", why);
}

START_TEST(none)
{
    ck_assert_ptr_null(options_read(span_of(NULL, 0), &why));
    ck_assert_ptr_null(why);
    good("{}");
    good("{\"of another version\": [1, 2]}");
    ck_assert(!options->user && !options->bearer && !options->proxy && !options->header_count);
    options_destroy(&options);
    options_destroy(&options);
}
END_TEST

START_TEST(no_object)
{
    bad("nonsense");
    bad("{\"cookies\": \"a=1\"");
    bad("{\"cookies\": \"a\\u0000b\"}");
}
END_TEST

START_TEST(credentials)
{
    good("{\"credentials\": {\"basic\": {\"user\": \"me\", \"password\": \"a:b c\"}}}");
    ck_assert_str_eq(options->user, "me");
    ck_assert_str_eq(options->password, "a:b c");
    good("{\"credentials\": {\"basic\": {\"user\": \"me\"}}}");
    ck_assert_str_eq(options->password, "");
    good("{\"credentials\": {\"bearer\": \"abc.def_=\"}}");
    ck_assert_str_eq(options->bearer, "abc.def_=");
    bad("{\"credentials\": \"s3cret\"}");
}
END_TEST

START_TEST(headers)
{
    good("{\"headers\": {\"X-Key\": \"s3cret\", \"Accept\": \"\", \"X-Tab\": \" \\ta\\tb\"}}");
    ck_assert_uint_eq(options->header_count, 3);
    ck_assert_str_eq(options->headers[0], "X-Key: s3cret");
    ck_assert_str_eq(options->headers[1], "Accept;");
    ck_assert_str_eq(options->headers[2], "X-Tab: a\tb");
    bad("{\"headers\": {\"X-Key\": \"s3cret\\n\"}}");
}
END_TEST

START_TEST(proxy)
{
    good("{\"proxy\": \"http://me:s3%63ret@proxy.example:3128/\"}");
    ck_assert_str_eq(options->proxy, "http://proxy.example:3128");
    ck_assert_str_eq(options->proxy_user, "me");
    ck_assert_str_eq(options->proxy_password, "s3cret");
    good("{\"proxy\": \"socks5h://[::1]:1080\"}");
    ck_assert_str_eq(options->proxy, "socks5h://[::1]:1080");
    ck_assert_ptr_null(options->proxy_user);
    good("{\"proxy\": \"socks5://10.0.0.1\"}");
    good("{\"proxy\": \"\"}");
    ck_assert_ptr_null(options->proxy);
    bad("{\"proxy\": \"http://me:s3cret@\"}");
}
END_TEST

START_TEST(tls)
{
    good("{\"tls\": {\"verify\": false}}");
    ck_assert(options->unverified);
    good("{\"tls\": {\"verify\": true, \"ca\": \"/etc/ca.pem\"}}");
    ck_assert(!options->unverified);
    ck_assert_str_eq(options->ca, "/etc/ca.pem");
    good("{\"tls\": {\"pin\": \"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;"
         "sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=\"}}");
    bad("{\"tls\": {\"verify\": \"no\"}}");
}
END_TEST

START_TEST(rest)
{
    good("{\"cookies\": \"a=1; b=2\", \"user_agent\": \"Mozilla/5.0\", \"downgrade\": true}");
    ck_assert_str_eq(options->cookies, "a=1; b=2");
    ck_assert_str_eq(options->user_agent, "Mozilla/5.0");
    ck_assert(options->downgrade);
    bad("{\"user_agent\": null}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *all = tcase_create("options");

    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, none);
    tcase_add_test(all, no_object);
    tcase_add_test(all, credentials);
    tcase_add_test(all, headers);
    tcase_add_test(all, proxy);
    tcase_add_test(all, tls);
    tcase_add_test(all, rest);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

/* The private options of a source. */
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
    bad("[]");
    bad("\"text\"");
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
    bad("{\"credentials\": {\"basic\": {\"user\": \"a:b\", \"password\": \"s3cret\"}}}");
    bad("{\"credentials\": {\"basic\": {\"user\": \"a\", \"password\": \"s3cret\\n\"}}}");
    bad("{\"credentials\": {\"basic\": {\"user\": 1}}}");
    bad("{\"credentials\": {\"basic\": \"me:s3cret\"}}");
    bad("{\"credentials\": {\"bearer\": \"s3cret\\r\\nX: y\"}}");
    bad("{\"credentials\": {\"bearer\": \"\"}}");
    bad("{\"credentials\": {\"bearer\": \"s3cret\", \"basic\": {\"user\": \"a\"}}}");
}
END_TEST

START_TEST(headers)
{
    good("{\"headers\": {\"X-Key\": \"s3cret\", \"Accept\": \"\", \"X-Tab\": \" \\ta\\tb\"}}");
    ck_assert_uint_eq(options->header_count, 3);
    ck_assert_str_eq(options->headers[0], "X-Key: s3cret");
    ck_assert_str_eq(options->headers[1], "Accept;");
    ck_assert_str_eq(options->headers[2], "X-Tab: a\tb");
    bad("{\"headers\": {\"X-Key\": \"s3cret\\r\\nHost: evil\"}}");
    bad("{\"headers\": {\"X-Key\": \"s3cret\\n\"}}");
    bad("{\"headers\": {\"X Key\": \"s3cret\"}}");
    bad("{\"headers\": {\"X-Key:\": \"s3cret\"}}");
    bad("{\"headers\": {\"X\\r\\nY\": \"s3cret\"}}");
    bad("{\"headers\": {\"\": \"s3cret\"}}");
    bad("{\"headers\": {\"X-\\u00e4\": \"s3cret\"}}");
    bad("{\"headers\": {\"X-Key\": 1}}");
    bad("{\"headers\": [\"X-Key: s3cret\"]}");
    bad("{\"headers\": {\"hOsT\": \"evil\"}}");
    bad("{\"headers\": {\"Content-Length\": \"5\"}}");
    bad("{\"headers\": {\"transfer-encoding\": \"chunked\"}}");
    bad("{\"headers\": {\"Connection\": \"close\"}}");
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
    bad("{\"proxy\": 3128}");
    bad("{\"proxy\": \"proxy.example:3128\"}");
    bad("{\"proxy\": \"ftp://proxy.example\"}");
    bad("{\"proxy\": \"http://\"}");
    bad("{\"proxy\": \"http://me:s3cret@\"}");
    bad("{\"proxy\": \"http://me:s3cret%0a@proxy.example\"}");
    bad("{\"proxy\": \"http://me:s3cret@proxy.example:99999\"}");
    bad("{\"proxy\": \"http://proxy.example:1:2\"}");
    bad("{\"proxy\": \"http://proxy.example/path\"}");
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
    bad("{\"tls\": false}");
    bad("{\"tls\": {\"verify\": \"no\"}}");
    bad("{\"tls\": {\"ca\": \"ca.pem\"}}");
    bad("{\"tls\": {\"pin\": \"/path/of/a/key\"}}");
    bad("{\"tls\": {\"pin\": \"sha256//AAAA=\"}}");
    bad("{\"tls\": {\"pin\": \"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;\"}}");
}
END_TEST

START_TEST(rest)
{
    good("{\"cookies\": \"a=1; b=2\", \"user_agent\": \"Mozilla/5.0\", \"downgrade\": true}");
    ck_assert_str_eq(options->cookies, "a=1; b=2");
    ck_assert_str_eq(options->user_agent, "Mozilla/5.0");
    ck_assert(options->downgrade);
    bad("{\"cookies\": {\"a\": \"s3cret\"}}");
    bad("{\"cookies\": \"a=s3cret\\r\\nX: y\"}");
    bad("{\"user_agent\": \"a\\nb\"}");
    bad("{\"user_agent\": null}");
    bad("{\"downgrade\": 1}");
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

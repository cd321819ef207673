/* What may stand in the options of a source, and the words for what may not. */
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/source_options.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const char *const good[] = {
    "{}",
    "{\"credentials\":{\"basic\":{\"user\":\"\\u00fc\",\"password\":\":@\"}}}",
    "{\"credentials\":{\"basic\":{\"user\":\"me\"}}}",
    "{\"credentials\":{\"basic\":{\"user\":\"\",\"password\":\"\"}}}",
    "{\"credentials\":{\"bearer\":\"a.b-c_~+/=\"}}",
    "{\"credentials\":{}}",
    "{\"headers\":{\"X-Key\":\"a\\tb\",\"Authorization\":\"x\",\"Empty\":\"\"}}",
    "{\"proxy\":\"\"}",
    "{\"proxy\":\"socks5h://u:p@[::1]:9050\"}",
    "{\"proxy\":\"socks5://10.0.0.1\"}",
    "{\"proxy\":\"HTTP://proxy.example/\"}",
    "{\"tls\":{\"verify\":false,\"ca\":\"/etc/ca.pem\",\"pin\":\"" PIN ";" PIN "\"}}",
    "{\"downgrade\":true,\"user_agent\":\"me\",\"cookies\":\"a=1; b=2\"}",
    "{\"cookies\":\"\",\"user_agent\":\"\",\"downgrade\":false}",
};

START_TEST(what_can_be_sent)
{
    json_t *options = parse(good[_i]);
    const char *why = source_options_fault(options, SOURCE_UNKNOWN_FAULT);

    ck_assert_msg(why == NULL, "%s: %s", good[_i], why);
    ck_assert_ptr_null(source_options_fault(options, SOURCE_UNKNOWN_PASSED));
    json_decref(options);
}
END_TEST

static const struct {
    const char *json, *words;
} bad[] = {
    {"[]", "options:"},
    {"\"x\"", "options:"},
    {"null", "options:"},
    {"{\"credentials\":\"hush\"}", "credentials:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"u\"},\"bearer\":\"hush\"}}", "credentials:"},
    {"{\"credentials\":{\"basic\":\"me:hush\"}}", "credentials.basic:"},
    {"{\"credentials\":{\"basic\":{\"password\":\"hush\"}}}", "credentials.basic:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"hush:x\"}}}", "credentials.basic.user:"},
    {"{\"credentials\":{\"basic\":{\"user\":3}}}", "credentials.basic.user:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"u\",\"password\":\"hush\\n\"}}}",
     "credentials.basic.password:"},
    {"{\"credentials\":{\"bearer\":\"hush hush\"}}", "credentials.bearer:"},
    {"{\"credentials\":{\"bearer\":\"hush\\r\\nX: y\"}}", "credentials.bearer:"},
    {"{\"credentials\":{\"bearer\":\"hush\\u00fc\"}}", "credentials.bearer:"},
    {"{\"credentials\":{\"bearer\":\"\"}}", "credentials.bearer:"},
    {"{\"credentials\":{\"bearer\":1}}", "credentials.bearer:"},
    {"{\"headers\":[\"X-Key: hush\"]}", "headers:"},
    {"{\"headers\":{\"a b\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"X-Key:\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"X\\r\\nY\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"X-\\u00e4\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"hOsT\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"Content-Length\":\"5\"}}", "headers:"},
    {"{\"headers\":{\"transfer-encoding\":\"chunked\"}}", "headers:"},
    {"{\"headers\":{\"Connection\":\"close\"}}", "headers:"},
    {"{\"headers\":{\"A\":\"hush\\r\\nB: c\"}}", "headers:"},
    {"{\"headers\":{\"A\":\"hush\\n\"}}", "headers:"},
    {"{\"headers\":{\"A\":1}}", "headers:"},
    {"{\"cookies\":{\"a\":\"hush\"}}", "cookies:"},
    {"{\"cookies\":\"hush\\u007f\"}", "cookies:"},
    {"{\"cookies\":\"a=hush\\r\\nX: y\"}", "cookies:"},
    {"{\"proxy\":3128}", "proxy:"},
    {"{\"proxy\":\"hush.example:3128\"}", "proxy:"},
    {"{\"proxy\":\"ftp://hush\"}", "proxy:"},
    {"{\"proxy\":\"http://\"}", "proxy:"},
    {"{\"proxy\":\"http:///\"}", "proxy:"},
    {"{\"proxy\":\"http://hush hush\"}", "proxy:"},
    {"{\"proxy\":\"http://me:hush hush@proxy.example\"}", "proxy:"},
    {"{\"proxy\":\"http://me:hush@\"}", "proxy:"},
    {"{\"proxy\":\"http://me:hush%0a@proxy.example\"}", "proxy:"},
    {"{\"proxy\":\"http://me:hush%00@proxy.example\"}", "proxy:"},
    {"{\"proxy\":\"http://me:hush@proxy.example:99999\"}", "proxy:"},
    {"{\"proxy\":\"http://proxy.example:0\"}", "proxy:"},
    {"{\"proxy\":\"http://proxy.example:\"}", "proxy:"},
    {"{\"proxy\":\"http://proxy.example:1:2\"}", "proxy:"},
    {"{\"proxy\":\"http://proxy.example/hush\"}", "proxy:"},
    {"{\"proxy\":\"http://proxy.example?hush\"}", "proxy:"},
    {"{\"proxy\":\"socks5://[::1\"}", "proxy:"},
    {"{\"proxy\":\"socks5://[]\"}", "proxy:"},
    {"{\"user_agent\":1}", "user_agent:"},
    {"{\"user_agent\":null}", "user_agent:"},
    {"{\"user_agent\":\"a\\nb\"}", "user_agent:"},
    {"{\"tls\":true}", "tls:"},
    {"{\"tls\":{\"verify\":\"hush\"}}", "tls.verify:"},
    {"{\"tls\":{\"ca\":\"hush\"}}", "tls.ca:"},
    {"{\"tls\":{\"pin\":\"/path/of/hush\"}}", "tls.pin:"},
    {"{\"tls\":{\"pin\":\"sha256//hush=\"}}", "tls.pin:"},
    {"{\"tls\":{\"pin\":\"" PIN ";\"}}", "tls.pin:"},
    {"{\"tls\":{\"pin\":\"\"}}", "tls.pin:"},
    {"{\"downgrade\":\"hush\"}", "downgrade:"},
    {"{\"downgrade\":1}", "downgrade:"},
};

/* The words name the member, and never its value. */
static void check_words(const char *why, const char *json, const char *words)
{
    ck_assert_msg(why != NULL, "%s", json);
    ck_assert_msg(strncmp(why, words, strlen(words)) == 0, "%s: %s", json, why);
    ck_assert_ptr_null(strstr(why, "hush"));
}

START_TEST(what_cannot)
{
    json_t *options = parse(bad[_i].json);

    check_words(source_options_fault(options, SOURCE_UNKNOWN_FAULT), bad[_i].json, bad[_i].words);
    check_words(source_options_fault(options, SOURCE_UNKNOWN_PASSED), bad[_i].json, bad[_i].words);
    json_decref(options);
}
END_TEST

static const struct {
    const char *json, *words;
} unknown[] = {
    {"{\"hush\":1}", "options:"},
    {"{\"credentials\":{\"hush\":1}}", "credentials:"},
    {"{\"credentials\":{\"bearer\":\"a\",\"hush\":1}}", "credentials:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"u\",\"hush\":1}}}", "credentials.basic:"},
    {"{\"tls\":{\"hush\":1}}", "tls:"},
};

START_TEST(of_another_version)
{
    json_t *options = parse(unknown[_i].json);

    check_words(source_options_fault(options, SOURCE_UNKNOWN_FAULT), unknown[_i].json,
                unknown[_i].words);
    ck_assert_ptr_null(source_options_fault(options, SOURCE_UNKNOWN_PASSED));
    json_decref(options);
}
END_TEST

START_TEST(no_json)
{
    check_words(source_options_fault(NULL, SOURCE_UNKNOWN_PASSED), "", "options:");
}
END_TEST

START_TEST(bytes)
{
    char *text = malloc(SOURCE_OPTIONS_BYTES_MAX);
    size_t around = strlen("{\"cookies\":\"\"}");
    json_t *options = json_object();

    memset(text, 'a', SOURCE_OPTIONS_BYTES_MAX);
    json_object_set_new(options, "cookies",
                        json_stringn(text, SOURCE_OPTIONS_BYTES_MAX - around + 1));
    check_words(source_options_fault(options, SOURCE_UNKNOWN_PASSED), "", "options: more");
    json_object_set_new(options, "cookies", json_stringn(text, SOURCE_OPTIONS_BYTES_MAX - around));
    ck_assert_ptr_null(source_options_fault(options, SOURCE_UNKNOWN_PASSED));
    json_decref(options);
    free(text);
}
END_TEST

START_TEST(count_of_headers)
{
    json_t *options = json_object(), *headers = json_object();

    json_object_set(options, "headers", headers);
    for (int i = 0; i <= SOURCE_HEADERS_MAX; i++) {
        char name[16];

        ck_assert_ptr_null(source_options_fault(options, SOURCE_UNKNOWN_FAULT));
        snprintf(name, sizeof(name), "H%d", i);
        json_object_set_new(headers, name, json_string(""));
    }
    check_words(source_options_fault(options, SOURCE_UNKNOWN_FAULT), "", "headers:");
    json_decref(headers);
    json_decref(options);
}
END_TEST

static const struct {
    const char *text, *address, *user, *password;
} proxies[] = {
    {"http://proxy.example", "http://proxy.example", NULL, NULL},
    {"http://me:s3%63ret@proxy.example:3128/", "http://proxy.example:3128", "me", "s3cret"},
    {"https://me@proxy.example", "https://proxy.example", "me", ""},
    {"socks5://a:b:c@d@[::1]:1080", "socks5://[::1]:1080", "a", "b:c@d"},
    {"socks5h://@h", "socks5h://h", "", ""},
    {"http://100%:%4@h", "http://h", "100%", "%4"},
};

static void same(const char *got, const char *wanted)
{
    if (wanted)
        ck_assert_str_eq(got, wanted);
    else
        ck_assert_ptr_null(got);
}

START_TEST(parts_of_a_proxy)
{
    struct source_proxy proxy;

    ck_assert(source_proxy_read(proxies[_i].text, &proxy));
    same(proxy.address, proxies[_i].address);
    same(proxy.user, proxies[_i].user);
    same(proxy.password, proxies[_i].password);
    source_proxy_clear(&proxy);
    ck_assert(!proxy.address && !proxy.user && !proxy.password);
    ck_assert(!source_proxy_read("http://me:x@", &proxy));
    ck_assert(!proxy.address && !proxy.user && !proxy.password);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("source options");
    TCase *tcase = tcase_create("source options");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, what_can_be_sent, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tcase, what_cannot, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_loop_test(tcase, of_another_version, 0, sizeof(unknown) / sizeof(unknown[0]));
    tcase_add_test(tcase, no_json);
    tcase_add_test(tcase, bytes);
    tcase_add_test(tcase, count_of_headers);
    tcase_add_loop_test(tcase, parts_of_a_proxy, 0, sizeof(proxies) / sizeof(proxies[0]));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* Options of sources: merging, the form they are kept in, what is refused. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "storer/command_options.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    return value;
}

static const struct {
    const char *old, *change, *text;
} merges[] = {
    {"{}", "{}", ""},
    {"{}", "{\"cookies\":\"a=1\"}", "{\"cookies\":\"a=1\"}"},
    {"{\"cookies\":\"a=1\"}", "{\"cookies\":null}", ""},
    {"{\"cookies\":\"a=1\"}", "{\"cookies\":\"\"}", ""},
    {"{\"cookies\":\"a=1\"}", "{\"proxy\":\"http://p\"}",
     "{\"cookies\":\"a=1\",\"proxy\":\"http://p\"}"},
    {"{\"headers\":{\"A\":\"1\"}}", "{\"headers\":{\"B\":\"2\"}}",
     "{\"headers\":{\"A\":\"1\",\"B\":\"2\"}}"},
    {"{\"headers\":{\"A\":\"1\"}}", "{\"headers\":{\"A\":null}}", ""},
    {"{}", "{\"headers\":{\"A\":\"\"}}", "{\"headers\":{\"A\":\"\"}}"},
    {"{}", "{\"credentials\":{\"basic\":{\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"\",\"user\":\"u\"}}}"},
    {"{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"user\":\"v\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"v\"}}}"},
    {"{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":null}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"\",\"user\":\"u\"}}}"},
    {"{\"credentials\":{\"basic\":{\"password\":\"p\",\"user\":\"u\"}}}",
     "{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"bearer\":\"t\"}}"},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"basic\":{\"user\":\"u\"}}}",
     "{\"credentials\":{\"basic\":{\"password\":\"\",\"user\":\"u\"}}}"},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"basic\":null}}",
     "{\"credentials\":{\"bearer\":\"t\"}}"},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":null}", ""},
    {"{\"credentials\":{\"bearer\":\"t\"}}", "{\"credentials\":{\"bearer\":null}}", ""},
    {"{}", "{\"tls\":{\"verify\":true},\"downgrade\":false}", ""},
    {"{\"tls\":{\"ca\":\"/c\",\"verify\":false}}", "{\"tls\":{\"verify\":true}}",
     "{\"tls\":{\"ca\":\"/c\"}}"},
};

START_TEST(merging)
{
    json_t *old = parse(merges[_i].old), *change = parse(merges[_i].change);
    json_t *merged = options_merge(old, change), *again = NULL;
    json_t *untouched = parse(merges[_i].old);
    char *text = NULL;

    options_settle(merged);
    text = options_text(merged);
    ck_assert_str_eq(text, merges[_i].text);
    ck_assert_ptr_null(options_fault(merged));
    ck_assert(json_equal(old, untouched));
    again = options_of_text(span_str(text));
    ck_assert(json_equal(again, merged));
    free(text);
    json_decref(old);
    json_decref(change);
    json_decref(merged);
    json_decref(again);
    json_decref(untouched);
}
END_TEST

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const char *const good[] = {
    "{}",
    "{\"credentials\":{\"basic\":{\"user\":\"\\u00fc\",\"password\":\":@\"}}}",
    "{\"credentials\":{\"bearer\":\"a.b-c_~+/=\"}}",
    "{\"headers\":{\"X-Key\":\"a\\tb\",\"Authorization\":\"x\",\"Empty\":\"\"}}",
    "{\"proxy\":\"socks5h://u:p@[::1]:9050\"}",
    "{\"proxy\":\"HTTP://proxy.example\"}",
    "{\"tls\":{\"verify\":false,\"ca\":\"/etc/ca.pem\",\"pin\":\"" PIN ";" PIN "\"}}",
    "{\"downgrade\":true,\"user_agent\":\"me\",\"cookies\":\"a=1; b=2\"}",
};

START_TEST(what_can_be_sent)
{
    json_t *options = parse(good[_i]);
    const char *why = options_fault(options);

    ck_assert_msg(why == NULL, "%s: %s", good[_i], why);
    json_decref(options);
}
END_TEST

static const struct {
    const char *json, *words;
} bad[] = {
    {"[]", "options:"},
    {"\"x\"", "options:"},
    {"{\"hush\":1}", "options:"},
    {"{\"credentials\":\"hush\"}", "credentials:"},
    {"{\"credentials\":{\"hush\":1}}", "credentials:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"u\"},\"bearer\":\"hush\"}}", "credentials:"},
    {"{\"credentials\":{\"basic\":\"hush\"}}", "credentials.basic:"},
    {"{\"credentials\":{\"basic\":{\"password\":\"hush\"}}}", "credentials.basic:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"hush:x\"}}}", "credentials.basic.user:"},
    {"{\"credentials\":{\"basic\":{\"user\":3}}}", "credentials.basic.user:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"u\",\"password\":\"hush\\n\"}}}",
     "credentials.basic.password:"},
    {"{\"credentials\":{\"basic\":{\"user\":\"u\",\"hush\":1}}}", "credentials.basic:"},
    {"{\"credentials\":{\"bearer\":\"hush hush\"}}", "credentials.bearer:"},
    {"{\"credentials\":{\"bearer\":1}}", "credentials.bearer:"},
    {"{\"headers\":[]}", "headers:"},
    {"{\"headers\":{\"a b\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"host\":\"hush\"}}", "headers:"},
    {"{\"headers\":{\"A\":\"hush\\r\\nB: c\"}}", "headers:"},
    {"{\"headers\":{\"A\":1}}", "headers:"},
    {"{\"cookies\":{\"a\":\"hush\"}}", "cookies:"},
    {"{\"cookies\":\"hush\\u007f\"}", "cookies:"},
    {"{\"proxy\":\"ftp://hush\"}", "proxy:"},
    {"{\"proxy\":\"http://\"}", "proxy:"},
    {"{\"proxy\":\"http://hush hush\"}", "proxy:"},
    {"{\"user_agent\":1}", "user_agent:"},
    {"{\"tls\":true}", "tls:"},
    {"{\"tls\":{\"hush\":1}}", "tls:"},
    {"{\"tls\":{\"verify\":\"hush\"}}", "tls.verify:"},
    {"{\"tls\":{\"ca\":\"hush\"}}", "tls.ca:"},
    {"{\"tls\":{\"pin\":\"sha256//hush\"}}", "tls.pin:"},
    {"{\"tls\":{\"pin\":\"" PIN ";\"}}", "tls.pin:"},
    {"{\"downgrade\":\"hush\"}", "downgrade:"},
};

/* The words name the member, and never its value. */
START_TEST(what_cannot)
{
    json_t *options = parse(bad[_i].json);
    const char *why = NULL;

    options_settle(options);
    why = options_fault(options);
    ck_assert_msg(why != NULL, "%s", bad[_i].json);
    ck_assert_msg(strncmp(why, bad[_i].words, strlen(bad[_i].words)) == 0, "%s: %s", bad[_i].json,
                  why);
    ck_assert_ptr_null(strstr(why, "hush"));
    json_decref(options);
}
END_TEST

START_TEST(bounds)
{
    char *text = malloc(OPTIONS_BYTES_MAX + 1);
    json_t *options = json_object(), *headers = json_object();

    memset(text, 'a', OPTIONS_BYTES_MAX);
    text[OPTIONS_BYTES_MAX] = '\0';
    json_object_set_new(options, "cookies", json_string(text));
    ck_assert_ptr_nonnull(options_fault(options));
    text[OPTIONS_BYTES_MAX - 100] = '\0';
    json_object_set_new(options, "cookies", json_string(text));
    ck_assert_ptr_null(options_fault(options));
    json_object_del(options, "cookies");
    for (int i = 0; i < 65; i++) {
        char name[8];

        ck_assert_ptr_null(options_fault(options));
        snprintf(name, sizeof(name), "H%d", i);
        json_object_set_new(headers, name, json_string(""));
        json_object_set(options, "headers", headers);
    }
    ck_assert_ptr_nonnull(options_fault(options));
    json_decref(headers);
    json_decref(options);
    free(text);
}
END_TEST

START_TEST(damaged_text)
{
    static const char *const texts[] = {"", "{", "[]", "7"};

    for (int i = 0; i < 4; i++) {
        json_t *options = options_of_text(span_str(texts[i]));

        ck_assert(json_is_object(options));
        ck_assert_uint_eq(json_object_size(options), 0);
        json_decref(options);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tcase, merging, 0, sizeof(merges) / sizeof(merges[0]));
    tcase_add_loop_test(tcase, what_can_be_sent, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tcase, what_cannot, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tcase, bounds);
    tcase_add_test(tcase, damaged_text);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

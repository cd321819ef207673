/* What a person sets of a source: keys, values, secrets. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/settings.h"
#include "reader/verbs.h"

const struct verb *const verbs[] = {NULL};

static json_t *wishes;
static char folder[32], *warned;

static void setup(void)
{
    strcpy(folder, "/tmp/weir-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    wishes = json_object();
}

static void teardown(void)
{
    char *command = mem_printf("rm -rf '%s'", folder);

    ck_assert_int_eq(system(command), 0);
    free(command);
    json_decref(wishes);
    free(warned);
    warned = NULL;
}

/* Takes a word; what it says on standard error is kept in warned. */
static int take(const char *word)
{
    char *path = mem_printf("%s/stderr", folder);
    int before = dup(STDERR_FILENO), code = 0;
    char text[2000] = "";
    FILE *file = NULL;

    ck_assert_ptr_nonnull(freopen(path, "w", stderr));
    code = settings_word(wishes, word);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    free(path);
    free(warned);
    warned = mem_strdup(text);
    return code;
}

static void expect(const char *json)
{
    char *text = json_dumps(wishes, JSON_COMPACT | JSON_SORT_KEYS);

    ck_assert_str_eq(text, json);
    free(text);
}

static const struct {
    const char *word, *json;
} right[] = {
    {"title=My feed", "{\"title\":\"My feed\"}"},
    {"title=a=b", "{\"title\":\"a=b\"}"},
    {"title=", "{\"title\":\"\"}"},
    {"title=@@home", "{\"title\":\"@home\"}"},
    {"category=a/b", "{\"category\":\"a/b\"}"},
    {"interval=15m", "{\"interval_ms\":900000}"},
    {"interval=1d", "{\"interval_ms\":86400000}"},
    {"interval=none", "{\"interval_ms\":0}"},
    {"interval=", "{\"interval_ms\":0}"},
    {"user=me", "{\"options\":{\"credentials\":{\"basic\":{\"user\":\"me\"}}}}"},
    {"user=", "{\"options\":{\"credentials\":{\"basic\":null}}}"},
    {"password=x", "{\"options\":{\"credentials\":{\"basic\":{\"password\":\"x\"}}}}"},
    {"bearer=t", "{\"options\":{\"credentials\":{\"bearer\":\"t\"}}}"},
    {"bearer=", "{\"options\":{\"credentials\":{\"bearer\":null}}}"},
    {"header.X-A.b=1", "{\"options\":{\"headers\":{\"X-A.b\":\"1\"}}}"},
    {"header.X=", "{\"options\":{\"headers\":{\"X\":null}}}"},
    {"cookies=a=1; b=2", "{\"options\":{\"cookies\":\"a=1; b=2\"}}"},
    {"proxy=http://p:1", "{\"options\":{\"proxy\":\"http://p:1\"}}"},
    {"user-agent=me/1", "{\"options\":{\"user_agent\":\"me/1\"}}"},
    {"tls-verify=no", "{\"options\":{\"tls\":{\"verify\":false}}}"},
    {"tls-verify=yes", "{\"options\":{\"tls\":{\"verify\":true}}}"},
    {"tls-verify=", "{\"options\":{\"tls\":{\"verify\":null}}}"},
    {"tls-ca=/etc/../etc/passwd", "{\"options\":{\"tls\":{\"ca\":\"/etc/passwd\"}}}"},
    {"tls-pin=sha256//x", "{\"options\":{\"tls\":{\"pin\":\"sha256//x\"}}}"},
    {"downgrade=yes", "{\"options\":{\"downgrade\":true}}"},
};

START_TEST(keys)
{
    ck_assert(settings_is(right[_i].word));
    ck_assert_int_eq(take(right[_i].word), 0);
    expect(right[_i].json);
}
END_TEST

static const struct {
    const char *word;
    int code;
} wrong[] = {
    {"nothing", APP_USAGE},          {"colour=red", APP_USAGE},       {"=x", APP_USAGE},
    {"titles=x", APP_USAGE},         {"header.=x", APP_USAGE},        {"Title=x", APP_USAGE},
    {"interval=soon", APP_USAGE},    {"interval=15", APP_USAGE},      {"interval=-1h", APP_USAGE},
    {"tls-verify=maybe", APP_USAGE}, {"downgrade=1", APP_USAGE},      {"title=\xff", APP_USAGE},
    {"tls-ca=/nonexistent", APP_IO}, {"title=@/nonexistent", APP_IO},
};

START_TEST(what_makes_no_sense)
{
    ck_assert_msg(take(wrong[_i].word) == wrong[_i].code, "%s", wrong[_i].word);
    ck_assert_ptr_nonnull(strstr(warned, "weir: "));
    expect("{}");
}
END_TEST

START_TEST(several_go_together)
{
    ck_assert_int_eq(take("user=me"), 0);
    ck_assert_int_eq(take("password=x"), 0);
    ck_assert_int_eq(take("header.A=1"), 0);
    ck_assert_int_eq(take("header.B=2"), 0);
    ck_assert_int_eq(take("title=t"), 0);
    expect("{\"options\":{\"credentials\":{\"basic\":{\"password\":\"x\",\"user\":\"me\"}},"
           "\"headers\":{\"A\":\"1\",\"B\":\"2\"}},\"title\":\"t\"}");
}
END_TEST

static char *write_file(const char *text)
{
    char *path = mem_printf("%s/secret", folder);
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return path;
}

START_TEST(a_file_gives_the_value)
{
    char *path = write_file("hush hush\r\n"), *word = mem_printf("password=@%s", path);

    ck_assert_int_eq(take(word), 0);
    expect("{\"options\":{\"credentials\":{\"basic\":{\"password\":\"hush hush\"}}}}");
    ck_assert_str_eq(warned, "");
    free(word);
    free(path);
}
END_TEST

START_TEST(a_file_may_be_too_large)
{
    char *path = write_file("x"), *word = mem_printf("password=@%s", path);

    ck_assert_int_eq(truncate(path, 100000), 0);
    ck_assert_int_eq(take(word), APP_DATA);
    expect("{}");
    free(word);
    free(path);
}
END_TEST

START_TEST(standard_input_gives_a_line_each)
{
    char *path = write_file("me\nhush\n");

    ck_assert_ptr_nonnull(freopen(path, "r", stdin));
    ck_assert_int_eq(take("user=@-"), 0);
    ck_assert_int_eq(take("password=@-"), 0);
    expect("{\"options\":{\"credentials\":{\"basic\":{\"password\":\"hush\",\"user\":\"me\"}}}}");
    ck_assert_str_eq(warned, "");
    ck_assert_int_eq(take("bearer=@-"), APP_DATA);
    free(path);
}
END_TEST

/* What stands on the command line stands in the list of processes. */
START_TEST(secrets_in_the_open)
{
    static const char *const secrets[] = {"password=x", "bearer=x", "header.Authorization=x",
                                          "cookies=x", "proxy=http://u:p@h:1"};
    static const char *const others[] = {"user=x", "proxy=http://h:1", "password=", "title=x",
                                         "user-agent=x"};

    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        ck_assert_int_eq(take(secrets[i]), 0);
        ck_assert_msg(strstr(warned, "warning") != NULL, "%s", secrets[i]);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ck_assert_int_eq(take(others[i]), 0);
        ck_assert_msg(!*warned, "%s: %s", others[i], warned);
    }
}
END_TEST

START_TEST(addresses_are_no_settings)
{
    static const char *const words[] = {
        "https://e.org/?title=x", "e.org/title=x", "e.org", "", "e.org/?a=b", "header.=x"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        ck_assert_msg(!settings_is(words[i]), "%s", words[i]);
}
END_TEST

/* The help names every key. */
START_TEST(help)
{
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        char *key = mem_dup(right[i].word, strcspn(right[i].word, "=."));

        ck_assert_msg(strstr(settings_help, key) != NULL, "%s", key);
        free(key);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tcase = tcase_create("settings");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, keys, 0, sizeof(right) / sizeof(right[0]));
    tcase_add_loop_test(tcase, what_makes_no_sense, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tcase, several_go_together);
    tcase_add_test(tcase, a_file_gives_the_value);
    tcase_add_test(tcase, a_file_may_be_too_large);
    tcase_add_test(tcase, standard_input_gives_a_line_each);
    tcase_add_test(tcase, secrets_in_the_open);
    tcase_add_test(tcase, addresses_are_no_settings);
    tcase_add_test(tcase, help);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

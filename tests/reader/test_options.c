/* The command line of weir. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/config.h"
#include "reader/call.h"
#include "reader/options.h"

static const struct verb list = {
    .name = "list",
    .words = "",
    .summary = "lists",
    .options = {{"limit", "N", "how many"}, {"wait", NULL, "until"}, {"follow", NULL, "on"}},
};
static const struct verb show = {
    .name = "show", .words = "ONE", .least = 1, .most = 2, .summary = "shows"};
static const struct verb find = {
    .name = "find", .words = "QUERY...", .least = 1, .most = 9, .summary = "finds"};
const struct verb *const verbs[] = {&list, &show, &find, NULL};

static struct call call;

static void setup(void)
{
    unsetenv("WEIR_CONFIG");
    setenv("WEIR_RUNTIME_DIR", "/tmp/weir-test", 1);
    setenv("WEIR_STORE_PATH", "/tmp/weir-test/db", 1);
    call = (struct call){0};
}

static void teardown(void)
{
    options_end(&call);
}

/* Splits at spaces and reads; the words live as long as the test. */
static int run(const char *line)
{
    static char text[1000];
    static char *argv[50];
    char *rest = NULL;
    int argc = 0;

    snprintf(text, sizeof(text), "weir %s", line);
    for (char *word = strtok_r(text, " ", &rest); word && argc < 49;
         word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
    return options_read(&call, argc, argv);
}

START_TEST(options_stand_anywhere)
{
    int64_t limit = 0;

    ck_assert_int_eq(run("--json --set reader.timeout_ms=77 list --limit 5 --wait"), -1);
    ck_assert_str_eq(call.verb->name, "list");
    ck_assert(call.json);
    ck_assert_int_eq(call.config->reader_timeout_ms, 77);
    ck_assert(call_number(&call, "limit", 9, 1, 10, &limit));
    ck_assert_int_eq(limit, 5);
    ck_assert_ptr_nonnull(call_option(&call, "wait"));
    ck_assert_ptr_null(call_option(&call, "follow"));
    ck_assert_ptr_null(call_option(&call, "nothing"));
}
END_TEST

START_TEST(values_behind_an_equals_sign)
{
    ck_assert_int_eq(run("list --limit=5 --set=reader.timeout_ms=88 -f"), -1);
    ck_assert_str_eq(call_option(&call, "limit"), "5");
    ck_assert_int_eq(call.config->reader_timeout_ms, 88);
    ck_assert_ptr_nonnull(call_option(&call, "follow"));
}
END_TEST

/* "-word" is part of a query; elsewhere it is an option that is not there. */
START_TEST(a_minus_in_a_query)
{
    ck_assert_int_eq(run("find river -flood -is:read --json"), -1);
    ck_assert_int_eq(call.word_count, 3);
    ck_assert_str_eq(call.words[1], "-flood");
    ck_assert(call.json);
    options_end(&call);
    call = (struct call){0};
    ck_assert_int_eq(run("show -flood"), APP_USAGE);
}
END_TEST

START_TEST(words)
{
    ck_assert_int_eq(run("show -- --json"), -1);
    ck_assert_int_eq(call.word_count, 1);
    ck_assert_str_eq(call.words[0], "--json");
    ck_assert(!call.json);
}
END_TEST

static const struct {
    const char *line;
    int code;
} lines[] = {
    {"", APP_USAGE},
    {"--help", APP_OK},
    {"-h", APP_OK},
    {"list --help", APP_OK},
    {"--help list", APP_OK},
    {"--version", APP_OK},
    {"--help-config", APP_OK},
    {"nothing", APP_USAGE},
    {"list word", APP_USAGE},
    {"show", APP_USAGE},
    {"show 1 2 3", APP_USAGE},
    {"list --nothing", APP_USAGE},
    {"list -x", APP_USAGE},
    {"list --limit", APP_USAGE},
    {"list --wait=1", APP_USAGE},
    {"--limit 5 list", APP_USAGE}, /* a verb's options come after it */
    {"show 1 --limit 5", APP_USAGE},
    {"list --set", APP_USAGE},
    {"list --set reader.timeout_ms=x", APP_CONFIG},
    {"list --set nothing.here=1", APP_CONFIG},
    {"list --config /nonexistent", APP_CONFIG},
};

START_TEST(exit_codes)
{
    ck_assert_msg(run(lines[_i].line) == lines[_i].code, "%s", lines[_i].line);
}
END_TEST

START_TEST(numbers)
{
    static const char *const wrong[] = {"0", "11", "x", "5x", "", "99999999999999999999", "1.5"};
    int64_t limit = 0, id = 0;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        call = (struct call){.verb = &list, .values = {wrong[i]}};
        ck_assert_msg(!call_number(&call, "limit", 9, 1, 10, &limit), "%s", wrong[i]);
    }
    call = (struct call){.verb = &list};
    ck_assert(call_number(&call, "limit", 9, 1, 10, &limit));
    ck_assert_int_eq(limit, 9);
    ck_assert(call_id("12", &id));
    ck_assert_int_eq(id, 12);
    ck_assert(!call_id("-1", &id));
    ck_assert(!call_id("0", &id));
    ck_assert(!call_id("a", &id));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("options");
    TCase *tcase = tcase_create("options");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, options_stand_anywhere);
    tcase_add_test(tcase, values_behind_an_equals_sign);
    tcase_add_test(tcase, a_minus_in_a_query);
    tcase_add_test(tcase, words);
    tcase_add_loop_test(tcase, exit_codes, 0, sizeof(lines) / sizeof(lines[0]));
    tcase_add_test(tcase, numbers);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

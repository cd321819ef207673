/* The command line of a stage: what it prints, and its exit codes. */
#include "tests/common/world.h"

#include <sys/wait.h>

#include "common/app.h"

static char *said; /* what the last run printed, on both outputs */

static int run_oneshot(const char *argument)
{
    printf("one-shot %s\n", argument ? argument : "alone");
    return 7;
}

static int run_with_settings(const char *argument, const struct config *config)
{
    printf("with %s %s\n", argument, config->log_level);
    return 8;
}

static const struct app_oneshot oneshots[] = {
    {"show", "FILE", "prints a file", run_oneshot, NULL},
    {"list", NULL, "prints all", run_oneshot, NULL},
    {"try", "FILE", "tries a file", NULL, run_with_settings},
    {0},
};

static const struct app_spec spec = {.name = "weir-test",
                                     .stage = "embedder",
                                     .summary = "A stage for tests.",
                                     .oneshots = oneshots};

static void setup(void)
{
    world_open();
}

static void teardown(void)
{
    free(said);
    world_close();
}

static void read_back(const char *path)
{
    FILE *file = fopen(path, "r");
    struct buf text = {0};
    char line[4096];

    while (file && fgets(line, sizeof(line), file))
        buf_adds(&text, line);
    fclose(file);
    free(said);
    said = buf_take(&text);
}

/* Starts a process with these arguments, up to a NULL; its exit code, 200 where it would go on. */
static int run(const char *first, ...)
{
    char *arguments[16] = {(char *)"weir-test"};
    char *path = mem_printf("%s/said", world_folder);
    va_list more;
    int count = 1;
    int status = 0;
    pid_t child = -1;

    va_start(more, first);
    for (const char *word = first; word; word = va_arg(more, const char *))
        arguments[count++] = (char *)(uintptr_t)word;
    va_end(more);
    child = fork();
    if (child == 0) {
        struct app app;
        int code = 0;

        if (!freopen(path, "w", stdout) || dup2(fileno(stdout), STDERR_FILENO) < 0)
            _exit(99);
        setvbuf(stdout, NULL, _IONBF, 0);
        code = app_start(&app, &spec, count, arguments);
        if (code < 0)
            printf("instance %s\n", app.instance);
        _exit(code < 0 ? 200 : code);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    read_back(path);
    free(path);
    return WEXITSTATUS(status);
}

static void printed(const char *words)
{
    ck_assert_msg(strstr(said, words), "not \"%s\" but: %s", words, said);
}

START_TEST(help)
{
    ck_assert_int_eq(run("--help", NULL), 0);
    printed("usage: weir-test");
    printed("A stage for tests.");
    printed("--show FILE");
    printed("--set KEY=VALUE");
    ck_assert_int_eq(run("--version", NULL), 0);
    printed("weir-test ");
    ck_assert_int_eq(run("--help-config", NULL), 0);
    printed("link.hwm_jobs = 4");
}
END_TEST

START_TEST(wrong_usage)
{
    ck_assert_int_eq(run("--nothing", NULL), APP_USAGE);
    printed("--nothing: no such option");
    ck_assert_int_eq(run("word", NULL), APP_USAGE);
    printed("word: no such argument");
    ck_assert_int_eq(run("--set", NULL), APP_USAGE);
    printed("--set: an argument is expected");
    ck_assert_int_eq(run("--show", NULL), APP_USAGE);
    printed("--show: an argument is expected");
}
END_TEST

START_TEST(oneshot)
{
    ck_assert_int_eq(run("--show", "x", NULL), 7);
    printed("one-shot x");
    ck_assert_int_eq(run("--list", NULL), 7);
    printed("one-shot alone");
    /* With the settings that stand before and behind it. */
    ck_assert_int_eq(run("--try", "x", "--set", "log.level=error", NULL), 8);
    printed("with x error");
    ck_assert_int_eq(run("--set", "log.level=debug", "--try", "y", NULL), 8);
    printed("with y debug");
    ck_assert_int_eq(run("--try", "x", "--nonsense", NULL), APP_USAGE);
}
END_TEST

START_TEST(wrong_settings)
{
    ck_assert_int_eq(run("--set", "link.hwm_jobs=0", NULL), APP_CONFIG);
    printed("weir-test: --set: link.hwm_jobs = 0: a whole number from 1 to 10000");
    ck_assert_int_eq(run("--config", "/nowhere/weir.conf", NULL), APP_CONFIG);
    printed("/nowhere/weir.conf");
    ck_assert_int_eq(run("--config", "/tmp", NULL), APP_CONFIG);
    printed("/tmp: not a regular file");
    ck_assert_int_eq(run("--set", "log.level=loud", NULL), APP_CONFIG);
    printed("error, warning, notice, info or debug");
    ck_assert_int_eq(run("--set", "runtime.dir=/proc/nowhere", NULL), APP_CONFIG);
    printed("runtime.dir");
}
END_TEST

/* It starts with a name that no other process has, and makes its folder. */
START_TEST(starts)
{
    char *dir = mem_printf("runtime.dir=%s/a/b/run", world_folder);
    char *path = mem_printf("%s/a/b/run", world_folder);
    char *first = NULL;

    ck_assert_int_eq(run("--set", dir, NULL), 200);
    printed("instance embedder-");
    ck_assert_int_eq(access(path, F_OK), 0);
    first = mem_strdup(said);
    ck_assert_int_eq(run("--set", dir, NULL), 200);
    ck_assert_str_ne(first, said);
    free(first);
    free(dir);
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("app");
    TCase *all = tcase_create("app");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, help);
    tcase_add_test(all, wrong_usage);
    tcase_add_test(all, oneshot);
    tcase_add_test(all, wrong_settings);
    tcase_add_test(all, starts);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

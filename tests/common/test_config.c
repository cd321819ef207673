/* Settings: where they come from, which wins, and what is said of a mistake. */
#include "tests/common/world.h"

#include "common/app_options.h"

__attribute__((weak)) void __lsan_disable(void);
__attribute__((weak)) void __lsan_enable(void);

static struct config *config;
static struct buf error;
static char path[64];

static void setup(void)
{
    config = config_create();
    snprintf(path, sizeof(path), "/tmp/weir-test-conf-XXXXXX");
    close(mkstemp(path));
}

static void teardown(void)
{
    unlink(path);
    config_destroy(&config);
    buf_free(&error);
}

static int load(const char *text)
{
    FILE *file = fopen(path, "w");

    fputs(text, file);
    fclose(file);
    buf_clear(&error);
    return config_load(config, path, &error);
}

/* All of these words stand in the error. */
static void said(const char *a, const char *b, const char *c)
{
    ck_assert_ptr_nonnull(error.data);
    ck_assert_msg(strstr(error.data, a) && strstr(error.data, b) && strstr(error.data, c), "%s",
                  error.data);
}

START_TEST(defaults)
{
    ck_assert_int_eq(config->link_hwm_jobs, 4);
    ck_assert_int_eq(config->broker_drain_ms, 15000);
    ck_assert_str_eq(config->log_level, "info");
    ck_assert_str_eq(config->runtime_dir, "");
}
END_TEST

START_TEST(file)
{
    ck_assert_int_eq(load("# a comment\nfetcher\n    concurrency = 7\n    contact = \"a b\"\n"
                          "link\n    hwm_jobs = 9   # more\n"),
                     0);
    ck_assert_int_eq(config->fetcher_concurrency, 7);
    ck_assert_str_eq(config->fetcher_contact, "a b");
    ck_assert_int_eq(config->link_hwm_jobs, 9);
    ck_assert_int_eq(load(""), 0);
}
END_TEST

/* Each names the file, the line, the key and what is allowed. */
START_TEST(file_mistakes)
{
    char line[96];

    ck_assert_int_eq(load("log\n    level = info\nfetcher\n    redirects = 3\n"
                          "    concurrency = 901\n"),
                     -1);
    snprintf(line, sizeof(line), "%s line 5", path);
    said(line, "fetcher.concurrency = 901", "from 1 to 900 (requests)");
    ck_assert_int_eq(config->fetcher_redirects, 3); /* what was set before stays */
    ck_assert_int_eq(config->fetcher_concurrency, 64);

    ck_assert_int_eq(load("fetcher\n    concurrency = 0\n"), -1);
    said("line 2", "fetcher.concurrency = 0", "from 1 to 900");
    ck_assert_int_eq(load("fetcher\n    concurrency = 5x\n"), -1);
    said("line 2", "5x", "whole number");
    ck_assert_int_eq(load("fetcher\n    concurrency = 99999999999999999999\n"), -1);
    said("line 2", "fetcher.concurrency", "whole number");
    ck_assert_int_eq(load("fetcher\n    concurency = 5\n"), -1);
    said("line 2", "fetcher.concurency", "no such setting");
    /* The same name in another section is not mistaken for it. */
    ck_assert_int_eq(load("embedder\n    pending = 5\ndeduper\n    pending = 0\n"), -1);
    said("line 4", "deduper.pending = 0", "from 1 to 10000");
    ck_assert_int_eq(load("nothing\n    pending = 5\n"), -1);
    said("line 2", "nothing.pending", "no such setting");
    ck_assert_int_eq(load("concurrency = 5\n"), -1);
    said("line 1", "concurrency", "section");
    ck_assert_int_eq(load("fetcher\n    concurrency = 5\n        redirects = 4\n"), -1);
    said("line 2", "fetcher.concurrency", "settings of its own");
    ck_assert_int_eq(load("runtime\n    dir = /123456789012345678901234567890123456789012345678901"
                          "234567890123456789012345678901234567890\n"),
                     -1);
    said("line 2", "runtime.dir", "longer than 80 bytes");
}
END_TEST

START_TEST(no_file)
{
    ck_assert_int_eq(config_load(config, "/nowhere/weir.conf", &error), -1);
    said("/nowhere/weir.conf", "No such file", "");
    buf_clear(&error);
    /* czmq 4.2.1 leaves its file object behind when a file is no ZPL. */
    if (__lsan_disable)
        __lsan_disable();
    ck_assert_int_eq(load("\x01\x02 = = =\n  bad\n\tworse"), -1);
    if (__lsan_enable)
        __lsan_enable();
    said(path, "", "");
}
END_TEST

START_TEST(environment)
{
    char *good[] = {(char *)"HOME=/root",           (char *)"WEIR_FETCHER_CONCURRENCY=12",
                    (char *)"WEIR_CONFIG=/nowhere", (char *)"WEIR_FAULT=x",
                    (char *)"WEIR_LINK_HWM_JOBS=5", NULL};
    char *unknown[] = {(char *)"WEIR_FETCHER_NOTHING=1", NULL};
    char *wrong[] = {(char *)"WEIR_LINK_HWM_JOBS=0", NULL};

    ck_assert_int_eq(config_environment(config, good, &error), 0);
    ck_assert_int_eq(config->fetcher_concurrency, 12);
    ck_assert_int_eq(config->link_hwm_jobs, 5);
    ck_assert_int_eq(config_environment(config, unknown, &error), -1);
    said("environment", "WEIR_FETCHER_NOTHING", "no such setting");
    buf_clear(&error);
    ck_assert_int_eq(config_environment(config, wrong, &error), -1);
    said("environment", "link.hwm_jobs = 0", "from 1 to 10000");
}
END_TEST

START_TEST(assignments)
{
    ck_assert_int_eq(config_set(config, "fetcher.contact=a=b", "--set", &error), 0);
    ck_assert_str_eq(config->fetcher_contact, "a=b");
    ck_assert_int_eq(config_set(config, "fetcher.concurrency", "--set", &error), -1);
    said("--set", "section.name=value", "");
    buf_clear(&error);
    ck_assert_int_eq(config_set(config, "fetcher.concurrency=", "--set", &error), -1);
    said("--set", "fetcher.concurrency", "1 to 900");
    buf_clear(&error);
    ck_assert_int_eq(config_set(config, "fetcher.=5", "--set", &error), -1);
    said("--set", "fetcher.", "no such setting");
}
END_TEST

/* Defaults, then the file, then the environment, then --set. */
START_TEST(the_later_wins)
{
    char *set = (char *)"fetcher.redirects=4";
    struct config *all = NULL;

    load("fetcher\n    redirects = 2\n    concurrency = 2\n    entries = 2\n");
    setenv("WEIR_FETCHER_REDIRECTS", "3", 1);
    setenv("WEIR_FETCHER_CONCURRENCY", "3", 1);
    ck_assert_int_eq(app_settings("test", path, &set, 1, &all), 0);
    ck_assert_int_eq(all->fetcher_redirects, 4);
    ck_assert_int_eq(all->fetcher_concurrency, 3);
    ck_assert_int_eq(all->fetcher_entries, 2);
    ck_assert_int_eq(all->link_hwm_jobs, 4);
    config_destroy(&all);
    /* $WEIR_CONFIG names the file where nobody else does. */
    setenv("WEIR_CONFIG", path, 1);
    ck_assert_int_eq(app_settings("test", NULL, NULL, 0, &all), 0);
    ck_assert_int_eq(all->fetcher_entries, 2);
    config_destroy(&all);
}
END_TEST

START_TEST(settings_that_depend_on_each_other)
{
    ck_assert_int_eq(config_finish(config, &error), 0);
    ck_assert_int_ne(*config->runtime_dir, '\0');
    ck_assert_int_ne(*config->store_path, '\0');
    config->service_lost_ms = config->service_heartbeat_ms;
    ck_assert_int_eq(config_finish(config, &error), -1);
    said("service.lost_ms", "service.heartbeat_ms", "");
    buf_clear(&error);
    config->service_lost_ms = 5000;
    config->storer_poll_floor_ms = config->storer_poll_ceiling_ms + 1;
    ck_assert_int_eq(config_finish(config, &error), -1);
    said("storer.poll_floor_ms", "storer.poll_ceiling_ms", "");
    buf_clear(&error);
    config->storer_poll_floor_ms = 1000;
    config->fetcher_item_bytes = config->link_message_bytes;
    ck_assert_int_eq(config_finish(config, &error), -1);
    said("fetcher.item_bytes", "link.message_bytes", "");
}
END_TEST

/* Where the sockets and the store lie when nobody says. */
START_TEST(default_places)
{
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    setenv("STATE_DIRECTORY", "/var/lib/weir:/other", 1);
    ck_assert_int_eq(config_finish(config, &error), 0);
    ck_assert_str_eq(config->runtime_dir, "/run/user/7/weir");
    ck_assert_str_eq(config->store_path, "/var/lib/weir/weir.db");
    config_destroy(&config);
    config = config_create();
    unsetenv("STATE_DIRECTORY");
    setenv("XDG_DATA_HOME", "/data", 1);
    ck_assert_int_eq(config_finish(config, &error), 0);
    ck_assert_str_eq(config->store_path, "/data/weir/weir.db");
}
END_TEST

/* Every setting stands in --help-config with its range, and every default is within it. */
START_TEST(help)
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    config_print(out);
    fclose(out);
#define INT(section, name, preset, min, max, unit, help)                                           \
    ck_assert_msg(strstr(text, #section "." #name " = " #preset "\n"), #section "." #name);        \
    ck_assert_msg((min) <= (preset) && (preset) <= (max), #section "." #name);
#define STR(section, name, preset, longest, help)                                                  \
    ck_assert_msg(strstr(text, #section "." #name " = \"" preset "\"\n"), #section "." #name);     \
    ck_assert_uint_le(strlen(preset), longest);
#include "common/params.def"
#undef INT
#undef STR
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *all = tcase_create("settings");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, defaults);
    tcase_add_test(all, file);
    tcase_add_test(all, file_mistakes);
    tcase_add_test(all, no_file);
    tcase_add_test(all, environment);
    tcase_add_test(all, assignments);
    tcase_add_test(all, the_later_wins);
    tcase_add_test(all, settings_that_depend_on_each_other);
    tcase_add_test(all, default_places);
    tcase_add_test(all, help);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

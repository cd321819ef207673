/* Files that cannot be used, and a disk that is full for a while. */
#include <sys/resource.h>

#include "tests/storer/ring.h"

static struct ring ring;
static struct msg_header header;
static struct msg_job job;

static void setup(void)
{
    ring_open(&ring);
}

static void teardown(void)
{
    ring_close(&ring);
}

static void write_file(const char *name, const char *text, size_t n)
{
    char *path = mem_printf("%s/%s", ring.dir, name);
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, n, file), n);
    fclose(file);
    free(path);
}

START_TEST(not_a_database)
{
    char noise[8192];

    memset(noise, 'x', sizeof(noise));
    write_file("weir.db", noise, sizeof(noise));
    ring_exec(&ring);
    ck_assert_int_eq(ring_wait(&ring), APP_CONFIG);
}
END_TEST

START_TEST(newer_schema)
{
    struct db *db = NULL;
    struct buf why = {0};
    enum db_error error = DB_OK;
    FILE *file = NULL;
    static const unsigned char version[4] = {0, 0, 3, 232};

    db = db_open(ring.config->store_path, 1000, &error, &why);
    ck_assert_msg(db != NULL, "%s", why.data);
    db_close(&db);
    /* user_version lies at offset 60 (sqlite.org/fileformat2.html, 1.3). */
    file = fopen(ring.config->store_path, "r+");
    ck_assert_ptr_nonnull(file);
    fseek(file, 60, SEEK_SET);
    ck_assert_uint_eq(fwrite(version, 1, 4, file), 4);
    fclose(file);
    ring_exec(&ring);
    ck_assert_int_eq(ring_wait(&ring), APP_CONFIG);
    buf_free(&why);
}
END_TEST

START_TEST(no_such_folder)
{
    ring_set(&ring, "store.path=/nonexistent/folder/weir.db");
    ring_exec(&ring);
    ck_assert_int_ne(ring_wait(&ring), 0);
}
END_TEST

START_TEST(damaged_in_the_middle)
{
    FILE *file = NULL;
    char noise[4096];

    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ck_assert_int_eq(ring_stop(&ring), 0);
    memset(noise, 0xa5, sizeof(noise));
    file = fopen(ring.config->store_path, "r+");
    ck_assert_ptr_nonnull(file);
    for (int page = 1; page < 40; page++) {
        fseek(file, page * 4096L, SEEK_SET);
        ck_assert_uint_eq(fwrite(noise, 1, sizeof(noise), file), sizeof(noise));
    }
    fclose(file);
    ring_exec(&ring);
    ck_assert_int_eq(ring_wait(&ring), APP_CONFIG);
}
END_TEST

START_TEST(second_storer)
{
    pid_t first = 0;

    ring_go(&ring);
    first = ring.pid;
    ring_exec(&ring);
    ck_assert_int_eq(ring_wait(&ring), APP_CONFIG);
    ring.pid = first;
}
END_TEST

/* A limit on the size of files stands in for a disk that is full: each write beyond it fails. */
START_TEST(full_disk_loses_nothing)
{
    struct rlimit limit = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGXFSZ, &ignore, NULL); /* inherited by the storer */
    ring_set(&ring, "storer.disk_retry_ms=50");
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ck_assert_int_eq(prlimit(ring.pid, RLIMIT_FSIZE, &limit, NULL), 0);
    ring_report(&ring, header.fetch, header.source, 0, 20, "");
    ring_verdicts(&ring, header.fetch, header.source, 0, 15);
    ring_until_figure(&ring, "pauses", 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item"), 0);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(prlimit(ring.pid, RLIMIT_FSIZE, &limit, NULL), 0);
    ring_verdicts(&ring, header.fetch, header.source, 15, 5);
    ring_until(&ring, "SELECT count (*) FROM item", 20);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ring_sum(&ring);
    ck_assert_int_eq(ring_figure(&ring, "stored"), 20);
    ck_assert_int_eq(ring_stop(&ring), 0);
}
END_TEST

START_TEST(full_disk_while_items_flow)
{
    struct rlimit limit = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGXFSZ, &ignore, NULL);
    ring_set(&ring, "storer.disk_retry_ms=20");
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ring_report(&ring, header.fetch, header.source, 0, 300, "");
    for (unsigned i = 0; i < 10; i++) {
        limit.rlim_cur = i % 2 ? RLIM_INFINITY : 0;
        ck_assert_int_eq(prlimit(ring.pid, RLIMIT_FSIZE, &limit, NULL), 0);
        ring_verdicts(&ring, header.fetch, header.source, i * 30, 30);
        if (i % 2)
            ring_until(&ring, "SELECT count (*) FROM item", (i + 1) * 30);
    }
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ring_sum(&ring);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (DISTINCT key) FROM item"), 300);
}
END_TEST

int main(int argc, char **argv)
{
    int code = ring_main(argc, argv);
    Suite *suite = NULL;
    TCase *tcase = NULL;
    SRunner *runner = NULL;
    int failed = 0;

    if (code >= 0)
        return code;
    suite = suite_create("storer file");
    tcase = tcase_create("file");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, not_a_database);
    tcase_add_test(tcase, newer_schema);
    tcase_add_test(tcase, no_such_folder);
    tcase_add_test(tcase, damaged_in_the_middle);
    tcase_add_test(tcase, second_storer);
    tcase_add_test(tcase, full_disk_loses_nothing);
    tcase_add_test(tcase, full_disk_while_items_flow);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* When damage that the store's connection meets is believed. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/config.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/service.h"
#include "storer/db_inner.h"
#include "storer/db_log.h"
#include "storer/writer_inner.h"

enum { LONG_MS = 24 * 3600 * 1000 };

static char dir[32];
static char *path;
static struct config *config;
static struct service service;
static struct writer writer;

static struct db *open_store(void)
{
    struct buf why = {0};
    enum db_error error = DB_OK;
    struct db *db = db_open(path, 1000, &error, &why);

    ck_assert_msg(db != NULL, "%s", why.data);
    buf_free(&why);
    return db;
}

static void setup(void)
{
    strcpy(dir, "/tmp/weir-disk-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    path = mem_printf("%s/weir.db", dir);
    config = config_create();
    service = (struct service){.app = {.loop = loop_create(1000)}};
    writer = (struct writer){.service = &service,
                             .config = config,
                             .counters = &service.app.counters,
                             .db = open_store()};
}

static void teardown(void)
{
    char *command = mem_printf("rm -rf %s", dir);

    disk_free(&writer);
    db_close(&writer.db);
    config_destroy(&config);
    loop_destroy(&service.app.loop);
    ck_assert_int_eq(system(command), 0);
    free(path);
    free(command);
}

static void meet(int code)
{
    db_begin(writer.db);
    db_fail(writer.db, code);
    disk_failed(&writer);
}

START_TEST(damage_is_looked_at_again)
{
    for (int i = 0; i < 2; i++) {
        meet(SQLITE_CORRUPT);
        ck_assert_int_eq(writer.stuck, DB_IO);
        ck_assert(db_in_doubt(writer.db));
        ck_assert_int_eq(service.app.exit_code, APP_OK);
    }
    meet(SQLITE_CORRUPT_VTAB);
    ck_assert_int_eq(writer.stuck, DB_CORRUPT);
    ck_assert_int_eq(service.app.exit_code, APP_CONFIG);
}
END_TEST

START_TEST(damage_long_ago_is_another)
{
    for (int i = 0; i < 9; i++) {
        meet(SQLITE_CORRUPT);
        ck_assert_int_eq(writer.stuck, DB_IO);
        writer.disk.damaged_ms -= LONG_MS;
    }
    ck_assert_int_eq(service.app.exit_code, APP_OK);
}
END_TEST

START_TEST(other_errors_are_no_damage)
{
    for (int i = 0; i < 9; i++) {
        meet(SQLITE_FULL);
        ck_assert_int_eq(writer.stuck, DB_FULL);
    }
    ck_assert(!db_in_doubt(writer.db));
    ck_assert_int_eq(service.app.exit_code, APP_OK);
}
END_TEST

static bool save(struct db *db, struct db_meta *meta, uint64_t head)
{
    bool saved = false;

    meta->head = head;
    db_begin(db);
    db_meta_save(db, meta);
    saved = db_commit(db);
    db_meta_saved(db, meta);
    return saved;
}

START_TEST(lost_commits_are_damage)
{
    struct db *other = open_store();
    struct db_meta meta = {0}, older = {0};

    ck_assert(db_meta_load(writer.db, path, &meta));
    ck_assert(save(writer.db, &meta, 7));
    ck_assert(db_meta_load(other, path, &older));
    ck_assert(save(other, &older, 6));
    for (int i = 0; i < 3; i++) { /* it is no less each time it is looked at */
        db_rollback(writer.db);
        ck_assert(!db_meta_load(writer.db, path, &meta));
        ck_assert_int_eq(db_error(writer.db), DB_CORRUPT);
    }
    ck_assert(save(other, &older, 8)); /* a commit whose end was not heard of */
    db_rollback(writer.db);
    ck_assert(db_meta_load(writer.db, path, &meta));
    ck_assert_uint_eq(meta.head, 8);
    db_close(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("disk");
    TCase *tcase = tcase_create("disk");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, damage_is_looked_at_again);
    tcase_add_test(tcase, damage_long_ago_is_another);
    tcase_add_test(tcase, other_errors_are_no_damage);
    tcase_add_test(tcase, lost_commits_are_damage);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

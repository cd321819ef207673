/* Stores that programs of every earlier schema made (tests/data/stores): each is brought to the
 * newest one, keeps every row it had, and is whole. */
#include <check.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zstd.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/mem.h"
#include "storer/db.h"
#include "storer/db_schema.h"
#include "storer/verify.h"

enum { BYTES_MOST = 1 << 20, KILLS = 6, KILL_STEP_US = 3000 };

static char folder[64], *former, *store;

static void unpack_to(int version, const char *path)
{
    char *name = mem_printf("tests/data/stores/v%d.db.zst", version);
    char *packed = mem_alloc(BYTES_MOST), *plain = mem_alloc(BYTES_MOST);
    FILE *file = fopen(name, "rb");
    size_t n = 0;

    ck_assert_msg(file != NULL, "%s (run it in the project's folder)", name);
    n = fread(packed, 1, BYTES_MOST, file);
    fclose(file);
    n = ZSTD_decompress(plain, BYTES_MOST, packed, n);
    ck_assert(!ZSTD_isError(n));
    file = fopen(path, "wb");
    ck_assert_uint_eq(fwrite(plain, 1, n, file), n);
    fclose(file);
    free(name);
    free(packed);
    free(plain);
}

static void setup(void)
{
    strcpy(folder, "/tmp/weir-stores-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    former = mem_printf("%s/former.db", folder);
    store = mem_printf("%s/weir.db", folder);
}

static void teardown(void)
{
    char *command = mem_printf("rm -rf %s", folder);

    ck_assert_int_eq(system(command), 0);
    free(command);
    free(former);
    free(store);
}

static enum db_error migrate(void)
{
    enum db_error error = DB_OK;
    struct buf why = {0};
    struct db *db = db_open(store, 1000, &error, &why);

    db_close(&db);
    buf_free(&why);
    return error;
}

/* A number, or the first column of all rows with a blank after each. */
static char *ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;
    struct buf text = {0};

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW)
        buf_printf(&text, "%s ", (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return buf_take(&text);
}

static void expect(sqlite3 *db, const char *sql, const char *wanted)
{
    char *found = ask(db, sql);

    ck_assert_msg(strcmp(found, wanted) == 0, "%s: %s", sql, found);
    free(found);
}

/* Every row of a former table is there, in all columns that it had. */
static void same_table(sqlite3 *db, const char *table)
{
    char *sql = mem_printf("SELECT group_concat ('quote (' || name || ')') FROM pragma_table_info"
                           " ('%s', 'former')",
                           table);
    char *columns = ask(db, sql), *compare = NULL;
    bool moved = strcmp(table, "body") == 0;

    compare = mem_printf("SELECT count (*) FROM (SELECT %s FROM former.%s EXCEPT SELECT %s FROM"
                         " main.%s%s)",
                         columns, table, columns, table,
                         moved ? " JOIN main.blob ON blob.hash = body.hash" : "");
    expect(db, compare, "0 ");
    free(compare);
    free(columns);
    free(sql);
}

static void same_rows(sqlite3 *db)
{
    sqlite3_stmt *s = NULL;
    int tables = 0;

    sqlite3_prepare_v2(db,
                       "SELECT name FROM former.sqlite_master WHERE type = 'table'"
                       " AND name NOT LIKE 'item_fts%' AND name NOT LIKE 'sqlite_%'",
                       -1, &s, NULL);
    for (; sqlite3_step(s) == SQLITE_ROW; tables++)
        same_table(db, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    ck_assert_int_ge(tables, 13);
}

static void text_is_found(sqlite3 *db)
{
#define FIND "SELECT rowid FROM item_fts WHERE item_fts MATCH "
    expect(db, FIND "'fish ladder' ORDER BY rowid", "1 8 ");
    expect(db, FIND "'stauhohe' ORDER BY rowid", "2 9 ");
    expect(db, FIND "'title : barrage'", "3 ");
    expect(db, FIND "'плотину'", "5 ");
    expect(db, FIND "'ΦΡΆΓΜΑ'", "7 ");
    expect(db, FIND "'source_title : wire' ORDER BY rowid", "8 9 10 ");
    expect(db, FIND "'museum NOT wheels'", "");
#undef FIND
}

/* What the programs of the time left: see tests/data/stores/make. */
static void is_whole(void)
{
    char *attach = mem_printf("ATTACH '%s' AS former", former);
    sqlite3 *db = NULL;

    ck_assert_int_eq(verify_cli(store), APP_OK);
    ck_assert_int_eq(sqlite3_open(store, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, attach, NULL, NULL, NULL), SQLITE_OK);
    same_rows(db);
    text_is_found(db);
    expect(db, "SELECT count (*) FROM item WHERE copy_of > 0", "2 ");
    expect(db, "SELECT count (*) FROM enclosure", "1 ");
    expect(db, "SELECT count (*) FROM fetch JOIN body ON body.fetch = fetch.id", "1 ");
    expect(db, "SELECT count (*) FROM fetch_item", "2 ");
    expect(db, "SELECT count (*) FROM dead WHERE length (content) > 0", "1 ");
    expect(db, "SELECT count (*) FROM source WHERE state = 1", "1 ");
    sqlite3_close(db);
    free(attach);
}

static void take(int version)
{
    unpack_to(version, former);
    unpack_to(version, store);
}

START_TEST(test_every_row_stays)
{
    take(_i);
    ck_assert_int_eq(migrate(), DB_OK);
    is_whole();
    ck_assert_int_eq(migrate(), DB_OK); /* once more: nothing is left to do */
    is_whole();
}
END_TEST

/* Killed sooner and later; what is there then is some version whole. */
START_TEST(test_killed_on_the_way)
{
    take(_i);
    for (int i = 0; i < KILLS; i++) {
        int status = 0;
        pid_t pid = fork();

        if (pid == 0)
            _exit(migrate() == DB_OK ? 0 : 1);
        usleep((useconds_t)(i * KILL_STEP_US));
        kill(pid, SIGKILL);
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    }
    ck_assert_int_eq(migrate(), DB_OK);
    is_whole();
}
END_TEST

START_TEST(test_newer_is_refused)
{
    char *sql = mem_printf("PRAGMA user_version = %d", db_schema_newest() + 1);
    sqlite3 *db = NULL;

    take(1);
    ck_assert_int_eq(sqlite3_open(store, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    ck_assert_int_eq(migrate(), DB_NEWER);
    free(sql);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stores of earlier versions");
    TCase *tests = tcase_create("stores");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, test_every_row_stays, 1, db_schema_newest());
    tcase_add_loop_test(tests, test_killed_on_the_way, 1, db_schema_newest());
    tcase_add_test(tests, test_newer_is_refused);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* Stores of earlier versions of the schema are brought to the newest one, on a copy, with all that
 * is in them. */
#include "common/app.h"
#include "common/buf.h"
#include "storer/db.h"
#include "storer/pack.h"
#include "storer/verify.h"
#include "tests/storer/sample_store.h"

static struct sample sample;
static char *copy;

static void setup(void)
{
    sample_open_version(&sample, 1);
    sample_exec(&sample, "UPDATE source SET etag = '\"e\"', last_modified = 'Mon', body_hash = -5,"
                         " last_fetch_ms = 70, last_ok_ms = 60, errors = 1, last_error = 'dns: x'"
                         " WHERE id = 1;"
                         "UPDATE source SET state = 1, credentials = 'u:p', options = '{}'"
                         " WHERE id = 2;"
                         "PRAGMA wal_checkpoint (TRUNCATE)");
    copy = mem_printf("%s.copy", sample.path);
}

static void teardown(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};

    for (int i = 0; i < 4; i++) {
        char *file = mem_printf("%s%s", copy, ends[i]);

        unlink(file);
        free(file);
    }
    free(copy);
    sample_close(&sample);
}

static void make_copy(void)
{
    char *command = mem_printf("cp '%s' '%s'", sample.path, copy);

    ck_assert_int_eq(system(command), 0);
    free(command);
}

static enum db_error migrate(void)
{
    enum db_error error = DB_OK;
    struct buf why = {0};
    struct db *db = db_open(copy, 1000, &error, &why);

    ck_assert_int_eq(db != NULL, error == DB_OK);
    db_close(&db);
    buf_free(&why);
    return error;
}

/* All rows of a query as text. */
static char *rows(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    struct buf text = {0};

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, "%s: %s", sql,
                  sqlite3_errmsg(db));
    while (sqlite3_step(s) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(s); i++) {
            const void *value = sqlite3_column_blob(s, i);

            buf_add(&text, value, (size_t)sqlite3_column_bytes(s, i));
            buf_addc(&text, '|');
        }
        buf_addc(&text, '\n');
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    return buf_take(&text);
}

static void expect(const char *path, const char *sql, const char *wanted)
{
    char *found = rows(path, sql);

    ck_assert_str_eq(found, wanted);
    free(found);
}

/* Every column that version 1 has of a table, of every row. */
static char *columns_of(const char *table)
{
    char *sql = mem_printf(
        "SELECT group_concat ('quote (' || name || ')') FROM pragma_table_info ('%s')", table);
    char *columns = rows(sample.path, sql);

    free(sql);
    columns[strlen(columns) - 2] = '\0';
    return columns;
}

static void same_rows(const char *table)
{
    char *columns = columns_of(table);
    char *sql = mem_printf("SELECT %s FROM %s ORDER BY 1, 2", columns, table);
    char *before = rows(sample.path, sql), *after = rows(copy, sql);

    ck_assert_msg(*before, "%s is empty", table);
    ck_assert_msg(strcmp(before, after) == 0, "%s:\n%s\n%s", table, before, after);
    free(before);
    free(after);
    free(sql);
    free(columns);
}

START_TEST(data_stay_as_they_are)
{
    static const char *const tables[] = {"meta",   "category",   "source",    "source_category",
                                         "fetch",  "fetch_item", "item",      "story",
                                         "vector", "dead",       "enclosure", "tombstone"};

    make_copy();
    ck_assert_int_eq(migrate(), DB_OK);
    expect(copy, "PRAGMA user_version", "4|\n");
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
        same_rows(tables[i]);
    ck_assert_int_eq(verify_cli(copy), APP_OK);
    expect(copy, "SELECT rowid FROM item_fts WHERE item_fts MATCH 'item3'", "3|\n");
    /* The former one was not touched. */
    expect(sample.path, "PRAGMA user_version", "1|\n");
}
END_TEST

START_TEST(new_columns_say_nothing_yet)
{
    make_copy();
    ck_assert_int_eq(migrate(), DB_OK);
    expect(copy,
           "SELECT gap_ms, ttl_ms, skip_hours, skip_days, moved_url, moved_times, moved_since_ms,"
           " distrust, note, alternates, last_read_ms FROM source ORDER BY id",
           "-1|-1|0|0||0|0|0|||60|\n-1|-1|0|0||0|0|0|||0|\n");
    expect(copy, "SELECT count (*) FROM vector_next", "0|\n");
    expect(copy, "SELECT count (*) FROM reembed", "0|\n");
}
END_TEST

/* Of two fetches, the same one: it is one content, under the address that a new one gets. */
START_TEST(responses_are_kept_by_content)
{
    uint8_t address[PACK_ADDRESS];
    char hex[2 * PACK_ADDRESS + 3], *p = hex;

    sample_exec(&sample, "INSERT INTO fetch (id, source, state, lane, issued_ms, sent_ms)"
                         " VALUES (10, 2, 1, 1, 1, 1), (11, 3, 1, 1, 1, 1);"
                         "INSERT INTO source (id, url, host, added_ms, next_ms)"
                         " VALUES (3, 'http://c.test/feed', 'c.test', 1, 2);"
                         "INSERT INTO body VALUES (9, 70, CAST ('packed' AS BLOB)),"
                         " (10, 70, CAST ('packed' AS BLOB)), (11, 80, CAST ('other' AS BLOB));"
                         "PRAGMA wal_checkpoint (TRUNCATE)");
    pack_address(span_str("packed"), address);
    for (int i = 0; i < PACK_ADDRESS; i++)
        p += snprintf(p, 3, "%02X", address[i]);
    strcpy(p, "|\n");
    make_copy();
    ck_assert_int_eq(migrate(), DB_OK);
    expect(copy, "SELECT hex (hash) FROM body WHERE fetch = 9", hex);
    expect(copy,
           "SELECT y.fetch, b.kind, b.bytes, b.packed, b.data FROM body y"
           " JOIN blob b ON b.hash = y.hash ORDER BY y.fetch",
           "9|1|70|6|packed|\n10|1|70|6|packed|\n11|1|80|5|other|\n");
    expect(copy, "SELECT count (*), count (DISTINCT hash) FROM blob", "2|2|\n");
    ck_assert_int_eq(verify_cli(copy), APP_OK);
}
END_TEST

/* A switch of models swaps the two tables: they must stay alike. */
START_TEST(the_next_set_has_the_columns_of_the_first)
{
    char *first = NULL, *next = NULL;

    make_copy();
    ck_assert_int_eq(migrate(), DB_OK);
    first = rows(
        copy, "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info ('vector')");
    next = rows(
        copy,
        "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info ('vector_next')");
    ck_assert_str_eq(first, next);
    free(first);
    free(next);
}
END_TEST

START_TEST(opened_again_nothing_changes)
{
    char *before = NULL, *after = NULL;

    make_copy();
    ck_assert_int_eq(migrate(), DB_OK);
    before = rows(copy, "SELECT name, sql FROM sqlite_master ORDER BY name");
    ck_assert_int_eq(migrate(), DB_OK);
    after = rows(copy, "SELECT name, sql FROM sqlite_master ORDER BY name");
    ck_assert_str_eq(before, after);
    free(before);
    free(after);
}
END_TEST

/* Each step is a transaction: a column that is there already stops it, and nothing of it stays. */
START_TEST(a_step_that_fails_leaves_the_former_version)
{
    sample_exec(&sample, "ALTER TABLE source ADD COLUMN note TEXT;"
                         "PRAGMA wal_checkpoint (TRUNCATE)");
    make_copy();
    ck_assert_int_ne(migrate(), DB_OK);
    expect(copy, "PRAGMA user_version", "1|\n");
    expect(
        copy,
        "SELECT count (*) FROM pragma_table_info ('source') WHERE name IN ('gap_ms', 'distrust')",
        "0|\n");
    same_rows("source");
    same_rows("item");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storer migrations");
    TCase *tcase = tcase_create("migrations");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, data_stay_as_they_are);
    tcase_add_test(tcase, new_columns_say_nothing_yet);
    tcase_add_test(tcase, responses_are_kept_by_content);
    tcase_add_test(tcase, the_next_set_has_the_columns_of_the_first);
    tcase_add_test(tcase, opened_again_nothing_changes);
    tcase_add_test(tcase, a_step_that_fails_leaves_the_former_version);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

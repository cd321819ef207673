/* `verify` finds planted damage, and nothing in a store that is whole. */
#include <fcntl.h>
#include <jansson.h>

#include "common/app.h"
#include "common/buf.h"
#include "storer/db_read.h"
#include "storer/verify.h"
#include "tests/storer/sample_store.h"

static struct sample sample;

static void setup(void)
{
    sample_open(&sample);
}

static void teardown(void)
{
    sample_close(&sample);
}

/* The problems of one check, on a fresh connection. */
static char *problems(const char *name, int64_t *count)
{
    struct buf error = {0};
    struct db_read *db = db_read_open(sample.path, 100, &error);
    json_t *check = NULL, *list = NULL;
    char *text = NULL;

    ck_assert_msg(db != NULL, "%s", error.data);
    check = verify_check(db, verify_of(name));
    ck_assert_ptr_nonnull(check);
    list = json_object_get(check, "problems");
    *count = json_integer_value(json_object_get(check, "count"));
    ck_assert_int_eq(*count == 0, json_is_true(json_object_get(check, "ok")));
    text = json_dumps(list, JSON_COMPACT);
    json_decref(check);
    db_read_close(&db);
    buf_free(&error);
    return text;
}

static void expect(const char *name, int64_t wanted, const char *words)
{
    int64_t count = 0;
    char *text = problems(name, &count);

    ck_assert_msg(count == wanted, "%s: %lld problems: %s", name, (long long)count, text);
    ck_assert_msg(strstr(text, words) != NULL, "%s: %s", name, text);
    free(text);
}

START_TEST(whole_store)
{
    for (size_t i = 0; i < verify_count(); i++)
        expect(verify_name(i), 0, "");
    ck_assert_int_eq(verify_cli(sample.path), APP_OK);
}
END_TEST

/* A model is changing: item 1 was not asked for yet, 2 is, 3 is done, 4 is in vain. */
#define NEXT                                                                                       \
    "INSERT INTO meta VALUES ('model', 'builtin-512-v1'), ('model_next', 'other'),"                \
    " ('next_below', 2), ('next_total', 4), ('next_done', 1), ('next_failed', 1);"                 \
    "INSERT INTO vector_next SELECT item, sequence, 'other', CASE item WHEN 3 THEN x'01' ELSE x''" \
    " END, signature, words, url_key, title_key, figures, terms FROM vector WHERE item IN (3, 4);" \
    "INSERT INTO reembed VALUES (2, 5, 1), (4, 0, 5);"

/* Each row: what is done to the store, the check that finds it, how often, with which words. */
static const struct {
    const char *damage;
    const char *check;
    int64_t count;
    const char *words;
} damages[] = {
    {"PRAGMA foreign_keys = OFF; DELETE FROM source WHERE id = 2", "references", 1,
     "source_category"},
    {"UPDATE item SET text = 'other' WHERE id = 3", "text", 1, "item 3"},
    /* the same number of words */
    {"UPDATE item SET title = 'Title 3 stone' WHERE id = 3", "text", 1, "other words"},
    {"UPDATE item SET title = text, text = title WHERE id = 3", "text", 1, "item 3"},
    {"DELETE FROM item_fts_docsize WHERE id = 2", "text", 1, "item 2 is not in the text index"},
    {"INSERT INTO item_fts (rowid, title, text, author) VALUES (50, 'a', 'b', 'c')", "text", 1,
     "item 50 is in the text index and is no item"},
    {"DELETE FROM item_fts_data WHERE id > 10", "text", 1, "malformed"},
    {"DELETE FROM story WHERE id = 3", "stories", 1, "item 3 is of story 3"},
    {"UPDATE story SET lead = 99 WHERE id = 1", "stories", 1, "lead 99 does not exist"},
    {"UPDATE story SET lead = 3 WHERE id = 1", "stories", 1, "is of story 3"},
    {"UPDATE story SET items = 4 WHERE id = 1", "stories", 1, "says 4 items"},
    {"UPDATE story SET copies = 0 WHERE id = 1", "stories", 1, "0 copies"},
    {"UPDATE story SET sources = 1 WHERE id = 1", "stories", 1, "1 sources"},
    {"UPDATE story SET last_ms = 1 WHERE id = 1", "stories", 1, "lasts from 1000 to 1"},
    {"INSERT INTO story VALUES (8, 1, 1, 1, 0, 0, 0)", "stories", 2, "story 8"},
    {"UPDATE item SET copy_of = 99 WHERE id = 2", "stories", 1, "copy of 99, which does not exist"},
    {"UPDATE item SET copy_of = 2 WHERE id = 4; UPDATE story SET copies = 2 WHERE id = 1",
     "stories", 1, "is a copy itself"},
    {"UPDATE item SET copy_of = 3 WHERE id = 2", "stories", 1, "of story 3, not 1"},
    {"UPDATE item SET guid = 'guid-1' WHERE id = 3", "keys", 1, "item 3 has another key"},
    {"UPDATE item SET source = 2 WHERE id = 3", "keys", 1, "item 3 has another key"},
    {"UPDATE fetch SET state = 0", "keys", 1, "not accepted"},
    {"DELETE FROM vector WHERE item = 2", "vectors", 1, "item 2 has no entry"},
    {"UPDATE vector SET vector = x'' WHERE item = 2", "vectors", 1, "none is wanted"},
    {"UPDATE vector SET signature = x'00' WHERE item = 2", "vectors", 1, "signature 1"},
    {"UPDATE vector SET sequence = 61 WHERE item = 2", "vectors", 1, "sequence 61"},
    {"UPDATE tombstone SET item = 2", "vectors", 1, "tombstone and is there"},
    {"UPDATE tombstone SET sequence = 20", "vectors", 1, "sequence 20"},
    {"INSERT INTO meta VALUES ('model', 'other'); UPDATE vector SET model = 'other' WHERE item > 1",
     "vectors", 1, "vector of item 1 is of builtin-512-v1, and other serves"},
    {NEXT "DELETE FROM reembed WHERE item = 2", "next", 1, "item 2 has no next vector"},
    {NEXT "UPDATE vector_next SET sequence = 99 WHERE item = 3", "next", 1, "another sequence"},
    {NEXT "UPDATE vector_next SET model = 'third' WHERE item = 3", "next", 1, "of third"},
    {NEXT "UPDATE meta SET value = 2 WHERE name = 'next_done'", "next", 1, "says 2 vectors"},
    {"INSERT INTO full_text (item, state, asked_ms, until_ms) VALUES (1, 2, 1, 1)", "brought", 1,
     "the full text of item 1 is here, and has no content"},
    {"INSERT INTO full_text (item, state, asked_ms, until_ms, hash) VALUES (1, 3, 1, 1, x'01')",
     "brought", 1, "the content of item 1's full text is not there"},
    {"INSERT INTO import_batch VALUES (77, 1, 1, 5, 2, 0, 1, 1, 9)", "brought", 1,
     "import 77 has 5 items, and 4 of them are told of"},
    {"INSERT INTO import_batch VALUES (77, 1, 1, 5, 0, 0, 0, 0, 0)", "brought", 1,
     "import 77 is open"},
    {"INSERT INTO meta VALUES ('facts', 4)", "facts", 4, "lack its time"},
    {"INSERT INTO meta VALUES ('facts', 4); INSERT INTO fact VALUES (0, zeroblob (512)),"
     " (4294967296, zeroblob (16384)), (8589934592, zeroblob (16384)),"
     " (12884901888, zeroblob (32768))",
     "facts", 4, "of item 1 or one near it the columns say something else: its language"},
    {"INSERT INTO forgotten SELECT key, source, 1, 1, 1, 0 FROM item WHERE id = 3", "gone", 1,
     "is that of item 3"},
    {"UPDATE tombstone SET sequence = 99", "gone", 1, "tombstone 99"},
    {"INSERT INTO meta VALUES ('gone', 1)", "gone", 1, "4 items were stored, 1 of them deleted"},
    {"INSERT INTO body VALUES (9, x'01')", "contents", 1, "the response of fetch 9 is not there"},
    {"INSERT INTO blob (hash, kind, bytes, packed, data) VALUES (x'00', 1, 3, 1, x'00');"
     "INSERT INTO body VALUES (9, x'00')",
     "contents", 1, "content 1 is not what its hash says"},
    {"INSERT INTO blob (hash, bytes, packed, data) VALUES (x'00', 3, 1, x'00');"
     "INSERT INTO blob_loose VALUES (x'00', 1)",
     "contents", 1, "content 1 is not what its hash says"},
    {"UPDATE meta SET value = 10 WHERE name = 'accepted'", "sum", 1, "accepted 10"},
    {"DELETE FROM fetch_item", "sum", 1, "under way 8"},
    {"INSERT INTO walk_edge VALUES (0, 2, 1, 0, -1, 5), (0, 4, 1, 0, 1, 5)", "walk", 1,
     "from 0 to 2"},
    {"INSERT INTO walk_node VALUES (2, 1, 'x', 5)", "walk", 1, "node 2"},
    {"INSERT INTO walk_place VALUES (1, 1, 1, 1, 0, 5, 7)", "walk", 1, "outcome 7"},
    {"INSERT INTO meta VALUES ('walk_place', 3)", "walk", 1, "place 3"},
    {"INSERT INTO interest VALUES (1, 5, 5)", "walk", 1, "kind 5"},
};

START_TEST(planted_damage)
{
    sample_exec(&sample, damages[_i].damage);
    expect(damages[_i].check, damages[_i].count, damages[_i].words);
    ck_assert_int_eq(verify_cli(sample.path), APP_DATA);
}
END_TEST

START_TEST(a_change_of_model_is_no_problem)
{
    sample_exec(&sample, NEXT);
    expect("next", 0, "");
    expect("vectors", 0, "");
}
END_TEST

START_TEST(vector_wanted_is_no_problem)
{
    sample_exec(&sample, "UPDATE vector SET vector = x'' WHERE item = 2;"
                         "UPDATE item SET wanted = 5 WHERE id = 2");
    expect("vectors", 0, "");
}
END_TEST

/* Two indexes exchanged: rows are missing from both. */
START_TEST(broken_index)
{
    int64_t count = 0;
    char *text = NULL;

    sample_exec(&sample, "CREATE TEMP TABLE roots AS SELECT name, rootpage FROM sqlite_master"
                         " WHERE name IN ('item_source', 'item_story');"
                         "PRAGMA writable_schema = ON;"
                         "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM roots"
                         " WHERE roots.name <> sqlite_master.name)"
                         " WHERE name IN ('item_source', 'item_story')");
    text = problems("integrity", &count);
    ck_assert_int_gt(count, 0);
    ck_assert_msg(strstr(text, "missing from index item_source") != NULL, "%s", text);
    free(text);
}
END_TEST

START_TEST(damaged_pages)
{
    char junk[4096];
    sqlite3_stmt *s = NULL;
    int pages[16], count = 0, fd = -1;

    /* The schema itself stays: a file without it cannot be looked at. */
    ck_assert_int_eq(sqlite3_prepare_v2(sample.db,
                                        "SELECT rootpage FROM sqlite_master WHERE rootpage > 0"
                                        " AND tbl_name IN ('item', 'story', 'vector')",
                                        -1, &s, NULL),
                     SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW && count < 16)
        pages[count++] = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    ck_assert_int_gt(count, 3);
    sample_exec(&sample, "PRAGMA wal_checkpoint (TRUNCATE)");
    sqlite3_close(sample.db);
    sample.db = NULL;
    memset(junk, 0x5a, sizeof(junk));
    fd = open(sample.path, O_WRONLY);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(pwrite(fd, junk, sizeof(junk), (pages[i] - 1) * 4096), 4096);
    close(fd);
    ck_assert_int_eq(verify_cli(sample.path), APP_DATA);
}
END_TEST

START_TEST(no_store)
{
    FILE *file = NULL;
    char *other = mem_printf("%s/other", sample.folder);

    ck_assert_int_eq(verify_cli("/nonexistent/weir.db"), APP_IO);
    file = fopen(other, "w");
    fprintf(file, "this is no database, but a text that is long enough to be looked at by SQLite, "
                  "which wants to see a header of 100 bytes");
    fclose(file);
    ck_assert_int_eq(verify_cli(other), APP_IO);
    unlink(other);
    free(other);
}
END_TEST

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

START_TEST(stopped)
{
    struct buf error = {0};
    struct db_read *db = db_read_open(sample.path, 100, &error);

    for (int i = 10; i < 400; i++)
        sample_item(&sample, i, 1, 1, 0);
    db_read_watch(db, at_once, NULL);
    ck_assert_ptr_null(verify_check(db, verify_of("text")));
    ck_assert_ptr_null(verify_check(db, verify_of("keys")));
    db_read_close(&db);
    buf_free(&error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verify");
    TCase *tcase = tcase_create("verify");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, whole_store);
    tcase_add_loop_test(tcase, planted_damage, 0, sizeof(damages) / sizeof(damages[0]));
    tcase_add_test(tcase, a_change_of_model_is_no_problem);
    tcase_add_test(tcase, vector_wanted_is_no_problem);
    tcase_add_test(tcase, broken_index);
    tcase_add_test(tcase, damaged_pages);
    tcase_add_test(tcase, no_store);
    tcase_add_test(tcase, stopped);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

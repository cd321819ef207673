/* Contents by their hash: kept once, verified when read, swept when nothing refers to them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/mem.h"
#include "storer/db.h"
#include "storer/db_blob.h"
#include "storer/db_read.h"
#include "storer/pack.h"
#include "storer/reads_blob.h"
#include "tests/storer/sample_store.h"

static struct sample sample;
static struct db *db;

static void setup(void)
{
    struct buf why = {0};
    enum db_error error = DB_OK;

    sample_open(&sample);
    db = db_open(sample.path, 1000, &error, &why);
    ck_assert_ptr_nonnull(db);
    buf_free(&why);
}

static void teardown(void)
{
    db_close(&db);
    sample_close(&sample);
}

static int64_t number(const char *sql)
{
    struct buf error = {0};
    struct db_read *read = db_read_open(sample.path, 1000, &error);
    int64_t found = db_read_int(read, sql, -1);

    db_read_close(&read);
    buf_free(&error);
    return found;
}

static void put(const char *text, int64_t now_ms, uint8_t hash[DB_BLOB_HASH])
{
    db_begin(db);
    ck_assert(db_blob_put(db, span_str(text), now_ms, hash));
    ck_assert(db_commit(db));
}

static size_t sweep(int64_t before_ms, size_t most)
{
    size_t gone = 0;

    db_begin(db);
    db_blob_sweep(db, before_ms, most, &gone);
    ck_assert(db_commit(db));
    return gone;
}

START_TEST(test_kept_once_and_read_back)
{
    uint8_t one[DB_BLOB_HASH], two[DB_BLOB_HASH], other[DB_BLOB_HASH];
    struct buf plain = {0};

    put("the same words", 1, one);
    put("the same words", 2, two);
    put("", 3, other);
    ck_assert_mem_eq(one, two, DB_BLOB_HASH);
    ck_assert_int_eq(number("SELECT count (*) FROM blob"), 2);
    ck_assert(db_blob_get(db, one, &plain));
    ck_assert(span_eq(buf_span(&plain), span_str("the same words")));
    ck_assert(db_blob_get(db, other, &plain));
    ck_assert_uint_eq(plain.len, 0);
    memset(one, 7, sizeof(one));
    ck_assert(!db_blob_get(db, one, &plain));
    buf_free(&plain);
}
END_TEST

START_TEST(test_packed_is_taken_as_it_is)
{
    uint8_t packed_hash[DB_BLOB_HASH], hash[DB_BLOB_HASH];
    struct span plain = span_str("a response, as a fetcher packs it");
    struct buf packed = {0};

    pack_make(plain, &packed);
    db_begin(db);
    ck_assert(db_blob_put_packed(db, buf_span(&packed), plain.n, 1, packed_hash));
    ck_assert(!db_blob_put_packed(db, buf_span(&packed), plain.n - 1, 1, hash));
    ck_assert(!db_blob_put_packed(db, buf_span(&packed), plain.n + 1, 1, hash));
    ck_assert(!db_blob_put_packed(db, buf_span(&packed), UINT64_MAX, 1, hash));
    ck_assert(!db_blob_put_packed(db, span_str("no frame"), 8, 1, hash));
    ck_assert(db_blob_put(db, plain, 1, hash));
    ck_assert(db_commit(db));
    ck_assert_mem_eq(hash, packed_hash, DB_BLOB_HASH);
    ck_assert_int_eq(number("SELECT count (*) FROM blob"), 1);
    buf_free(&packed);
}
END_TEST

/* Bytes that are still a zstd frame, but of another text; and bytes that are none. */
START_TEST(test_damage_is_seen)
{
    struct buf plain = {0}, error = {0};
    struct db_read *read = db_read_open(sample.path, 1000, &error);
    uint8_t hash[DB_BLOB_HASH], other[DB_BLOB_HASH];
    struct span key = span_of(hash, sizeof(hash));

    put("words one", 1, hash);
    put("words two", 1, other);
    ck_assert(reads_blob(read, key, &plain));
    ck_assert(span_eq(buf_span(&plain), span_str("words one")));
    sample_exec(&sample, "UPDATE blob SET data = (SELECT data FROM blob WHERE id = 2)");
    ck_assert(!db_blob_get(db, hash, &plain));
    ck_assert_uint_eq(plain.len, 0);
    ck_assert(!reads_blob(read, key, &plain));
    ck_assert(db_blob_get(db, other, &plain));
    sample_exec(&sample, "UPDATE blob SET data = x'00112233'");
    ck_assert(!db_blob_get(db, other, &plain));
    db_read_close(&read);
    buf_free(&plain);
    buf_free(&error);
}
END_TEST

START_TEST(test_what_nothing_refers_to_goes)
{
    uint8_t kept[DB_BLOB_HASH], again[DB_BLOB_HASH], hash[DB_BLOB_HASH];

    put("kept by a full text", 1, kept);
    put("put again later", 2, again);
    put("loose", 3, hash);
    put("put again later", 100, again);
    sample_exec(&sample, "INSERT INTO full_text (item, state, asked_ms, until_ms, hash)"
                         " SELECT 1, 2, 0, 0, hash FROM blob WHERE id = 1");
    ck_assert_uint_eq(sweep(0, 10), 0);
    ck_assert_uint_eq(sweep(50, 1), 0); /* it looks at one only */
    ck_assert_uint_eq(sweep(50, 10), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM blob"), 2);
    ck_assert_uint_eq(sweep(100, 10), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM blob"), 1);
    ck_assert_uint_eq(sweep(1000, 10), 0); /* nobody said that it was let go */
    sample_exec(&sample, "DELETE FROM full_text");
    ck_assert_uint_eq(sweep(200, 10), 0); /* just now */
    ck_assert_uint_eq(sweep(INT64_MAX, 10), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM blob_loose"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("blob");
    TCase *tests = tcase_create("blob");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, test_kept_once_and_read_back);
    tcase_add_test(tests, test_packed_is_taken_as_it_is);
    tcase_add_test(tests, test_damage_is_seen);
    tcase_add_test(tests, test_what_nothing_refers_to_goes);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

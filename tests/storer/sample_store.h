/* A small store for the tests of the reading side: made with db_schema (), filled with rows that
 * obey every rule of `verify`. */
#ifndef WEIR_TESTS_STORER_SAMPLE_STORE_H
#define WEIR_TESTS_STORER_SAMPLE_STORE_H

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/mem.h"
#include "storer/db_schema.h"

struct sample {
    char folder[64];
    char *path;
    sqlite3 *db;
    int newest; /* of its schema */
};

static inline void sample_exec(struct sample *sample, const char *sql)
{
    char *error = NULL;

    sqlite3_exec(sample->db, sql, NULL, NULL, &error);
    ck_assert_msg(!error, "%s: %s", sql, error);
}

/* Item `id` of a source, in a story; its guid is "guid-ID", its time 1000 * id. */
static inline void sample_item(struct sample *sample, int id, int source, int story, int copy_of)
{
    static const char *const words[] = {"river", "weir", "Über", "water", "mill", "naïve"};
    char guid[32];
    struct hash_key key;
    char vector[512];
    sqlite3_stmt *s = NULL;
    char *sql = NULL;

    snprintf(guid, sizeof(guid), "guid-%d", id);
    key = hash_key((uint64_t)source, guid, strlen(guid));
    sql = mem_printf("INSERT INTO item (id, key, source, guid, revision, story, copy_of, time_ms,"
                     " published_ms, updated_ms, seen_ms, url, title, author, language, categories,"
                     " thumbnail, content, text) VALUES (%d, ?1, %d, '%s', 7, %d, %d, %d, 0, 0, %d,"
                     " 'http://a.test/%d', 'Title %d %s', 'Ann', 'en', '', '', '<p>%s</p>',"
                     " 'the %s and %s %s, 10.5 miles; item%d')",
                     id, source, guid, story, copy_of, 1000 * id, 1000 * id, id, id, words[id % 6],
                     words[id % 6], words[id % 6], words[(id + 1) % 6], words[(id + 3) % 6], id);
    ck_assert_int_eq(sqlite3_prepare_v2(sample->db, sql, -1, &s, NULL), SQLITE_OK);
    sqlite3_bind_blob(s, 1, key.bytes, sizeof(key.bytes), SQLITE_TRANSIENT);
    ck_assert_int_eq(sqlite3_step(s), SQLITE_DONE);
    sqlite3_finalize(s);
    free(sql);
    memset(vector, id, sizeof(vector));
    ck_assert_int_eq(sqlite3_prepare_v2(sample->db,
                                        "INSERT INTO vector (item, sequence, model, vector,"
                                        " signature, words, url_key, title_key, figures)"
                                        " VALUES (?1, 10 * ?1, 'builtin-512-v1',"
                                        " ?2, ?2, 9, 5, 6, x'01000000')",
                                        -1, &s, NULL),
                     SQLITE_OK);
    sqlite3_bind_int(s, 1, id);
    sqlite3_bind_blob(s, 2, vector, sizeof(vector), SQLITE_TRANSIENT);
    ck_assert_int_eq(sqlite3_step(s), SQLITE_DONE);
    sqlite3_finalize(s);
    sql = mem_printf("INSERT INTO item_fts (rowid, title, text, author%s)"
                     " SELECT id, title, text, author%s FROM item WHERE id = %d",
                     sample->newest < 4 ? "" : ", source_title, categories",
                     sample->newest < 4 ? "" : ", source_title, categories", id);
    sample_exec(sample, sql);
    free(sql);
}

/* Two sources, stories 1 (items 1, 2, 4; 2 is a copy of 1) and 3 (item 3), a tombstone, a dead
 * letter, an open fetch with one item; head 60.  As an earlier version of the schema had it. */
static inline void sample_open_version(struct sample *sample, int newest)
{
    char *version = mem_printf("PRAGMA user_version = %d", newest);

    sample->newest = newest;
    strcpy(sample->folder, "/tmp/weir-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(sample->folder));
    sample->path = mem_printf("%s/weir.db", sample->folder);
    ck_assert_int_eq(sqlite3_open(sample->path, &sample->db), SQLITE_OK);
    sample_exec(sample, "PRAGMA journal_mode = WAL");
    sample_exec(sample, "PRAGMA synchronous = OFF");
    for (int i = 1; i <= newest; i++)
        sample_exec(sample, db_schema(i));
    sample_exec(sample, version);
    free(version);
    sample_exec(sample, "INSERT INTO source (url, host, title, own_title, added_ms, next_ms) VALUES"
                        " ('http://a.test/feed', 'a.test', 'A news', '', 1, 2),"
                        " ('http://b.test/feed', 'b.test', 'B news', 'My B', 1, 2);"
                        "INSERT INTO category (name) VALUES ('tech');"
                        "INSERT INTO source_category VALUES (2, 1)");
    sample_item(sample, 1, 1, 1, 0);
    sample_item(sample, 2, 2, 1, 1);
    sample_item(sample, 3, 1, 3, 0);
    sample_item(sample, 4, 1, 1, 0);
    sample_exec(
        sample,
        "INSERT INTO story VALUES (1, 1, 1000, 4000, 3, 1, 2), (3, 3, 3000, 3000, 1, 0, 1);"
        "INSERT INTO enclosure VALUES (1, 0, 'http://a.test/1.mp3', 'audio/mpeg', 99);"
        "INSERT INTO tombstone (sequence, item, key) VALUES (35, 77, "
        "x'00112233445566778899aabbccddeeff');"
        "INSERT INTO dead (source, key, died_ms, tries, reason, final_url, content_type,"
        " seen_ms, content) VALUES (1, x'000102030405060708090a0b0c0d0e0f', 5, 5, 'crash',"
        " 'http://a.test/feed', 'text/xml', 4, x'aa');"
        "INSERT INTO fetch (id, source, state, lane, issued_ms, sent_ms)"
        " VALUES (9, 1, 1, 1, 1, 1);"
        "INSERT INTO fetch_item (fetch, key) VALUES (9, x'ff0102030405060708090a0b0c0d0e0f');"
        "INSERT INTO meta VALUES ('epoch', 4711), ('head', 60), ('accepted', 9),"
        " ('stored', 4), ('updated', 1), ('known', 2), ('dead', 1)");
}

static inline void sample_open(struct sample *sample)
{
    sample_open_version(sample, db_schema_newest());
}

static inline void sample_close(struct sample *sample)
{
    static const char *const ends[] = {"", "-wal", "-shm"};

    sqlite3_close(sample->db);
    for (int i = 0; i < 3; i++) {
        char *file = mem_printf("%s%s", sample->path, ends[i]);

        unlink(file);
        free(file);
    }
    rmdir(sample->folder);
    free(sample->path);
}

#endif

/* How long the main feed takes: a store is made, and the verb is asked as a reader's thread asks
 * it.
 *
 *   feed_bench FOLDER ITEMS INTERESTS ROUNDS
 *
 * One line a figure, name=value; times in ms, the median of the rounds, the first one apart. */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "storer/db_read.h"
#include "storer/db_schema.h"
#include "storer/reads.h"

enum { SOURCES = 2000, DIMS = 512, TEXT = 2000, ROUNDS_MOST = 1000, HOURS = 47 };

static uint64_t state = 88172645463325252U;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void run(sqlite3 *db, const char *sql)
{
    char *error = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, error);
        exit(70);
    }
}

static void step(sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE) {
        fprintf(stderr, "%s\n", sqlite3_errmsg(sqlite3_db_handle(s)));
        exit(70);
    }
    sqlite3_reset(s);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
        exit(70);
    }
    return s;
}

/* A source brings a quarter of all that the thousands of others bring, and a story has 1 to 7
 * items, as news has. */
static void add_item(sqlite3_stmt *item, sqlite3_stmt *vector, int64_t id, int64_t *story,
                     int64_t now_ms, int64_t items)
{
    int8_t bytes[DIMS];
    char key[16], guid[32];

    memcpy(key, &id, sizeof(id));
    memset(key + sizeof(id), 1, sizeof(key) - sizeof(id));
    snprintf(guid, sizeof(guid), "g%lld", (long long)id);
    *story = draw() % 7 < 3 && *story > 0 ? *story : id;
    sqlite3_bind_int64(item, 1, id);
    sqlite3_bind_blob(item, 2, key, sizeof(key), SQLITE_STATIC);
    sqlite3_bind_int64(item, 3, draw() % 4 ? 1 + (int64_t)(draw() % SOURCES) : 1);
    sqlite3_bind_text(item, 4, guid, -1, SQLITE_STATIC);
    sqlite3_bind_int64(item, 5, *story);
    sqlite3_bind_int64(item, 6, *story < id && draw() % 3 == 0 ? *story : 0);
    sqlite3_bind_int64(item, 7, now_ms - (items - id) * HOURS * 3600000 / items);
    step(item);
    for (int i = 0; i < DIMS; i++)
        bytes[i] = (int8_t)(draw() % 255 - 127);
    sqlite3_bind_int64(vector, 1, id);
    sqlite3_bind_blob(vector, 2, bytes, DIMS, SQLITE_STATIC);
    step(vector);
}

static void fill(sqlite3 *db, int64_t items, int64_t interests, int64_t now_ms)
{
    sqlite3_stmt *item =
        prepare(db, "INSERT INTO item (id, key, source, guid, revision, story, copy_of, time_ms,"
                    " published_ms, updated_ms, seen_ms, url, title, author, language, categories,"
                    " thumbnail, content, text) VALUES (?1, ?2, ?3, ?4, 7, ?5, ?6, ?7, ?7, 0, ?7,"
                    " 'http://a.test/' || ?1, 'A title of some words, number ' || ?1, '', 'en',"
                    " '', '', hex (zeroblob (1000)), hex (zeroblob (1000)))");
    sqlite3_stmt *vector = prepare(
        db, "INSERT INTO vector (item, sequence, model, vector, signature, words, url_key,"
            " title_key, figures, terms) VALUES (?1, ?1, 'bench', ?2, zeroblob (512), 9, 5, 6,"
            " x'01000000', zeroblob (592))");
    int64_t story = 0;

    for (int64_t id = 1; id <= items; id++)
        add_item(item, vector, id, &story, now_ms, items);
    sqlite3_finalize(item);
    sqlite3_finalize(vector);
    run(db, "INSERT INTO story SELECT story, min (id), min (time_ms), max (time_ms), count (*),"
            " sum (copy_of > 0), count (DISTINCT source) FROM item GROUP BY story;"
            "INSERT INTO meta VALUES ('model', 'bench')");
    item = prepare(db, "INSERT INTO interest SELECT id, id % 2, time_ms FROM item"
                       " ORDER BY id % 29, id LIMIT ?1");
    sqlite3_bind_int64(item, 1, interests);
    step(item);
    sqlite3_finalize(item);
}

static void make(const char *path, int64_t items, int64_t interests)
{
    sqlite3 *db = NULL;
    char *version = mem_printf("PRAGMA user_version = %d", db_schema_newest());

    if (sqlite3_open(path, &db) != SQLITE_OK)
        exit(74);
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    for (int i = 1; i <= db_schema_newest(); i++)
        run(db, db_schema(i));
    run(db, version);
    run(db, "BEGIN");
    fill(db, items, interests, clock_utc_ms());
    run(db, "COMMIT");
    sqlite3_close(db);
    free(version);
}

/* --- asking ----------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

static void tell(const struct reads_answer *answer)
{
    json_t *object = json_loadb(answer->json.data, answer->json.len, 0, NULL);
    json_t *filter = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(object, "filters"), i, filter) printf(
        "%s_in=%lld %s_out=%lld %s_ms=%.1f\n", json_string_value(json_object_get(filter, "name")),
        (long long)json_integer_value(json_object_get(filter, "in")),
        json_string_value(json_object_get(filter, "name")),
        (long long)json_integer_value(json_object_get(filter, "out")),
        json_string_value(json_object_get(filter, "name")),
        (double)json_integer_value(json_object_get(filter, "us")) / 1000);
    printf("stories=%zu\n", json_array_size(json_object_get(object, "stories")));
    json_decref(object);
}

static int ask(const char *path, int rounds)
{
    struct config *config = config_create();
    struct buf error = {0};
    struct db_read *db = db_read_open(path, 1000, &error);
    struct reads_limits limits = {.json_bytes = 4 << 20, .config = config};
    struct reads_answer answer = {0};
    int64_t took_us[ROUNDS_MOST] = {0}, first_us = 0;

    for (int i = -1; i < rounds && db; i++) {
        int64_t began_us = clock_mono_us();

        reads_run(db, &limits, "feed", span_str(""), (struct span){0}, &answer);
        *(i < 0 ? &first_us : &took_us[i]) = clock_mono_us() - began_us;
        if (answer.code) {
            fprintf(stderr, "feed: %d %s\n", answer.code, answer.error.data);
            return 70;
        }
    }
    tell(&answer);
    qsort(took_us, (size_t)rounds, sizeof(*took_us), by_value);
    printf("feed_first_ms=%.1f feed_median_ms=%.1f feed_worst_ms=%.1f\n", (double)first_us / 1000,
           (double)took_us[rounds / 2] / 1000, (double)took_us[rounds - 1] / 1000);
    reads_answer_free(&answer);
    db_read_close(&db);
    config_destroy(&config);
    buf_free(&error);
    return 0;
}

int main(int argc, char **argv)
{
    char *path = NULL;
    int rounds = argc == 5 ? atoi(argv[4]) : 0, code = 0;

    if (rounds < 1 || rounds > ROUNDS_MOST)
        return 64;
    path = mem_printf("%s/feed.db", argv[1]);
    make(path, atoll(argv[2]), atoll(argv[3]));
    code = ask(path, rounds);
    free(path);
    return code;
}

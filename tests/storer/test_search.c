/* search and similar, on a small store, with a ring that says what the test wants. */
#include <jansson.h>
#include <math.h>

#include "common/app.h"
#include "common/msg.h"
#include "storer/db_rank.h"
#include "storer/db_read.h"
#include "storer/reads.h"
#include "tests/storer/sample_store.h"

enum { DIMS = 512, EPOCH = 4711 };

static struct sample sample;
static struct db_read *db;
static struct reads_answer answer;
static struct reads_limits limits;

/* --- the ring --- */

static struct {
    const char *why;
    uint64_t near[8];
    size_t count;
    uint64_t epoch;
    bool no_vector, broken;
    int asked;
    enum msg_kind kind;
    char text[256];
    float scores[8];
    size_t score_count;
    struct buf first, second;
} fake;

static void ask_ring(void *self, enum msg_kind kind, struct span frame, int64_t within_ms)
{
    struct msg_pool pool = {0};
    struct msg_item item;
    struct msg_rerank rerank;

    (void)self;
    (void)within_ms;
    fake.asked++;
    fake.kind = kind;
    if (kind == MSG_KIND_SEARCH) {
        ck_assert_int_eq(msg_item_read(frame, &pool, &item), 0);
        snprintf(fake.text, sizeof(fake.text), "%.*s", (int)item.text.n, item.text.p);
    } else {
        ck_assert_int_eq(msg_rerank_read(frame, &pool, &rerank), 0);
        snprintf(fake.text, sizeof(fake.text), "%.*s", (int)rerank.query.n, rerank.query.p);
    }
    msg_pool_free(&pool);
}

static void write_search(void)
{
    char bytes[DIMS];
    struct msg_candidate candidates[8];
    struct msg_vector vector = {.model = span_str("builtin-512-v1"),
                                .vector = span_of(bytes, fake.no_vector ? 0 : DIMS),
                                .reason = span_str(fake.no_vector ? "another model" : "")};
    struct msg_verdict verdict = {.epoch = fake.epoch, .candidates = {candidates, fake.count}};

    memset(bytes, 1, sizeof(bytes));
    for (size_t i = 0; i < fake.count; i++)
        candidates[i] = (struct msg_candidate){.id = fake.near[i], .cosine = .9 - .1 * (double)i};
    ck_assert_int_eq(msg_vector_write(&vector, &fake.first), 0);
    ck_assert_int_eq(msg_verdict_write(&verdict, &fake.second), 0);
}

static void write_ranked(void)
{
    struct buf bytes = {0};
    struct msg_ranked ranked = {.reason = span_str(fake.score_count ? "" : "the circuit is open")};

    for (size_t i = 0; i < fake.score_count; i++) {
        uint32_t bits = 0;

        memcpy(&bits, &fake.scores[i], sizeof(bits));
        msg_put_u32(&bytes, bits);
    }
    ranked.scores = buf_span(&bytes);
    ck_assert_int_eq(msg_ranked_write(&ranked, &fake.first), 0);
    buf_free(&bytes);
}

static const char *wait_ring(void *self, struct span *first, struct span *second)
{
    (void)self;
    if (fake.why)
        return fake.why;
    buf_clear(&fake.first);
    buf_clear(&fake.second);
    if (fake.kind == MSG_KIND_SEARCH)
        write_search();
    else
        write_ranked();
    *first = fake.broken ? span_str("no frame") : buf_span(&fake.first);
    *second = buf_span(&fake.second);
    return NULL;
}

static const struct reads_ring ring = {.ask = ask_ring, .wait = wait_ring};

/* --- the store --- */

static void setup(void)
{
    struct buf error = {0};

    sample_open(&sample);
    db = db_read_open(sample.path, 100, &error);
    ck_assert_msg(db != NULL, "%s", error.data);
    answer = (struct reads_answer){0};
    memset(&fake, 0, sizeof(fake));
    fake.epoch = EPOCH;
    limits = (struct reads_limits){.json_bytes = 1000000,
                                   .search_candidates = 1000,
                                   .semantic_ms = 100,
                                   .rerank_ms = 100,
                                   .keyword_weight = 100,
                                   .vector_weight = 100,
                                   .rerank_hits = 30,
                                   .rerank_bytes = 100,
                                   .ring = &ring};
}

static void teardown(void)
{
    buf_free(&fake.first);
    buf_free(&fake.second);
    reads_answer_free(&answer);
    db_read_close(&db);
    sample_close(&sample);
}

static int run(const char *verb, const char *json)
{
    reads_run(db, &limits, verb, span_str(json), (struct span){0}, &answer);
    return answer.code;
}

static json_t *ask(const char *verb, const char *json)
{
    json_t *value = NULL;

    ck_assert_msg(run(verb, json) == 0, "%s: %d %s", json, answer.code, answer.error.data);
    value = json_loadb(answer.json.data, answer.json.len, 0, NULL);
    ck_assert_ptr_nonnull(value);
    return value;
}

/* "3 1": the ids of the hits. */
static const char *ids_of(const json_t *value)
{
    static char text[256];
    size_t i = 0;
    const json_t *hit = NULL;

    text[0] = '\0';
    json_array_foreach(json_object_get(value, "hits"), i, hit)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%lld", i ? " " : "",
                 (long long)json_integer_value(json_object_get(hit, "id")));
    return text;
}

static void check_hits(const char *verb, const char *json, const char *ids)
{
    json_t *value = ask(verb, json);

    ck_assert_msg(strcmp(ids_of(value), ids) == 0, "%s: %s, not %s", json, ids_of(value), ids);
    json_decref(value);
}

/* Items: 1 "Title 1 weir", the weir and water Über; 2 a copy of it by its row, of other words;
 * 3 "Title 3 water"; 4 "Title 4 mill". */

START_TEST(by_words)
{
    json_t *value = ask("search", "{\"query\": \"water\", \"mode\": \"keyword\"}");
    json_t *hit = json_array_get(json_object_get(value, "hits"), 0);

    ck_assert_int_eq(fake.asked, 0);
    ck_assert_int_eq(json_integer_value(json_object_get(hit, "id")), 3); /* in its title */
    ck_assert_str_eq(json_string_value(json_object_get(hit, "title")), "Title 3 water");
    ck_assert_int_eq(json_integer_value(
                         json_array_get(json_array_get(json_object_get(hit, "title_marks"), 0), 0)),
                     8);
    ck_assert_str_eq(json_string_value(json_object_get(value, "words")), "all");
    ck_assert_ptr_null(json_object_get(value, "partial"));
    json_decref(value);
    check_hits("search", "{\"query\": \"title:water\", \"mode\": \"keyword\"}", "3");
    check_hits("search", "{\"query\": \"nosuchword\", \"mode\": \"keyword\"}", "");
}
END_TEST

START_TEST(some_words_will_do)
{
    json_t *value = ask("search", "{\"query\": \"item3 nosuchword\", \"mode\": \"keyword\"}");

    ck_assert_str_eq(ids_of(value), "3");
    ck_assert_str_eq(json_string_value(json_object_get(value, "words")), "any");
    json_decref(value);
    check_hits("search", "{\"query\": \"item3 nosuchword -water\", \"mode\": \"keyword\"}", "");
    check_hits("search", "{\"query\": \"item3 \\\"no such\\\"\", \"mode\": \"keyword\"}", "");
}
END_TEST

START_TEST(both_halves)
{
    json_t *value = NULL, *hit = NULL;

    fake.near[0] = 4;
    fake.near[1] = 3;
    fake.count = 2;
    value = ask("search", "{\"query\": \"water title:water\", \"explain\": true}");
    ck_assert_str_eq(fake.text, "water water");
    ck_assert_str_eq(ids_of(value), "3"); /* what must be met holds for 4, too */
    json_decref(value);
    value = ask("search", "{\"query\": \"item3\", \"explain\": true}");
    ck_assert_str_eq(ids_of(value), "3 4");
    hit = json_object_get(json_array_get(json_object_get(value, "hits"), 0), "explain");
    ck_assert_ptr_nonnull(json_object_get(hit, "keyword"));
    ck_assert_ptr_nonnull(json_object_get(hit, "vector"));
    json_decref(value);
    check_hits("search", "{\"query\": \"item3\", \"mode\": \"vector\"}", "4 3");
    fake.near[0] = 99; /* deleted meanwhile */
    check_hits("search", "{\"query\": \"item3\"}", "3");
}
END_TEST

START_TEST(copies)
{
    json_t *value = NULL;

    fake.near[0] = 2;
    fake.near[1] = 1;
    fake.count = 2;
    value = ask("search", "{\"query\": \"whatever\", \"mode\": \"vector\"}");
    ck_assert_str_eq(ids_of(value), "1");
    ck_assert_int_eq(json_integer_value(json_object_get(
                         json_array_get(json_object_get(value, "hits"), 0), "folded")),
                     1);
    json_decref(value);
    fake.near[2] = 3;
    fake.count = 3;
    check_hits("similar", "{\"id\": 2}", "3");
    check_hits("similar", "{\"story\": 1}", "3");
    check_hits("similar", "{\"story\": 3}", "1");
}
END_TEST

static void check_partial(const char *words)
{
    json_t *value = ask("search", "{\"query\": \"item3\"}");
    const char *partial = json_string_value(json_object_get(value, "partial"));

    ck_assert_msg(partial && strstr(partial, words), "%s, not %s", partial, words);
    ck_assert_str_eq(ids_of(value), "3");
    json_decref(value);
}

START_TEST(partial)
{
    fake.why = "no answer in time";
    check_partial("in time");
    fake.why = NULL;
    fake.no_vector = true;
    check_partial("another model");
    fake.no_vector = false;
    fake.epoch = 0;
    check_partial("has not read");
    fake.epoch = EPOCH + 1;
    check_partial("another store");
    fake.epoch = EPOCH;
    fake.broken = true;
    check_partial("cannot be read");
    limits.ring = NULL;
    check_partial("no way");
}
END_TEST

START_TEST(reranked)
{
    json_t *value = NULL;

    fake.near[0] = 4;
    fake.near[1] = 3;
    fake.near[2] = 1;
    fake.count = 3;
    fake.scores[0] = -3;
    fake.scores[1] = -5;
    fake.scores[2] = 7;
    fake.score_count = 3;
    check_hits("search", "{\"query\": \"x\", \"mode\": \"vector\", \"rerank\": true}", "1 4 3");
    ck_assert_int_eq(fake.kind, MSG_KIND_RERANK);
    fake.score_count = 2; /* of other texts */
    check_hits("search", "{\"query\": \"x\", \"mode\": \"vector\", \"rerank\": true}", "4 3 1");
    fake.score_count = 3;
    fake.scores[1] = NAN;
    check_hits("search", "{\"query\": \"x\", \"mode\": \"vector\", \"rerank\": true}", "4 3 1");
    fake.score_count = 0;
    value = ask("search", "{\"query\": \"x\", \"mode\": \"vector\", \"rerank\": true}");
    ck_assert_str_eq(json_string_value(json_object_get(value, "rerank_failed")),
                     "the circuit is open");
    ck_assert(json_is_false(json_object_get(value, "reranked")));
    json_decref(value);
}
END_TEST

START_TEST(wrong_arguments)
{
    ck_assert_int_eq(run("search", "{\"query\": 7}"), APP_USAGE);
    ck_assert_int_eq(run("search", "{\"query\": \"a\", \"mode\": \"psychic\"}"), APP_USAGE);
    ck_assert_int_eq(run("search", "{\"query\": \"a\", \"limit\": 0}"), APP_USAGE);
    ck_assert_int_eq(run("search", "{\"query\": \"a\", \"limit\": 101}"), APP_USAGE);
    ck_assert_int_eq(run("search", "{\"query\": \"a\", \"mmr\": 1}"), APP_USAGE);
    ck_assert_int_eq(run("similar", "{}"), APP_USAGE);
    ck_assert_int_eq(run("similar", "{\"id\": 1, \"story\": 1}"), APP_USAGE);
    ck_assert_int_eq(run("similar", "{\"id\": 99}"), APP_DATA);
    ck_assert_int_eq(run("similar", "{\"story\": 99}"), APP_DATA);
}
END_TEST

/* --- BM25 --- */

static const char *const words[] = {"alder", "birch", "cedar", "ebony", "fir", "gum"};

static void add_documents(void)
{
    uint32_t chance = 7;

    sample_exec(&sample, "BEGIN");
    for (int id = 100; id < 700; id++) {
        struct buf text = {0}, sql = {0};
        int n = 3 + id % 40;

        for (int i = 0; i < n; i++) {
            chance = chance * 1664525 + 1013904223;
            buf_printf(&text, "%s ", words[(chance >> 24) % 36 < 30 ? 5 : (chance >> 16) % 6]);
        }
        buf_printf(&sql,
                   "INSERT INTO item_fts (rowid, title, text, author, source_title, categories)"
                   " VALUES (%d, '%s', '%s', '', '', '')",
                   id, words[id % 6], text.data);
        sample_exec(&sample, sql.data);
        buf_free(&text);
        buf_free(&sql);
    }
    sample_exec(&sample, "COMMIT");
}

/* SQLite's own function is the reference. */
static void check_as_bm25(const char *match)
{
    struct rank_query query = {.match = match, .candidates = 1000};
    struct rank_told told;
    struct rank_hit hits[20];
    size_t n = db_rank(db, &query, hits, 20, &told), i = 0;
    sqlite3_stmt *s = NULL;

    ck_assert_int_eq(sqlite3_prepare_v2(sample.db,
                                        "SELECT rowid, -bm25 (item_fts, 10, 5, 3, 1, 1) AS score"
                                        " FROM item_fts WHERE item_fts MATCH ?1"
                                        " ORDER BY score DESC, rowid DESC LIMIT 20",
                                        -1, &s, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(s, 1, match, -1, SQLITE_STATIC);
    for (; sqlite3_step(s) == SQLITE_ROW; i++) {
        ck_assert_uint_lt(i, n);
        ck_assert_msg(hits[i].id == (uint64_t)sqlite3_column_int64(s, 0), "%s: place %zu: %llu",
                      match, i, (unsigned long long)hits[i].id);
        if (strchr(match, ' ')) /* the weight of a single word is not asked for */
            ck_assert_double_eq_tol(hits[i].score, sqlite3_column_double(s, 1), 1e-4);
    }
    ck_assert_uint_eq(i, n);
    sqlite3_finalize(s);
}

START_TEST(ranked_as_bm25)
{
    add_documents();
    check_as_bm25("\"alder\"");
    check_as_bm25("\"alder\" \"birch\"");
    check_as_bm25("\"cedar\" OR \"ebony\" OR \"fir\"");
    check_as_bm25("title : \"birch\" OR \"gum alder\"");
    check_as_bm25("\"nosuchword\" OR \"fi\" *");
}
END_TEST

static bool is_even(void *arg, uint64_t id)
{
    (void)arg;
    return id % 2 == 0;
}

START_TEST(capped_and_filtered)
{
    struct rank_query query = {.match = "\"gum\"", .candidates = 50, .accept = is_even};
    struct rank_told told;
    struct rank_hit hits[100];
    size_t n = 0;

    add_documents();
    n = db_rank(db, &query, hits, 100, &told);
    ck_assert(told.capped);
    ck_assert_uint_eq(told.candidates, 50);
    ck_assert_uint_gt(n, 10);
    for (size_t i = 0; i < n; i++)
        ck_assert(hits[i].id % 2 == 0 && hits[i].id >= 600); /* the newest */
    ck_assert_uint_eq(db_rank_count(db, "\"gum\"", 20), 20);
    ck_assert_uint_eq(db_rank_count(db, "\"nosuchword\"", 20), 0);
    query.match = "\"unended";
    ck_assert_uint_eq(db_rank(db, &query, hits, 100, &told), 0);
    ck_assert_int_eq(db_read_status(db), DB_READ_FAILED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("search");
    TCase *tcase = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, by_words);
    tcase_add_test(tcase, some_words_will_do);
    tcase_add_test(tcase, both_halves);
    tcase_add_test(tcase, copies);
    tcase_add_test(tcase, partial);
    tcase_add_test(tcase, reranked);
    tcase_add_test(tcase, wrong_arguments);
    tcase_add_test(tcase, ranked_as_bm25);
    tcase_add_test(tcase, capped_and_filtered);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

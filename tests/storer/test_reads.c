/* The verbs that read, on a small store. */
#include <jansson.h>

#include "common/app.h"
#include "common/msg.h"
#include "storer/db_read.h"
#include "storer/reads.h"
#include "tests/storer/sample_store.h"

static struct sample sample;
static struct db_read *db;
static struct reads_answer answer;
static struct reads_limits limits;

static void setup(void)
{
    struct buf error = {0};

    sample_open(&sample);
    db = db_read_open(sample.path, 100, &error);
    ck_assert_msg(db != NULL, "%s", error.data);
    answer = (struct reads_answer){0};
    limits = (struct reads_limits){.json_bytes = 1000000, .page_bytes = 100000, .page_rows = 1000};
}

static void teardown(void)
{
    reads_answer_free(&answer);
    db_read_close(&db);
    sample_close(&sample);
}

/* The answer of a query that must succeed. */
static json_t *ask(const char *verb, const char *json)
{
    json_t *value = NULL;

    reads_run(db, &limits, verb, span_str(json), (struct span){0}, &answer);
    ck_assert_msg(answer.code == 0, "%s %s: %d %s", verb, json, answer.code, answer.error.data);
    value = json_loadb(answer.json.data, answer.json.len, 0, NULL);
    ck_assert_ptr_nonnull(value);
    return value;
}

/* An integer at a path such as "stories.0.lead.id"; -1 where there is none. */
static int64_t at(json_t *value, const char *path)
{
    char *copy = mem_strdup(path), *rest = NULL;

    for (char *p = strtok_r(copy, ".", &rest); p && value; p = strtok_r(NULL, ".", &rest))
        value = json_is_array(value) ? json_array_get(value, (size_t)atoi(p))
                                     : json_object_get(value, p);
    free(copy);
    return json_is_integer(value) ? json_integer_value(value) : -1;
}

static const char *text_of(json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static size_t length(json_t *value, const char *key)
{
    return json_array_size(json_object_get(value, key));
}

START_TEST(stories_newest_first)
{
    json_t *value = ask("stories", "");
    json_t *first = json_array_get(json_object_get(value, "stories"), 0);

    ck_assert_uint_eq(length(value, "stories"), 2);
    ck_assert_int_eq(at(first, "id"), 1);
    ck_assert_int_eq(at(first, "time_ms"), 4000);
    ck_assert_int_eq(at(first, "items"), 3);
    ck_assert_int_eq(at(first, "copies"), 1);
    ck_assert_int_eq(at(first, "sources"), 2);
    ck_assert_int_eq(at(first, "lead.id"), 1);
    ck_assert_int_eq(at(first, "lead.source"), 1);
    ck_assert_str_eq(text_of(json_object_get(first, "lead"), "url"), "http://a.test/1");
    ck_assert_str_eq(text_of(first, "title"), "Title 1 weir");
    ck_assert_ptr_null(json_object_get(value, "next"));
    json_decref(value);
}
END_TEST

START_TEST(stories_limits)
{
    json_t *value = ask("stories", "{\"limit\":1}");

    ck_assert_uint_eq(length(value, "stories"), 1);
    ck_assert_int_eq(at(value, "next.before_ms"), 4000);
    ck_assert_int_eq(at(value, "next.before_id"), 1);
    json_decref(value);
    value = ask("stories", "{\"limit\":1,\"before_ms\":4000,\"before_id\":1}");
    ck_assert_int_eq(at(value, "stories.0.id"), 3);
    ck_assert_ptr_null(json_object_get(value, "next"));
    json_decref(value);
    value = ask("stories", "{\"since_ms\":3001}");
    ck_assert_uint_eq(length(value, "stories"), 1);
    ck_assert_int_eq(at(value, "stories.0.id"), 1);
    json_decref(value);
    value = ask("stories", "{\"before_ms\":3000}");
    ck_assert_uint_eq(length(value, "stories"), 0);
    json_decref(value);
}
END_TEST

/* Every story once, whatever the pages, also where many have one time. */
START_TEST(stories_paged)
{
    int64_t before_ms = INT64_MAX, before_id = 0, seen = 0, last_id = INT64_MAX;

    for (int i = 100; i < 150; i++) {
        char *sql = mem_printf("INSERT INTO story VALUES (%d, 1, 1, 9000, 0, 0, 0)", i);

        sample_exec(&sample, sql);
        free(sql);
    }
    for (int page = 0; page < 60 && before_ms >= 0; page++) {
        char *json = mem_printf("{\"limit\":7,\"before_ms\":%lld,\"before_id\":%lld}",
                                (long long)before_ms, (long long)before_id);
        json_t *value = ask("stories", json), *story = NULL;
        size_t i = 0;

        json_array_foreach(json_object_get(value, "stories"), i, story)
        {
            if (at(story, "time_ms") == 9000) {
                ck_assert_int_lt(at(story, "id"), last_id);
                last_id = at(story, "id");
            }
            seen++;
        }
        before_ms = at(value, "next.before_ms");
        before_id = at(value, "next.before_id");
        json_decref(value);
        free(json);
    }
    ck_assert_int_eq(seen, 52);
}
END_TEST

START_TEST(story_with_members)
{
    json_t *value = ask("story", "{\"id\":1}");
    json_t *copy = json_array_get(json_object_get(value, "members"), 1);

    ck_assert_uint_eq(length(value, "members"), 3);
    ck_assert_int_eq(at(value, "items"), 3);
    ck_assert_int_eq(at(copy, "id"), 2);
    ck_assert_int_eq(at(copy, "copy_of"), 1);
    ck_assert_str_eq(text_of(copy, "source_title"), "My B");
    ck_assert_int_eq(at(value, "members.2.id"), 4);
    json_decref(value);
    value = ask("story", "{\"id\":1,\"limit\":2}");
    ck_assert_uint_eq(length(value, "members"), 2);
    ck_assert_int_eq(at(value, "next"), 2);
    json_decref(value);
    value = ask("story", "{\"id\":1,\"after\":2}");
    ck_assert_int_eq(at(value, "members.0.id"), 4);
    json_decref(value);
}
END_TEST

START_TEST(items_newest_first)
{
    json_t *value = ask("items", "{\"limit\":3}");

    ck_assert_int_eq(at(value, "items.0.id"), 4);
    ck_assert_int_eq(at(value, "items.2.id"), 2);
    ck_assert_int_eq(at(value, "next"), 2);
    json_decref(value);
    value = ask("items", "{\"source\":1,\"before\":4}");
    ck_assert_uint_eq(length(value, "items"), 2);
    ck_assert_int_eq(at(value, "items.0.id"), 3);
    json_decref(value);
    value = ask("items", "{\"since_ms\":3000}");
    ck_assert_uint_eq(length(value, "items"), 2);
    json_decref(value);
}
END_TEST

START_TEST(item_in_full)
{
    json_t *value = ask("item", "{\"id\":1}");
    struct hash_key key = hash_key(1, "guid-1", 6);
    char hex[33];

    hash_key_hex(&key, hex);
    ck_assert_str_eq(text_of(value, "content"), "<p>weir</p>");
    ck_assert_str_eq(text_of(value, "key"), hex);
    ck_assert_str_eq(text_of(value, "model"), "builtin-512-v1");
    ck_assert_int_eq(at(value, "sequence"), 10);
    ck_assert_int_eq(at(value, "enclosures.0.length"), 99);
    ck_assert(json_is_false(json_object_get(value, "truncated")));
    json_decref(value);
}
END_TEST

/* Content that no message takes is cut, before a character. */
START_TEST(item_too_large)
{
    json_t *value = NULL;

    sample_exec(&sample, "UPDATE item SET content = replace (hex (zeroblob (60000)), '00', 'ü\"')"
                         " WHERE id = 1");
    limits.json_bytes = 50001;
    value = ask("item", "{\"id\":1}");
    ck_assert_uint_le(answer.json.len, 50001);
    ck_assert_uint_gt(strlen(text_of(value, "content")), 10000);
    ck_assert_ptr_null(strstr(text_of(value, "content"), "\xef\xbf\xbd"));
    ck_assert(json_is_true(json_object_get(value, "truncated")));
    json_decref(value);
}
END_TEST

START_TEST(bad_text_in_the_store)
{
    json_t *value = NULL;

    sample_exec(&sample, "UPDATE item SET title = CAST (x'41ff42' AS TEXT) WHERE id = 1");
    value = ask("item", "{\"id\":1}");
    ck_assert_str_eq(text_of(value, "title"), "A\xef\xbf\xbd"
                                              "B");
    json_decref(value);
}
END_TEST

START_TEST(sources)
{
    json_t *value = ask("source.list", "{}");
    json_t *second = json_array_get(json_object_get(value, "sources"), 1);

    ck_assert_uint_eq(length(value, "sources"), 2);
    ck_assert_str_eq(text_of(second, "title"), "My B");
    ck_assert_str_eq(text_of(second, "state"), "active");
    ck_assert_str_eq(json_string_value(json_array_get(json_object_get(second, "categories"), 0)),
                     "tech");
    ck_assert(json_is_false(json_object_get(second, "fetching")));
    ck_assert(json_is_true(
        json_object_get(json_array_get(json_object_get(value, "sources"), 0), "fetching")));
    json_decref(value);
    value = ask("source.list", "{\"limit\":1}");
    ck_assert_int_eq(at(value, "next"), 1);
    json_decref(value);
    value = ask("source.list", "{\"after\":1}");
    ck_assert_int_eq(at(value, "sources.0.id"), 2);
    json_decref(value);
}
END_TEST

START_TEST(order_and_dead)
{
    json_t *value = ask("order", "{\"after\":1,\"limit\":2}");

    ck_assert_int_eq(at(value, "items.0.id"), 2);
    ck_assert_int_eq(at(value, "items.0.sequence"), 20);
    ck_assert_int_eq(at(value, "items.0.copy_of"), 1);
    ck_assert_int_eq(at(value, "next"), 3);
    json_decref(value);
    value = ask("dead.list", "");
    ck_assert_uint_eq(length(value, "dead"), 1);
    ck_assert_int_eq(at(value, "dead.0.bytes"), 1);
    json_decref(value);
}
END_TEST

START_TEST(verify_by_name)
{
    json_t *value = ask("verify", "{\"names\":true}");
    size_t count = length(value, "names");

    json_decref(value);
    value = ask("verify", "");
    ck_assert(json_is_true(json_object_get(value, "ok")));
    ck_assert_uint_eq(length(value, "checks"), count);
    json_decref(value);
    sample_exec(&sample, "DELETE FROM fetch_item");
    value = ask("verify", "{\"check\":\"sum\"}");
    ck_assert(json_is_false(json_object_get(value, "ok")));
    ck_assert_int_eq(at(value, "checks.0.sum.accepted"), 9);
    ck_assert_int_eq(at(value, "checks.0.sum.under_way"), 0);
    json_decref(value);
}
END_TEST

/* --- pages of vectors ------------------------------------------------------------------------- */

static struct msg_pool pool;

static struct msg_page page_since(uint64_t epoch, uint64_t since, int64_t not_before_ms)
{
    struct msg_since question = {epoch, since, not_before_ms};
    struct msg_page page = {0};
    struct buf frame = {0};

    msg_since_write(&question, &frame);
    reads_run(db, &limits, "vectors", (struct span){0}, buf_span(&frame), &answer);
    ck_assert_msg(answer.code == 0, "%d %s", answer.code, answer.error.data);
    ck_assert_uint_le(answer.page.len, limits.page_bytes + 64);
    msg_pool_reset(&pool);
    ck_assert_msg(msg_page_read(buf_span(&answer.page), &pool, &page) == 0, "%s", pool.why);
    buf_free(&frame);
    return page;
}

START_TEST(vectors_in_sequence)
{
    static const uint64_t sequences[] = {10, 20, 30, 35, 40};
    struct msg_page page = page_since(4711, 0, 0);
    const struct msg_entry *entries = page.entries.at;

    ck_assert_uint_eq(page.epoch, 4711);
    ck_assert_uint_eq(page.head, 60);
    ck_assert_uint_eq(page.upto, 60);
    ck_assert_uint_eq(page.entries.count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(entries[i].sequence, sequences[i]);
    ck_assert_uint_eq(entries[3].gone, 1);
    ck_assert_uint_eq(entries[3].id, 77);
    ck_assert_uint_eq(entries[1].id, 2);
    ck_assert_uint_eq(entries[1].story, 1);
    ck_assert_uint_eq(entries[1].copy_of, 1);
    ck_assert_int_eq(entries[1].time_ms, 2000);
    ck_assert_uint_eq(entries[1].vector.n, 512);
    ck_assert_int_eq(entries[1].vector.p[511], 2);
    ck_assert_uint_eq(entries[1].signature.n, 512);
    ck_assert_uint_eq(entries[1].figures.n, 4);
    ck_assert(span_eq(entries[1].model, span_str("builtin-512-v1")));
    ck_assert_uint_eq(entries[1].url_key, 5);
}
END_TEST

START_TEST(vectors_from_where)
{
    struct msg_page page = page_since(4711, 30, 0);

    ck_assert_uint_eq(page.entries.count, 2);
    page = page_since(4711, 60, 0);
    ck_assert_uint_eq(page.entries.count, 0);
    ck_assert_uint_eq(page.upto, 60);
    /* another epoch, and a number from the future: from the start */
    page = page_since(1, 30, 0);
    ck_assert_uint_eq(page.entries.count, 5);
    page = page_since(4711, 61, 0);
    ck_assert_uint_eq(page.entries.count, 5);
    /* tombstones have no time and always come */
    page = page_since(4711, 0, 3000);
    ck_assert_uint_eq(page.entries.count, 3);
    ck_assert_uint_eq(((const struct msg_entry *)page.entries.at)[0].sequence, 30);
}
END_TEST

/* What is too old to be sent costs as much as what is not: a page is over after so many rows, empty
 * or not, and the next one goes on. */
START_TEST(vectors_looked_at)
{
    struct msg_page page;

    limits.page_rows = 2;
    page = page_since(4711, 0, 4000);
    ck_assert_uint_eq(page.entries.count, 0);
    ck_assert_uint_eq(page.upto, 20);
    ck_assert_uint_eq(page.head, 60);
    page = page_since(4711, 20, 4000);
    ck_assert_uint_eq(page.upto, 40);
    ck_assert_uint_eq(page.entries.count, 2); /* the tombstone and the youngest */
    page = page_since(4711, 40, 4000);
    ck_assert_uint_eq(page.upto, 60);
    ck_assert_uint_eq(page.entries.count, 0);
}
END_TEST

/* Small pages lead to the same entries, each once, and to the head. */
START_TEST(vectors_paged)
{
    uint64_t since = 0, entries = 0, pages = 0, last = 0;

    sample_exec(&sample, "UPDATE meta SET value = 5000 WHERE name = 'head'");
    for (int i = 10; i < 300; i++)
        sample_item(&sample, i, 1, 1, 0);
    sample_exec(
        &sample,
        "INSERT INTO tombstone (sequence, item, key) VALUES (2005, 88, x''), (4999, 89, x'')");
    limits.page_bytes = 5000;
    while (since < 5000 && pages++ < 1000) {
        struct msg_page page = page_since(4711, since, 0);
        const struct msg_entry *list = page.entries.at;

        ck_assert_uint_gt(page.upto, since);
        for (size_t i = 0; i < page.entries.count; i++) {
            ck_assert_uint_gt(list[i].sequence, last);
            last = list[i].sequence;
            ck_assert_uint_le(last, page.upto);
            ck_assert(list[i].gone || list[i].vector.p[0] == (char)list[i].id);
        }
        entries += page.entries.count;
        since = page.upto;
    }
    ck_assert_uint_eq(since, 5000);
    ck_assert_uint_eq(entries, 4 + 290 + 3);
    ck_assert_uint_gt(pages, 50);
}
END_TEST

/* --- errors ----------------------------------------------------------------------------------- */

static const struct {
    const char *verb;
    const char *json;
    int code;
    const char *words;
} wrong[] = {
    {"nonsense", "{}", APP_USAGE, "unknown verb"},
    {"story", "{", APP_USAGE, "no JSON"},
    {"story", "[1]", APP_USAGE, "must be a JSON object"},
    {"story", "{\"id\":1,\"id\":2}", APP_USAGE, "no JSON"},
    {"story", "{\"id\":1\xff}", APP_USAGE, "no JSON"},
    {"story", "{}", APP_USAGE, "id is missing"},
    {"story", "{\"id\":\"1\"}", APP_USAGE, "id must be an integer"},
    {"story", "{\"id\":-1}", APP_USAGE, "id must be 1 to"},
    {"story", "{\"id\":7}", APP_DATA, "there is no story 7"},
    {"item", "{\"id\":7}", APP_DATA, "there is no item 7"},
    {"stories", "{\"limit\":0}", APP_USAGE, "limit must be 1 to 10000, not 0"},
    {"stories", "{\"limit\":1.5}", APP_USAGE, "limit must be an integer"},
    {"items", "{\"source\":true}", APP_USAGE, "source must be an integer"},
    {"source.list", "{\"after\":-1}", APP_USAGE, "after"},
    {"verify", "{\"check\":\"x\"}", APP_USAGE, "name of a check"},
    {"verify", "{\"check\":3}", APP_USAGE, "name of a check"},
    {"vectors", "", APP_USAGE, "no `since`"},
};

START_TEST(wrong_arguments)
{
    reads_run(db, &limits, wrong[_i].verb, span_str(wrong[_i].json), (struct span){0}, &answer);
    ck_assert_int_eq(answer.code, wrong[_i].code);
    ck_assert_msg(strstr(answer.error.data, wrong[_i].words) != NULL, "%s", answer.error.data);
    ck_assert_uint_eq(answer.json.len, 0);
}
END_TEST

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

START_TEST(stopped_inside)
{
    for (int i = 10; i < 1500; i++)
        sample_item(&sample, i, 1, 1, 0);
    db_read_watch(db, at_once, NULL);
    reads_run(db, &limits, "order", span_str("{\"limit\":10000}"), (struct span){0}, &answer);
    ck_assert_int_eq(answer.code, APP_LEFT);
    /* and the next query is not hurt by it */
    db_read_watch(db, NULL, NULL);
    json_decref(ask("order", "{\"limit\":10000}"));
}
END_TEST

START_TEST(store_that_fails)
{
    sample_exec(&sample, "DROP TABLE story");
    reads_run(db, &limits, "stories", (struct span){0}, (struct span){0}, &answer);
    ck_assert_int_eq(answer.code, APP_IO);
    ck_assert_msg(strstr(answer.error.data, "no such table: story") != NULL, "%s",
                  answer.error.data);
}
END_TEST

/* A list never grows beyond an answer; it says where to go on. */
START_TEST(lists_are_bounded)
{
    int64_t after = 0, seen = 0;
    int pages = 0;

    for (int i = 10; i < 200; i++)
        sample_item(&sample, i, 1, 1, 0);
    limits.json_bytes = 8000;
    do {
        char *json = mem_printf("{\"after\":%lld}", (long long)after);
        json_t *value = ask("order", json);

        ck_assert_uint_le(answer.json.len, 8000);
        seen += (int64_t)length(value, "items");
        after = at(value, "next");
        json_decref(value);
        free(json);
        pages++;
    } while (after > 0 && pages < 500);
    ck_assert_int_eq(seen, 194);
    ck_assert_int_gt(pages, 5);
}
END_TEST

static void free_pool(void)
{
    msg_pool_free(&pool);
    teardown();
}

int main(void)
{
    Suite *suite = suite_create("reads");
    TCase *tcase = tcase_create("reads");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, free_pool);
    tcase_add_test(tcase, stories_newest_first);
    tcase_add_test(tcase, stories_limits);
    tcase_add_test(tcase, stories_paged);
    tcase_add_test(tcase, story_with_members);
    tcase_add_test(tcase, items_newest_first);
    tcase_add_test(tcase, item_in_full);
    tcase_add_test(tcase, item_too_large);
    tcase_add_test(tcase, bad_text_in_the_store);
    tcase_add_test(tcase, sources);
    tcase_add_test(tcase, order_and_dead);
    tcase_add_test(tcase, verify_by_name);
    tcase_add_test(tcase, vectors_in_sequence);
    tcase_add_test(tcase, vectors_from_where);
    tcase_add_test(tcase, vectors_looked_at);
    tcase_add_test(tcase, vectors_paged);
    tcase_add_loop_test(tcase, wrong_arguments, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tcase, stopped_inside);
    tcase_add_test(tcase, store_that_fails);
    tcase_add_test(tcase, lists_are_bounded);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

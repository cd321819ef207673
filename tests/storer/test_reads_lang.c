/* Queries on a store: the set that a reader makes holds just the items that lang_match takes, with
 * and without the columns of facts. */
#include <jansson.h>

#include "common/app.h"
#include "storer/db.h"
#include "storer/db_facts.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/lang_match.h"
#include "storer/reads_inner.h"
#include "storer/reads_lang.h"
#include "tests/storer/sample_store.h"

enum { ITEMS = 600, STEP = 9, HEAD = ITEMS * STEP };

/* What one item has that a query can ask of; ids go in steps, so blocks have gaps. */
struct made {
    char title[80], text[160], author[20], categories[40];
    const char *language;
    struct lang_item item;
};

static struct sample sample;
static struct made made[ITEMS];
static struct db_read *db;
static struct reads_limits limits;
static struct reads_answer answer;
static struct reads reads;
static int64_t now_ms;

static const char *const source_url[] = {"", "http://a.test/feed", "https://b.test/rss?x=1",
                                         "http://news.c.test/"};
static const char *const source_title[] = {"", "A news", "B News of the World", ""};
static const char *const source_own[] = {"", "", "My \xc3\x84 B", ""};
static const char *const source_categories[] = {"", "tech\nworld/eu", "", "sport news"};

static unsigned draw(unsigned below)
{
    static uint64_t seed = 42;

    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(seed >> 33) % below;
}

/* --- the store -------------------------------------------------------------------------------- */

static void make_item(int i)
{
    static const char *const words[] = {"river",        "Weir",  "\303\234ber", "water-mill",
                                        "na\xc3\xafve", "flood", "riverbed",    "M\xc3\xbchle",
                                        "10.5",         "OR"};
    static const char *const languages[] = {"en", "de", "de-AT", "pt_BR", "", "EN-us"};
    static const char *const names[] = {"", "tech", "Local News\nflood", "sport"};
    struct made *m = &made[i];
    int source = 1 + (int)draw(3);

    snprintf(m->title, sizeof(m->title), "%s %s", words[draw(10)], words[draw(10)]);
    snprintf(m->text, sizeof(m->text), "the %s, and %s: %s", words[draw(10)], words[draw(10)],
             words[draw(10)]);
    snprintf(m->author, sizeof(m->author), "%s Ann", draw(4) ? "" : words[draw(10)]);
    snprintf(m->categories, sizeof(m->categories), "%s", names[draw(4)]);
    m->language = languages[draw(6)];
    m->item = (struct lang_item){
        .id = (uint64_t)(1 + i * STEP),
        .source = (uint64_t)source,
        .time_ms = draw(20) ? now_ms - (int64_t)draw(4000) * 3600000 : -5,
        .title = span_str(m->title),
        .text = span_str(m->text),
        .author = span_str(m->author),
        .categories = span_str(m->categories),
        .language = span_str(m->language),
        .url = span_str(source_url[source]),
        .feed_title = span_str(source_title[source]),
        .own_title = span_str(source_own[source]),
        .source_title = span_str(source == 3   ? source_url[3]
                                 : source == 2 ? source_own[2]
                                               : source_title[1]),
        .source_categories = span_str(source_categories[source]),
        .read = draw(2) != 0,
        .starred = draw(10) == 0,
        .hidden = draw(8) == 0,
        .copy = i > 0 && draw(3) == 0,
    };
    m->item.story = m->item.copy ? made[i - 1].item.story : m->item.id;
}

static void put_item(const struct made *m)
{
    const struct lang_item *item = &m->item;
    char *sql = sqlite3_mprintf(
        "INSERT INTO item (id, key, source, guid, revision, story, copy_of, time_ms, published_ms,"
        " updated_ms, seen_ms, url, title, author, language, categories, thumbnail, content, text,"
        " source_title) VALUES (%llu, CAST(printf('%%016d', %llu) AS BLOB), %llu, '', 1, %llu, %d,"
        " %lld, 0, 0, 0, '', %Q, %Q, %Q, %Q, '', '', %Q, %Q)",
        item->id, item->id, item->source, item->story, item->copy ? 1 : 0, item->time_ms, m->title,
        m->author, m->language, m->categories, m->text, item->source_title.p);

    sample_exec(&sample, sql);
    sqlite3_free(sql);
}

static void put_marks(int kind, size_t offset)
{
    unsigned char bits[2 * IDSET_BYTES] = {0};
    sqlite3_stmt *s = NULL;

    for (int i = 0; i < ITEMS; i++)
        if (*(const bool *)((const char *)&made[i].item + offset))
            bits[made[i].item.id / 8] |= (unsigned char)(1U << made[i].item.id % 8);
    sqlite3_prepare_v2(sample.db, "INSERT INTO mark VALUES (?1, ?2, ?3)", -1, &s, NULL);
    for (int block = 0; block < 2; block++) {
        sqlite3_bind_int(s, 1, kind);
        sqlite3_bind_int(s, 2, block);
        sqlite3_bind_blob(s, 3, bits + block * IDSET_BYTES, IDSET_BYTES, SQLITE_STATIC);
        ck_assert_int_eq(sqlite3_step(s), SQLITE_DONE);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
}

static void make_store(void)
{
    char *sql = NULL;

    ck_assert_ptr_nonnull(strcpy(sample.folder, "/tmp/weir-test-XXXXXX"));
    ck_assert_ptr_nonnull(mkdtemp(sample.folder));
    sample.path = mem_printf("%s/weir.db", sample.folder);
    ck_assert_int_eq(sqlite3_open(sample.path, &sample.db), SQLITE_OK);
    sample_exec(&sample, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    for (int i = 1; i <= db_schema_newest(); i++)
        sample_exec(&sample, db_schema(i));
    sample_exec(&sample, "BEGIN");
    sample_exec(&sample,
                "INSERT INTO source (id, url, host, title, own_title, added_ms, next_ms) VALUES"
                " (1, 'http://a.test/feed', '', 'A news', '', 1, 1),"
                " (2, 'https://b.test/rss?x=1', '', 'B News of the World', 'My \xc3\x84 B', 1, 1),"
                " (3, 'http://news.c.test/', '', '', '', 1, 1);"
                "INSERT INTO category VALUES (1, 'tech'), (2, 'world/eu'), (3, 'sport news');"
                "INSERT INTO source_category VALUES (1, 1), (1, 2), (3, 3);"
                "INSERT INTO view VALUES ('mine', 'is:starred', 1), ('torn', '(river', 1)");
    for (int i = 0; i < ITEMS; i++) {
        make_item(i);
        put_item(&made[i]);
    }
    sample_exec(&sample, "INSERT INTO item_fts (rowid, title, text, author, source_title,"
                         " categories) SELECT id, title, text, author, source_title, categories"
                         " FROM item");
    sample_exec(&sample, "INSERT OR REPLACE INTO meta VALUES ('head', 5400)");
    put_marks(0, offsetof(struct lang_item, read));
    put_marks(1, offsetof(struct lang_item, starred));
    put_marks(2, offsetof(struct lang_item, hidden));
    sample_exec(&sample, "COMMIT");
    sql = mem_printf("PRAGMA user_version = %d", db_schema_newest());
    sample_exec(&sample, sql);
    free(sql);
}

/* Enters the columns of facts up to an id. */
static void enter_facts(uint64_t upto)
{
    enum db_error error = DB_OK;
    struct buf why = {0};
    struct db *writer = db_open(sample.path, 1000, &error, &why);
    uint64_t done = 0;

    ck_assert_msg(writer != NULL, "%s", why.data);
    db_begin(writer);
    while (done < upto)
        done = db_facts_step(writer, done, upto);
    ck_assert(db_commit(writer));
    ck_assert_uint_eq(db_facts_done(writer), upto);
    db_close(&writer);
}

static void setup(void)
{
    struct buf error = {0};

    now_ms = INT64_C(1795250096789);
    make_store();
    db = db_read_open(sample.path, 100, &error);
    ck_assert_msg(db != NULL, "%s", error.data);
    limits = (struct reads_limits){.json_bytes = 1000000, .search_candidates = 1000000};
    answer = (struct reads_answer){0};
    reads = (struct reads){.db = db, .limits = &limits, .answer = &answer, .args = json_object()};
}

static void teardown(void)
{
    json_decref(reads.args);
    reads_answer_free(&answer);
    db_read_close(&db);
    sample_close(&sample);
}

/* --- queries ---------------------------------------------------------------------------------- */

static const char *const leaves[] = {
    "river",
    "weir",
    "uber",
    "\"water mill\"",
    "riv*",
    "title:flood",
    "author:ann",
    "author:mill",
    "news",
    "category:tech",
    "category:flood",
    "category:news",
    "category:spo*",
    "source:2",
    "source:TEST/rss",
    "source:news",
    "source:\"my a\"",
    "source:c.test",
    "lang:de",
    "lang:de-at",
    "lang:pt-br",
    "lang:en",
    "before:2026-08-01",
    "after:2026-09-10T11:00",
    "after:1970-01-01",
    "before:1970-01-01",
    "is:read",
    "is:unread",
    "is:starred",
    "is:hidden",
    "is:copy",
    "story:10",
    "id:19",
    "id:20",
    "10.5",
    "\"or\"",
    "nowhere",
    "source:9",
    "story:3",
};
enum { LEAVES = sizeof(leaves) / sizeof(leaves[0]) };

static int64_t check_query(const char *text)
{
    struct lang_error error = {0};
    struct lang *lang = lang_parse(span_str(text), &error);
    struct reads_lang_told told = {0};
    struct idset *set = NULL;
    int64_t found = 0, wrong = 0;

    ck_assert_msg(lang != NULL, "%s: %s", text, error.words);
    db_read_begin(db);
    set = reads_lang_set(&reads, lang, &told);
    ck_assert_msg(set != NULL, "%s: %s", text, db_read_error(db));
    db_read_end(db);
    for (int i = 0; i < ITEMS; i++) {
        struct lang_seen *seen = lang_seen_create(&made[i].item);
        bool match = lang_match(lang, seen, now_ms);

        found += match;
        if (match != idset_has(set, made[i].item.id) && wrong++ == 0)
            printf("%s: item %llu (%s | %s) %s\n", text, (unsigned long long)made[i].item.id,
                   made[i].title, made[i].text, match ? "is missing" : "is too much");
        lang_seen_destroy(&seen);
    }
    ck_assert_msg(wrong == 0, "%s", text);
    ck_assert_uint_eq(idset_count(set, HEAD), (uint64_t)found); /* and nothing that is no item */
    ck_assert(!told.capped);
    idset_destroy(&set);
    lang_destroy(&lang);
    return found;
}

/* A tree of leaves as text. */
static void compose(struct buf *out, int depth)
{
    int parts = 1 + (int)draw(3);
    bool either = draw(2) != 0;

    for (int i = 0; i < parts; i++) {
        buf_adds(out, i == 0 ? "" : either ? " OR " : " ");
        buf_adds(out, draw(4) ? "" : "-");
        if (depth > 0 && draw(3) == 0) {
            buf_addc(out, '(');
            compose(out, depth - 1);
            buf_addc(out, ')');
        } else {
            buf_adds(out, leaves[draw(LEAVES)]);
        }
    }
}

static void check_all(void)
{
    int64_t some = 0;

    for (int i = 0; i < LEAVES; i++)
        some += check_query(leaves[i]) > 0;
    ck_assert_int_ge(some, 33); /* most of them find something: the comparison is worth it */
    ck_assert_int_eq(check_query(""), ITEMS);
    for (int i = 0; i < 150; i++) {
        struct buf text = {0};

        compose(&text, 3);
        check_query(text.data);
        buf_free(&text);
    }
}

START_TEST(as_matched_without_facts)
{
    check_all();
}
END_TEST

START_TEST(as_matched_with_facts)
{
    enter_facts(HEAD);
    check_all();
}
END_TEST

START_TEST(as_matched_with_a_tail)
{
    enter_facts(4100); /* just into the second block */
    check_all();
}
END_TEST

/* The entry of an item follows its row. */
START_TEST(facts_follow)
{
    enum db_error error = DB_OK;
    struct buf why = {0};
    struct db *writer = NULL;
    struct reads_lang_told told = {0};
    struct lang *lang = NULL;
    struct idset *set = NULL;

    enter_facts(HEAD);
    sample_exec(&sample, "UPDATE item SET language = 'xx-y' WHERE id = 10");
    sample_exec(&sample, "DELETE FROM item WHERE id = 19");
    writer = db_open(sample.path, 1000, &error, &why);
    db_begin(writer);
    db_facts_again(writer, 10);
    db_facts_again(writer, 19);
    db_facts_again(writer, HEAD + 10); /* not entered yet: nothing to do */
    ck_assert(db_commit(writer));
    db_close(&writer);
    made[1].item.language = span_str("xx-y");
    ck_assert_int_eq(check_query("lang:xx"), 1);
    lang = lang_phrase(span_of("", 0));
    set = reads_lang_set(&reads, lang, &told);
    ck_assert_uint_eq(idset_count(set, HEAD), ITEMS - 1);
    ck_assert(!idset_has(set, 19) && idset_has(set, 10));
    idset_destroy(&set);
    lang_destroy(&lang);
}
END_TEST

START_TEST(common_words_are_capped)
{
    struct reads_lang_told told = {0};
    struct lang_error error = {0};
    struct lang *lang = lang_parse(span_str("ann"), &error);
    struct idset *set = NULL;

    limits.search_candidates = 10;
    set = reads_lang_set(&reads, lang, &told);
    ck_assert(told.capped);
    ck_assert_uint_eq(idset_count(set, HEAD), 10);
    ck_assert_uint_eq(idset_below(set, HEAD), made[ITEMS - 1].item.id); /* the newest */
    ck_assert(!idset_has(set, 1));
    idset_destroy(&set);
    lang_destroy(&lang);
    /* Within a filter they are found further down. */
    told = (struct reads_lang_told){0};
    lang = lang_parse(span_str("ann id:4051"), &error);
    set = reads_lang_set(&reads, lang, &told);
    ck_assert(!told.capped);
    ck_assert_uint_eq(idset_count(set, HEAD), 1);
    idset_destroy(&set);
    lang_destroy(&lang);
}
END_TEST

/* --- arguments -------------------------------------------------------------------------------- */

static bool read_args(const char *json, struct reads_query *query)
{
    json_decref(reads.args);
    reads.args = json_loads(json, 0, NULL);
    reads_answer_free(&answer);
    return reads_query(&reads, query);
}

START_TEST(arguments)
{
    struct reads_query query = {0};
    struct buf text = {0};
    json_t *told = json_object();

    ck_assert(read_args("{}", &query) && !query.given && query.lang->kind == LANG_ALL);
    reads_query_free(&query);
    ck_assert(read_args("{\"query\": \"a b\", \"view\": \"mine\"}", &query) && query.given);
    lang_write(query.lang, &text);
    ck_assert_str_eq(text.data, "is:starred a b");
    ck_assert(!query.hidden && !query.phrase);
    reads_query_free(&query);
    ck_assert(read_args("{\"query\": \"-(a is:hidden)\"}", &query) && query.hidden);
    reads_query_free(&query);
    ck_assert(read_args("{\"query\": \"river (flood\"}", &query) && query.phrase);
    buf_clear(&text);
    lang_write(query.lang, &text);
    ck_assert_str_eq(text.data, "\"river (flood\"");
    reads_query_tell(&query, told);
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(told, "syntax"), "at")), 6);
    ck_assert(json_is_true(json_object_get(told, "phrase")));
    reads_query_free(&query);
    ck_assert(!read_args("{\"view\": \"other\"}", &query));
    ck_assert_int_eq(answer.code, APP_DATA);
    reads_query_free(&query);
    ck_assert(!read_args("{\"view\": \"torn\"}", &query));
    ck_assert_int_eq(answer.code, APP_DATA);
    reads_query_free(&query);
    ck_assert(!read_args("{\"query\": 7}", &query));
    ck_assert_int_eq(answer.code, APP_USAGE);
    reads_query_free(&query);
    json_decref(told);
    buf_free(&text);
}
END_TEST

/* --- rule.test -------------------------------------------------------------------------------- */

static json_t *ask(const char *verb, const char *json)
{
    json_t *value = NULL;

    reads_run(db, &limits, verb, span_str(json), (struct span){0}, &answer);
    ck_assert_msg(answer.code == 0, "%s %s: %d %s", verb, json, answer.code, answer.error.data);
    value = json_loadb(answer.json.data, answer.json.len, 0, NULL);
    ck_assert_ptr_nonnull(value);
    return value;
}

START_TEST(rules_are_tested)
{
    json_t *told = ask("rule.test", "{\"query\": \"is:starred\", \"limit\": 50, \"actions\":"
                                    " [\"star\", \"read\", \"category:tech\"]}");
    int64_t met = 0;

    for (int i = ITEMS - 50; i < ITEMS; i++)
        met += made[i].item.starred;
    ck_assert_int_gt(met, 0);
    ck_assert_int_eq(json_integer_value(json_object_get(told, "met")), met);
    ck_assert_int_eq(json_integer_value(json_object_get(told, "tested")), 50);
    for (size_t i = 0; i < json_array_size(json_object_get(told, "items")); i++) {
        json_t *item = json_array_get(json_object_get(told, "items"), i);
        uint64_t id = (uint64_t)json_integer_value(json_object_get(item, "id"));
        const struct made *m = &made[(id - 1) / STEP];
        size_t would = (size_t)!m->item.read + (strcmp(m->categories, "tech") != 0);

        ck_assert_uint_eq(json_array_size(json_object_get(item, "would")), would);
    }
    json_decref(told);
    sample_exec(&sample, "INSERT INTO rule VALUES (4, 'x', 'river', '[\"read\"]', 1, 1, 1),"
                         " (5, 'y', '(river', '[\"read\"]', 1, 1, 1)");
    told = ask("rule.test", "{\"id\": 4}");
    ck_assert_int_eq(json_integer_value(json_object_get(told, "tested")), ITEMS);
    json_decref(told);
    told = ask("rules", "");
    ck_assert(!json_object_get(json_array_get(json_object_get(told, "rules"), 0), "syntax"));
    ck_assert(json_object_get(json_array_get(json_object_get(told, "rules"), 1), "syntax"));
    json_decref(told);
    reads_run(db, &limits, "rule.test", span_str("{\"id\": 9}"), (struct span){0}, &answer);
    ck_assert_int_eq(answer.code, APP_DATA);
    reads_run(db, &limits, "rule.test", span_str("{\"query\": \"a\", \"actions\": [\"burn\"]}"),
              (struct span){0}, &answer);
    ck_assert_int_eq(answer.code, APP_USAGE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queries");
    TCase *sets = tcase_create("sets");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(sets, setup, teardown);
    tcase_add_test(sets, as_matched_without_facts);
    tcase_add_test(sets, as_matched_with_facts);
    tcase_add_test(sets, as_matched_with_a_tail);
    tcase_add_test(sets, facts_follow);
    tcase_add_test(sets, common_words_are_capped);
    tcase_add_test(sets, arguments);
    tcase_add_test(sets, rules_are_tested);
    suite_add_tcase(suite, sets);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

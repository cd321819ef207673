/* What people ask of sources: adding with credentials, setting, listing without giving them away.
 */
#include "tests/storer/ring.h"

#include <jansson.h>

#include "storer/db_source.h"

static struct ring ring;
static struct msg_header header;
static struct msg_job job;

static void setup(void)
{
    ring_open(&ring);
    ring_go(&ring);
}

static void teardown(void)
{
    ring_close(&ring);
}

/* The next job of a lane; the text of its private frame is the caller's, "" where it has none. */
static char *take_job(enum lane lane)
{
    struct msg_private private = {0};

    zmsg_destroy(&ring.kept);
    ring.kept = ring_recv(ring.jobs[lane], PATIENCE_MS);
    ck_assert_msg(ring.kept != NULL, "no job came in the %s lane", link_lane_name(lane));
    msg_pool_reset(&ring.pool);
    ck_assert_int_eq(msg_header_read(ring_frame(&ring, 0), &ring.pool, &header), 0);
    ck_assert_int_eq(msg_job_read(ring_frame(&ring, 1), &ring.pool, &job), 0);
    if (zmsg_size(ring.kept) < 4)
        return mem_strdup("");
    ck_assert_uint_eq(ring_frame(&ring, 2).n, 0);
    ck_assert_int_eq(msg_private_read(ring_frame(&ring, 3), &ring.pool, &private), 0);
    return mem_dup(private.options.p, private.options.n);
}

static void expect_job(enum lane lane, const char *url, const char *options)
{
    char *private = take_job(lane);

    ck_assert(span_eq(job.url, span_str(url)));
    ck_assert_str_eq(private, options);
    free(private);
}

static void expect_text(const char *sql, const char *text)
{
    struct buf why = {0};
    struct db_read *db = db_read_open(ring.config->store_path, 1000, &why);
    struct db_rows *rows = NULL;

    ck_assert_msg(db != NULL, "%s", why.data);
    rows = db_rows_start(db, sql, "");
    ck_assert(db_rows_next(rows));
    ck_assert_msg(span_eq(db_rows_text(rows, 0), span_str(text)), "%.*s",
                  (int)db_rows_text(rows, 0).n, db_rows_text(rows, 0).p);
    db_rows_end(rows);
    db_read_close(&db);
    buf_free(&why);
}

static json_t *answer_of(const char *verb, const char *json)
{
    char *text = ring_want(&ring, verb, json);
    json_t *value = json_loads(text, 0, NULL);

    ck_assert_msg(value != NULL, "%s", text);
    free(text);
    return value;
}

static int64_t number_in(json_t *object, const char *key)
{
    ck_assert_msg(json_is_integer(json_object_get(object, key)), "no number %s", key);
    return json_integer_value(json_object_get(object, key));
}

/* Ends the fetch at hand as read, without items. */
static void answer_job(const char *etag)
{
    ring_report(&ring, header.fetch, header.source, 0, 0, etag);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
}

#define BASIC "{\"basic\":{\"password\":\"p@ss\",\"user\":\"me\"}}"

START_TEST(a_password_leaves_the_address)
{
    json_t *answer =
        answer_of("source.add",
                  "{\"sources\":["
                  "{\"url\":\"https://me:p%40ss@One.example:443/feed\"},"
                  "{\"url\":\"https://one.example/feed\",\"credentials\":\"me:p@ss\"},"
                  "{\"url\":\"https://one.example/feed\",\"options\":{\"credentials\":" BASIC "}},"
                  "{\"url\":\"https://me@one.example/feed\","
                  "\"options\":{\"credentials\":{\"basic\":{\"password\":\"p@ss\"}}}}]}");

    ck_assert_int_eq(number_in(answer, "added"), 1);
    ck_assert_int_eq(number_in(answer, "existing"), 3);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "ids")), 4);
    ck_assert_uint_eq(json_array_size(json_object_get(answer, "new")), 1);
    json_decref(answer);
    expect_text("SELECT credentials FROM source", BASIC);
    expect_text("SELECT url FROM source", "https://one.example/feed");
    expect_job(LANE_LO, "https://one.example/feed", "{\"credentials\":" BASIC "}");
}
END_TEST

START_TEST(somebody_waits_for_the_new_ones)
{
    json_t *answer = NULL;

    ring_add(&ring, "http://one.example/");
    expect_job(LANE_LO, "http://one.example/", "");
    answer_job("");
    answer = answer_of("source.add", "{\"hi\":1,\"sources\":[{\"url\":\"http://one.example/\"},"
                                     "{\"url\":\"feed://two.example/\"}]}");
    ck_assert_int_eq(json_integer_value(json_array_get(json_object_get(answer, "new"), 0)),
                     json_integer_value(json_array_get(json_object_get(answer, "ids"), 1)));
    json_decref(answer);
    expect_job(LANE_HI, "http://two.example/", "");
    answer_job("");
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
}
END_TEST

static const struct {
    const char *json, *words;
} wrong_adds[] = {
    {"{}", "sources"},
    {"{\"sources\":[]}", "sources"},
    {"{\"sources\":[7]}", "object"},
    {"{\"sources\":[{\"url\":\"ftp://a/\"}]}", "url"},
    {"{\"sources\":[{\"url\":\"http://a/\"},{\"url\":\"http://\"}]}", "source 2: url"},
    {"{\"sources\":[{\"url\":\"http://hush:%ff@a/\"}]}", "UTF-8"},
    {"{\"sources\":[{\"url\":\"http://a%3Ahush:x@a/\"}]}", "credentials.basic.user"},
    {"{\"sources\":[{\"url\":\"http://u:hush@a/\",\"credentials\":\"v:hush\"}]}", "credentials"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"options\":{\"hush\":1}}]}", "options"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"options\":\"hush\"}]}", "options"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"credentials\":7}]}", "credentials"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"title\":7}]}", "title"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"interval_ms\":-1}]}", "interval_ms"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"category\":7}]}", "category"},
    {"{\"sources\":[{\"url\":\"http://a/\",\"categories\":[7]}]}", "categories"},
};

START_TEST(wrong_adding)
{
    for (size_t i = 0; i < sizeof(wrong_adds) / sizeof(wrong_adds[0]); i++) {
        uint64_t code = 0;
        char *words = ring_ask(&ring, "source.add", wrong_adds[i].json, &code);

        ck_assert_msg(code == APP_USAGE, "%s: %d", wrong_adds[i].json, (int)code);
        ck_assert_msg(strstr(words, wrong_adds[i].words) != NULL, "%s: %s", wrong_adds[i].json,
                      words);
        ck_assert_msg(!strstr(words, "hush"), "%s", words);
        free(words);
    }
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source"), 0);
}
END_TEST

/* Other options: what the old ones were answered counts no more, and the source is asked at once.
 */
START_TEST(options_are_set)
{
    ring_add(&ring, "http://one.example/");
    expect_job(LANE_LO, "http://one.example/", "");
    answer_job("\"v1\"");
    ring_do(&ring, "source.set", "{\"id\":1,\"options\":{\"cookies\":\"a=1\"}}");
    expect_job(LANE_HI, "http://one.example/", "{\"cookies\":\"a=1\"}");
    ck_assert_uint_eq(job.etag.n, 0);
    ck_assert_uint_eq(job.body_hash, 0);
    answer_job("\"v2\"");
    ring_do(&ring, "source.set",
            "{\"id\":1,\"options\":{\"cookies\":null,\"credentials\":{\"bearer\":\"t\"}}}");
    expect_job(LANE_HI, "http://one.example/", "{\"credentials\":{\"bearer\":\"t\"}}");
    expect_text("SELECT credentials FROM source", "{\"bearer\":\"t\"}");
    answer_job("\"v3\"");
    /* The same again changes nothing. */
    ring_do(&ring, "source.set", "{\"id\":1,\"options\":{\"credentials\":{\"bearer\":\"t\"}}}");
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    expect_text("SELECT etag FROM source", "\"v3\"");
}
END_TEST

/* The answer to a request with the old options is not taken for one to the new ones. */
START_TEST(options_are_set_while_a_fetch_is_open)
{
    uint64_t old = 0;

    ring_add(&ring, "http://one.example/");
    expect_job(LANE_LO, "http://one.example/", "");
    old = header.fetch;
    ring_do(&ring, "source.set", "{\"id\":1,\"options\":{\"user_agent\":\"me\"}}");
    expect_job(LANE_HI, "http://one.example/", "{\"user_agent\":\"me\"}");
    ck_assert_uint_ne(header.fetch, old);
    ring_report(&ring, old, 1, 0, 0, "\"old\"");
    ring_until_figure(&ring, "strays", 1);
    answer_job("\"new\"");
    expect_text("SELECT etag FROM source", "\"new\"");
    /* An accepted one goes on, and its validators do not count. */
    ring_do(&ring, "source.refresh", "{\"id\":1}");
    expect_job(LANE_HI, "http://one.example/", "{\"user_agent\":\"me\"}");
    ring_report(&ring, header.fetch, 1, 0, 1, "\"accepted\"");
    ring_until(&ring, "SELECT state FROM fetch", 1);
    ring_do(&ring, "source.set", "{\"id\":1,\"options\":{\"user_agent\":\"you\"}}");
    ring_verdict(&ring, &(struct ring_item){.fetch = header.fetch, .source = 1});
    expect_job(LANE_HI, "http://one.example/", "{\"user_agent\":\"you\"}");
    ck_assert_uint_eq(job.etag.n, 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item"), 1);
}
END_TEST

START_TEST(an_identity_is_not_taken_twice)
{
    uint64_t code = 0;
    char *words = NULL;

    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"http://one.example/\"},"
            "{\"url\":\"http://u:p@one.example/\",\"title\":\"second\"}]}");
    words = ring_ask(&ring, "source.set",
                     "{\"id\":1,\"title\":\"x\",\"options\":{\"credentials\":{\"basic\":{\"user\":"
                     "\"u\",\"password\":\"p\"}}}}",
                     &code);
    ck_assert_uint_eq(code, APP_DATA);
    ck_assert_ptr_nonnull(strstr(words, "source 2"));
    free(words);
    expect_text("SELECT own_title FROM source WHERE id = 1", ""); /* all or none */
    ring_do(&ring, "source.set", "{\"id\":1,\"options\":{\"credentials\":{\"bearer\":\"t\"}}}");
    ring_do(&ring, "source.set", "{\"id\":2,\"options\":{\"credentials\":null}}");
    expect_text("SELECT credentials FROM source WHERE id = 2", "");
}
END_TEST

START_TEST(title_and_categories)
{
    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"http://one.example/\",\"title\":\"a\",\"categories\":[\"x\","
            "\"y\"]}]}");
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source_category"), 2);
    ring_do(&ring, "source.set", "{\"id\":1,\"title\":\"b\",\"category\":\"z\"}");
    expect_text("SELECT own_title FROM source", "b");
    expect_text("SELECT group_concat (c.name) FROM source_category s"
                " JOIN category c ON c.id = s.category",
                "z");
    ring_do(&ring, "source.set", "{\"id\":1,\"title\":null,\"category\":\"\"}");
    expect_text("SELECT own_title FROM source", "");
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source_category"), 0);
}
END_TEST

START_TEST(an_interval_counts_at_once)
{
    enum { HOUR_MS = 3600000 };
    int64_t next_ms = 0;

    ring_add(&ring, "http://one.example/");
    expect_job(LANE_LO, "http://one.example/", "");
    answer_job("");
    ring_do(&ring, "source.set", "{\"id\":1,\"interval_ms\":500}");
    expect_job(LANE_LO, "http://one.example/", "");
    answer_job("");
    ring_do(&ring, "source.set", "{\"id\":1,\"interval_ms\":36000000}");
    ring_do(&ring, "source.refresh", "{\"id\":1}");
    expect_job(LANE_HI, "http://one.example/", "");
    answer_job("");
    next_ms = ring_number(&ring, "SELECT next_ms FROM source");
    ck_assert_int_gt(next_ms, clock_utc_ms() + 9 * (int64_t)HOUR_MS);
    ring_do(&ring, "source.set", "{\"id\":1,\"interval_ms\":0}");
    next_ms = ring_number(&ring, "SELECT next_ms FROM source");
    ck_assert_int_le(next_ms, clock_utc_ms() + ring.config->storer_poll_ms);
}
END_TEST

static const struct {
    const char *json;
    int code;
    const char *words;
} wrong_sets[] = {
    {"{}", APP_DATA, "no such source"},
    {"{\"id\":9,\"title\":\"x\"}", APP_DATA, "no such source"},
    {"{\"id\":2,\"title\":\"x\"}", APP_DATA, "no such source"}, /* removed */
    {"{\"id\":1,\"titel\":\"x\"}", APP_USAGE, "title"},
    {"{\"id\":1,\"title\":7}", APP_USAGE, "title"},
    {"{\"id\":1,\"interval_ms\":\"1h\"}", APP_USAGE, "interval_ms"},
    {"{\"id\":1,\"interval_ms\":31622400001}", APP_USAGE, "interval_ms"},
    {"{\"id\":1,\"categories\":\"x\"}", APP_USAGE, "categories"},
    {"{\"id\":1,\"options\":[]}", APP_USAGE, "options"},
    {"{\"id\":1,\"options\":{\"tls\":{\"pin\":\"hush\"}}}", APP_USAGE, "tls.pin"},
    {"{\"id\":1,\"options\":{\"headers\":{\"Host\":\"hush\"}}}", APP_USAGE, "headers"},
};

START_TEST(wrong_setting)
{
    ring_add(&ring, "http://one.example/");
    ring_add(&ring, "http://two.example/");
    ring_do(&ring, "source.remove", "{\"id\":2}");
    for (size_t i = 0; i < sizeof(wrong_sets) / sizeof(wrong_sets[0]); i++) {
        uint64_t code = 0;
        char *words = ring_ask(&ring, "source.set", wrong_sets[i].json, &code);

        ck_assert_msg((int)code == wrong_sets[i].code, "%s: %d", wrong_sets[i].json, (int)code);
        ck_assert_msg(strstr(words, wrong_sets[i].words) != NULL, "%s: %s", wrong_sets[i].json,
                      words);
        ck_assert_msg(!strstr(words, "hush"), "%s", words);
        free(words);
    }
    expect_text("SELECT options FROM source WHERE id = 1", "");
}
END_TEST

#define EVERYTHING                                                                                 \
    "{\"credentials\":{\"basic\":{\"user\":\"hush1\",\"password\":\"hush2\"}},"                    \
    "\"headers\":{\"X-Hush3\":\"hush4\"},\"cookies\":\"hush5=hush6\","                             \
    "\"proxy\":\"http://hush7:hush8@hush9.example\",\"user_agent\":\"hush10\","                    \
    "\"tls\":{\"ca\":\"/hush11\"},\"downgrade\":true}"

/* What is set is said by name, and nothing of it by value. */
START_TEST(a_list_gives_nothing_away)
{
    static const char *const names[] = {"basic",      "headers", "cookies",  "proxy",
                                        "user_agent", "tls",     "downgrade"};
    char *text = NULL;
    json_t *answer = NULL, *set = NULL;

    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"http://one.example/\",\"options\":" EVERYTHING "},"
            "{\"url\":\"http://two.example/\"}]}");
    text = ring_want(&ring, "source.list", "{}");
    ck_assert_msg(!strstr(text, "hush") && !strstr(text, "Hush"), "%s", text);
    answer = json_loads(text, 0, NULL);
    set = json_object_get(json_array_get(json_object_get(answer, "sources"), 0), "private");
    ck_assert_uint_eq(json_array_size(set), 7);
    for (size_t i = 0; i < 7; i++)
        ck_assert_str_eq(json_string_value(json_array_get(set, i)), names[i]);
    set = json_object_get(json_array_get(json_object_get(answer, "sources"), 1), "private");
    ck_assert_uint_eq(json_array_size(set), 0);
    free(text);
    json_decref(answer);
}
END_TEST

/* The file has passwords in it. */
START_TEST(nobody_else_reads_the_store)
{
    struct stat about;

    ring_add(&ring, "http://one.example/");
    ck_assert_int_eq(stat(ring.config->store_path, &about), 0);
    ck_assert_int_eq(about.st_mode & 0777, 0600);
}
END_TEST

static void say_gone(void)
{
    struct msg_header head = ring_header(header.fetch, header.source, 0);
    struct msg_report report = {.outcome = MSG_OUTCOME_FAILED,
                                .http_status = 410,
                                .error_kind = MSG_ERROR_HTTP,
                                .error = span_str("HTTP status 410 Gone"),
                                .retry_after_ms = -1,
                                .max_age_ms = -1,
                                .ttl_ms = -1,
                                .mean_gap_ms = -1,
                                .seen_ms = clock_utc_ms()};

    ring_send(&ring, ring.reports[LANE_LO], &head, MSG_report, &report, (struct span){0});
    ring_until(&ring, "SELECT state FROM source", DB_SOURCE_GONE);
}

START_TEST(a_gone_source_lives_again)
{
    json_t *answer = NULL, *source = NULL;
    uint64_t code = 0;
    char *words = NULL;

    ring_add(&ring, "http://one.example/");
    expect_job(LANE_LO, "http://one.example/", "");
    say_gone();
    answer = answer_of("source.list", "{}");
    source = json_array_get(json_object_get(answer, "sources"), 0);
    ck_assert_str_eq(json_string_value(json_object_get(source, "state")), "gone");
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(source, "note")), "410"));
    json_decref(answer);
    words = ring_ask(&ring, "source.refresh", "{\"id\":1}", &code);
    ck_assert_uint_eq(code, APP_DATA);
    ck_assert_ptr_nonnull(strstr(words, "gone"));
    free(words);
    answer = answer_of("source.add", "{\"hi\":1,\"sources\":[{\"url\":\"http://one.example/\"}]}");
    ck_assert_int_eq(number_in(answer, "added"), 1);
    json_decref(answer);
    expect_job(LANE_HI, "http://one.example/", "");
    say_gone();
    ring_do(&ring, "source.set", "{\"id\":1,\"options\":{\"user_agent\":\"me\"}}");
    expect_job(LANE_HI, "http://one.example/", "{\"user_agent\":\"me\"}");
}
END_TEST

START_TEST(a_removed_source_lives_again)
{
    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"http://one.example/\",\"title\":\"old\"}]}");
    expect_job(LANE_LO, "http://one.example/", "");
    ring_do(&ring, "source.remove", "{\"id\":1}");
    ring_do(&ring, "source.add",
            "{\"hi\":1,\"sources\":[{\"url\":\"http://one.example/\",\"title\":\"new\","
            "\"interval_ms\":60000,\"options\":{\"user_agent\":\"me\"}}]}");
    expect_job(LANE_HI, "http://one.example/", "{\"user_agent\":\"me\"}");
    expect_text("SELECT own_title FROM source", "new");
    ck_assert_int_eq(ring_number(&ring, "SELECT interval_ms FROM source"), 60000);
}
END_TEST

int main(int argc, char **argv)
{
    int code = ring_main(argc, argv);
    Suite *suite = NULL;
    TCase *tcase = NULL;
    SRunner *runner = NULL;
    int failed = 0;

    if (code >= 0)
        return code;
    suite = suite_create("commands");
    tcase = tcase_create("commands");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_password_leaves_the_address);
    tcase_add_test(tcase, somebody_waits_for_the_new_ones);
    tcase_add_test(tcase, wrong_adding);
    tcase_add_test(tcase, options_are_set);
    tcase_add_test(tcase, options_are_set_while_a_fetch_is_open);
    tcase_add_test(tcase, an_identity_is_not_taken_twice);
    tcase_add_test(tcase, title_and_categories);
    tcase_add_test(tcase, an_interval_counts_at_once);
    tcase_add_test(tcase, wrong_setting);
    tcase_add_test(tcase, a_list_gives_nothing_away);
    tcase_add_test(tcase, nobody_else_reads_the_store);
    tcase_add_test(tcase, a_gone_source_lives_again);
    tcase_add_test(tcase, a_removed_source_lives_again);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

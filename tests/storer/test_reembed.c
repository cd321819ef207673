/* A change of model: a store filled with one model's vectors, opened with another in the settings.
 */
#include <sys/resource.h>

#include "storer/pace.h"
#include "tests/storer/ring.h"

#define OTHER "other-model"

static struct ring ring;
static struct msg_header header;
static struct msg_job job;

static void setup(void)
{
    ring_open(&ring);
    ring_set(&ring, "storer.wanted_ms=2000");
}

static void teardown(void)
{
    ring_close(&ring);
}

static void store(unsigned first, unsigned count)
{
    ring_report(&ring, header.fetch, header.source, first, count, "");
    for (unsigned n = first; n < first + count; n++)
        ring_verdict(&ring,
                     &(struct ring_item){
                         .fetch = header.fetch, .source = header.source, .n = n, .rounds = 3});
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
}

/* A store with items 1 .. count, and then another model in the settings. */
static void begin(unsigned count)
{
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    store(0, count);
    ck_assert_int_eq(ring_stop(&ring), 0);
    ring_set(&ring, "embedder.model=" OTHER);
    ring_go(&ring);
}

/* The next question within ms; 0: none. */
static uint64_t asked_within(int64_t ms, struct msg_header *question)
{
    static zmsg_t *message;
    static struct msg_pool pool;

    zmsg_destroy(&message);
    message = ring_recv(ring.items[LANE_LO], ms);
    if (!message)
        return 0;
    msg_pool_reset(&pool);
    ck_assert_int_eq(msg_header_read(link_span(zmsg_first(message)), &pool, question), 0);
    ck_assert_uint_eq(question->kind, MSG_KIND_WANTED);
    return question->item;
}

/* Answers for item number n (row n + 1). */
static void answer(unsigned n, bool vector)
{
    ring_verdict(&ring, &(struct ring_item){.source = header.source,
                                            .kind = MSG_KIND_WANTED,
                                            .n = n,
                                            .item = n + 1,
                                            .model = OTHER,
                                            .rounds = 3,
                                            .direction = n + 300,
                                            .no_vector = !vector});
}

/* Answers questions for the other model until so many came; the rows in the order of questions. */
static void answer_some(unsigned count, uint64_t *rows)
{
    struct msg_header question;

    for (unsigned i = 0; i < count; i++) {
        uint64_t item = asked_within(PATIENCE_MS, &question);

        ck_assert_msg(item != 0, "%u questions came, not %u", i, count);
        ck_assert(span_eq(question.model, span_str(OTHER)));
        if (rows)
            rows[i] = item;
        answer((unsigned)item - 1, true);
    }
}

static int64_t text_is(const char *name, const char *value)
{
    char *sql =
        mem_printf("SELECT count (*) FROM meta WHERE name = '%s' AND value = '%s'", name, value);
    int64_t is = ring_number(&ring, sql);

    free(sql);
    return is;
}

START_TEST(a_new_set_is_made_and_serves_whole)
{
    uint64_t rows[10];
    int64_t epoch = 0, stories = 0;

    begin(10);
    epoch = ring_number(&ring, "SELECT " RING_META("epoch"));
    stories = ring_number(&ring, "SELECT sum (story * id) FROM item");
    answer_some(9, rows);
    for (unsigned i = 0; i < 9; i++)
        ck_assert_uint_eq(rows[i], 10 - i); /* newest first */
    ring_until(&ring, "SELECT count (*) FROM vector_next", 9);
    ck_assert_int_eq(text_is("model", "builtin-512-v1"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'"),
                     0);
    answer_some(1, NULL);
    ring_until(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'", 10);
    ck_assert_int_eq(text_is("model", OTHER), 1);
    ck_assert_int_ne(ring_number(&ring, "SELECT " RING_META("epoch")), epoch);
    ck_assert_int_eq(ring_number(&ring, "SELECT sum (story * id) FROM item"), stories);
    ck_assert_int_eq(ring_number(&ring, "SELECT sum (sequence = item) FROM vector"), 10);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 0);
    ck_assert_int_eq(ring_figure(&ring, "reembedded"), 10);
    ring_sum(&ring);
}
END_TEST

START_TEST(new_items_want_the_model_that_serves)
{
    struct msg_header question;

    begin(2);
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
    ck_assert(span_eq(header.model, span_str("builtin-512-v1")));
    answer_some(1, NULL);
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 1);
    /* Stored meanwhile: it owes the next model a vector, too, and holds the switch up. */
    store(2, 1);
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 3);
    answer(0, true);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM vector WHERE item = 3 AND model ="
                                        " 'builtin-512-v1' AND length (vector) = 512"),
                     1);
    answer(2, true);
    ring_until(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'", 3);
}
END_TEST

/* What was on its way with a vector of the former model goes round again, for the new one. */
START_TEST(a_foreign_vector_is_not_kept)
{
    struct msg_header question;

    begin(1);
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
    answer_some(1, NULL);
    ring_until(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'", 1);
    ring_report(&ring, header.fetch, header.source, 1, 1, "");
    ring_verdict(&ring, &(struct ring_item){
                            .fetch = header.fetch, .source = header.source, .n = 1, .rounds = 3});
    ring_until(&ring,
               "SELECT length (vector) + wanted > 0 FROM vector JOIN item ON id = item"
               " WHERE item = 2",
               1);
    ck_assert_int_eq(ring_number(&ring, "SELECT length (vector) FROM vector WHERE item = 2"), 0);
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 2);
    ck_assert(span_eq(question.model, span_str(OTHER)));
}
END_TEST

START_TEST(an_update_owes_another_vector)
{
    struct msg_header question;

    begin(2);
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
    answer_some(1, NULL); /* row 2 */
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 1);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 1);
    ring_report(&ring, header.fetch, header.source, 1, 1, "");
    ring_verdict(&ring, &(struct ring_item){
                            .fetch = header.fetch, .source = header.source, .n = 1, .revision = 2});
    ring_until(&ring, "SELECT count (*) FROM vector_next", 0);
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 2);
    answer(1, true); /* made of the former revision */
    answer(0, true);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 1);
    ring_verdict(&ring, &(struct ring_item){.source = header.source,
                                            .kind = MSG_KIND_WANTED,
                                            .n = 1,
                                            .item = 2,
                                            .revision = 2,
                                            .model = OTHER});
    ring_until(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'", 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT sequence FROM vector WHERE item = 2"), 3);
}
END_TEST

START_TEST(killed_it_goes_on_where_it_was)
{
    begin(8);
    answer_some(3, NULL);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 3);
    ring_kill(&ring, SIGKILL);
    ring_go(&ring);
    /* Those that were asked for and not answered come again after their wait, the rest at once. */
    answer_some(5, NULL);
    ring_until(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'", 8);
    ring_sum(&ring);
}
END_TEST

START_TEST(back_to_the_model_that_serves)
{
    struct msg_header question;

    begin(4);
    answer_some(2, NULL);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 2);
    ck_assert_int_eq(ring_stop(&ring), 0);
    ring_set(&ring, "embedder.model=builtin-512-v1");
    ring_go(&ring);
    ring_until(&ring, "SELECT count (*) FROM vector_next", 0);
    ring_until(&ring, "SELECT count (*) FROM reembed", 0);
    ck_assert_int_eq(text_is("model_next", ""), 1);
    ck_assert_int_eq(
        ring_number(&ring, "SELECT count (*) FROM vector WHERE model = 'builtin-512-v1'"), 4);
    while (asked_within(100, &question))
        ck_assert(!span_eq(question.model, span_str("builtin-512-v1")));
}
END_TEST

START_TEST(what_fails_for_good_does_not_hold_up_the_rest)
{
    struct msg_header question;
    unsigned vectors = 0;

    ring_set(&ring, "storer.wanted_ms=100");
    ring_set(&ring, "storer.reembed_tries=2");
    begin(4);
    while (vectors < 3) {
        uint64_t item = asked_within(PATIENCE_MS, &question);

        ck_assert_uint_ne(item, 0);
        answer((unsigned)item - 1, item != 2);
        vectors += item != 2;
    }
    for (int64_t until = clock_mono_ms() + PATIENCE_MS; !text_is("model", OTHER);) {
        ck_assert_int_lt(clock_mono_ms(), until);
        if (asked_within(50, &question) == 2)
            answer(1, false);
    }
    ck_assert_int_eq(ring_figure(&ring, "reembed_failed"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM vector WHERE length (vector) = 0"),
                     1);
    /* From now on it is a missing vector like any other. */
    ring_until(&ring, "SELECT count (*) FROM item WHERE wanted > 0", 1);
    ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 2);
    answer(1, true);
    ring_until(&ring, "SELECT count (*) FROM vector WHERE length (vector) = 0", 0);
}
END_TEST

START_TEST(a_server_that_is_down_ends_nothing)
{
    struct msg_header question;
    uint64_t item = 0;

    ring_set(&ring, "storer.wanted_ms=100");
    ring_set(&ring, "storer.reembed_tries=1");
    begin(6);
    for (int64_t until = clock_mono_ms() + 1000; clock_mono_ms() < until;)
        if ((item = asked_within(50, &question)) > 0)
            answer((unsigned)item - 1, false);
    /* All failed, and still the old ones serve. */
    ck_assert_int_eq(text_is("model", "builtin-512-v1"), 1);
    ring_do(&ring, "reembed", "{}");
    answer_some(6, NULL);
    ring_until(&ring,
               "SELECT count (*) FROM vector WHERE model = '" OTHER "' AND length (vector) > 0", 6);
}
END_TEST

static void limit_files(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

    ck_assert_int_eq(prlimit(ring.pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

/* Questions of a transaction that failed were never sent, so they are asked anew. */
START_TEST(a_full_disk_leaves_nothing_out)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct msg_header question;

    sigaction(SIGXFSZ, &ignore, NULL); /* inherited by the storer */
    ring_set(&ring, "storer.disk_retry_ms=50");
    ring_set(&ring, "storer.wanted_ms=60000");
    begin(30);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(asked_within(PATIENCE_MS, &question), 30 - i);
    limit_files(0);
    for (unsigned i = 0; i < 4; i++)
        answer(29 - i, true);
    ring_until_figure(&ring, "pauses", 1);
    limit_files(RLIM_INFINITY);
    answer_some(26, NULL);
    ring_until(&ring, "SELECT count (*) FROM vector WHERE model = '" OTHER "'", 30);
    ring_sum(&ring);
}
END_TEST

/* --- pace by itself --- */

START_TEST(pace_grows_halves_and_pauses)
{
    struct pace pace;
    size_t first = 0;
    int64_t now_ms = 1000;

    pace_begin(&pace);
    first = pace_room(&pace, now_ms);
    for (int i = 0; i < 60; i++)
        pace_good(&pace);
    ck_assert_uint_eq(pace_room(&pace, now_ms), first + 60);
    ck_assert(!pace_bad(&pace, 500, now_ms));
    ck_assert_uint_eq(pace_room(&pace, now_ms), (first + 60) / 2);
    for (int i = 0; i < 6; i++)
        ck_assert(!pace_bad(&pace, 500, now_ms));
    ck_assert(pace_bad(&pace, 500, now_ms));
    ck_assert(!pace_bad(&pace, 500, now_ms)); /* it was out when the pause began */
    ck_assert_uint_eq(pace_room(&pace, now_ms + 499), 0);
    ck_assert_uint_eq(pace_room(&pace, now_ms + 500), 1);
    ck_assert(pace_bad(&pace, 500, now_ms + 500));
    ck_assert_uint_eq(pace_room(&pace, now_ms + 1499), 0);
    ck_assert_uint_eq(pace_room(&pace, now_ms + 1500), 1);
    pace_good(&pace);
    ck_assert_uint_gt(pace_room(&pace, now_ms + 1500), 1);
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
    suite = suite_create("storer change of model");
    tcase = tcase_create("change");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_new_set_is_made_and_serves_whole);
    tcase_add_test(tcase, new_items_want_the_model_that_serves);
    tcase_add_test(tcase, a_foreign_vector_is_not_kept);
    tcase_add_test(tcase, an_update_owes_another_vector);
    tcase_add_test(tcase, killed_it_goes_on_where_it_was);
    tcase_add_test(tcase, back_to_the_model_that_serves);
    tcase_add_test(tcase, what_fails_for_good_does_not_hold_up_the_rest);
    tcase_add_test(tcase, a_server_that_is_down_ends_nothing);
    tcase_add_test(tcase, a_full_disk_leaves_nothing_out);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("pace");
    tcase_add_test(tcase, pace_grows_halves_and_pauses);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* The storer as a process, with the rest of the ring played by the test. */
#include <sqlite3.h>

#include "tests/storer/ring.h"

static struct ring ring;

static void setup(void)
{
    ring_open(&ring);
}

static void teardown(void)
{
    ring_close(&ring);
}

START_TEST(a_fetch_goes_round)
{
    struct msg_header header;
    struct msg_job job;

    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ck_assert(span_eq(job.url, span_str("http://one.example/feed")));
    ck_assert_uint_ne(header.epoch, 0);
    ring_report(&ring, header.fetch, header.source, 0, 10, "\"e1\"");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 10);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source WHERE etag <> ''"), 0);
    ring_verdicts(&ring, header.fetch, header.source, 0, 9);
    ring_until(&ring, "SELECT count (*) FROM item", 9);
    ring_sum(&ring);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source WHERE etag <> ''"), 0);
    ring_verdicts(&ring, header.fetch, header.source, 9, 1);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source WHERE etag = '\"e1\"'"
                                        " AND items = 10 AND title = 'A feed'"),
                     1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM body"), 0);
    ring_sum(&ring);
    ck_assert_int_eq(ring_stop(&ring), 0);
}
END_TEST

START_TEST(killed_storer_goes_on)
{
    struct msg_header header;
    struct msg_job job;

    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ring_report(&ring, header.fetch, header.source, 0, 6, "\"e1\"");
    ring_verdicts(&ring, header.fetch, header.source, 0, 2);
    ring_until(&ring, "SELECT count (*) FROM item", 2);
    ring_kill(&ring, SIGKILL);
    ring_sum(&ring);
    ring_go(&ring);
    /* What is missing, and only that, comes again from the body. */
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(header.flags, MSG_FLAG_REPLAY);
    ck_assert_uint_eq(header.attempt, 2);
    ck_assert_uint_eq(job.only.n, 4 * 16);
    ck_assert(span_eq(ring_frame(&ring, 2), span_str("the body")));
    ring_verdicts(&ring, header.fetch, header.source, 0, 6);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM item"), 6);
    ring_sum(&ring);
    ck_assert_int_eq(ring_figure(&ring, "echoes"), 2);
    ck_assert_int_eq(ring_stop(&ring), 0);
}
END_TEST

START_TEST(left_work_is_named)
{
    struct msg_header header;
    struct msg_job job;

    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ring_report(&ring, header.fetch, header.source, 0, 3, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 3);
    ck_assert_int_eq(ring_stop(&ring), APP_LEFT);
    ring_sum(&ring);
}
END_TEST

static void change(const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(ring.config->store_path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* One pass, to its end. */
static void sweep(void)
{
    char *answer = ring_want(&ring, "sweep", "{}"), *at = strstr(answer, "\"pass\":");
    char *rests = NULL, *stats = NULL;
    int64_t until = clock_mono_ms() + 5000;

    ck_assert_ptr_nonnull(at);
    rests = mem_printf("\"pass\":%lld,\"phase\":\"\"", strtoll(at + 7, NULL, 10));
    for (stats = ring_want(&ring, "stats", "{}"); !strstr(stats, rests);
         stats = ring_want(&ring, "stats", "{}")) {
        ck_assert_msg(clock_mono_ms() < until, "no %s in %s", rests, stats);
        free(stats);
        usleep(5000);
    }
    free(stats);
    free(rests);
    free(answer);
}

/* What two sources answered alike is kept once, until the last fetch of it is complete; then it
 * waits to be swept. */
START_TEST(the_same_body_is_kept_once)
{
    struct msg_header one, two;
    struct msg_job job;

    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &one, &job);
    ring_add(&ring, "http://two.example/feed");
    ring_job(&ring, &two, &job);
    ring_report(&ring, one.fetch, one.source, 0, 2, "");
    ring_report(&ring, two.fetch, two.source, 0, 3, "");
    ring_until(&ring, "SELECT count (*) FROM body", 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob"), 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob_loose"), 0);
    ring_verdicts(&ring, one.fetch, one.source, 0, 2);
    ring_until(&ring, "SELECT count (*) FROM body", 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob_loose"), 1);
    /* The sweep looks at it, and leaves it to the other fetch. */
    change("UPDATE blob_loose SET since_ms = 1");
    sweep();
    ring_until(&ring, "SELECT count (*) FROM blob_loose", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob"), 1);
    ring_lost(&ring, "embedder", true, (struct span){0});
    ring_job(&ring, &two, &job);
    ck_assert_uint_eq(two.flags, MSG_FLAG_REPLAY);
    ck_assert(span_eq(ring_frame(&ring, 2), span_str("the body")));
    ring_verdicts(&ring, two.fetch, two.source, 0, 3);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob_loose"), 1);
    sweep();
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob"), 1);
    change("UPDATE blob_loose SET since_ms = 1");
    sweep();
    ring_until(&ring, "SELECT count (*) FROM blob", 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM blob_loose"), 0);
    ring_sum(&ring);
}
END_TEST

/* Nothing is sent that is not what was accepted. */
START_TEST(a_damaged_body_is_not_replayed)
{
    struct msg_header header;
    struct msg_job job;

    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
    ring_report(&ring, header.fetch, header.source, 0, 2, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ring_kill(&ring, SIGKILL);
    change("UPDATE blob SET data = CAST ('the bodi' AS BLOB)");
    ring_go(&ring);
    ring_until(&ring, "SELECT count (*) FROM dead WHERE length (content) = 0", 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch WHERE state = 1"), 0);
    ring_sum(&ring);
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
    suite = suite_create("storer ring");
    tcase = tcase_create("ring");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, a_fetch_goes_round);
    tcase_add_test(tcase, killed_storer_goes_on);
    tcase_add_test(tcase, the_same_body_is_kept_once);
    tcase_add_test(tcase, a_damaged_body_is_not_replayed);
    tcase_add_test(tcase, left_work_is_named);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

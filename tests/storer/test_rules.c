/* The rules of the ring (DESIGN 5) as far as the storer keeps them, one or more tests each, named
 * after the rule.  Rule 11 (deadlines of hi messages) is kept by the stages that receive them and
 * by common/inlet.c, rule 14 (a second signal) by common/app.c, rule 13's refusal by
 * common/outlet.c. */
#include "tests/storer/ring.h"

static struct ring ring;
static struct msg_header header;
static struct msg_job job;

static void setup(void)
{
    ring_open(&ring);
}

static void teardown(void)
{
    ring_close(&ring);
}

/* A storer with one source, whose first job is in header and job. */
static void begin(void)
{
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job);
}

/* --- 1 --- */

START_TEST(rule_01_one_open_fetch)
{
    uint64_t fetch = 0;

    begin();
    fetch = header.fetch;
    ring_outcome(&ring, fetch + 1, header.source, 0, MSG_OUTCOME_NOT_MODIFIED);
    ring_report(&ring, fetch, header.source + 1, 0, 1, "");
    ring_verdict(&ring, &(struct ring_item){.fetch = fetch + 1, .source = header.source});
    ring_until_figure(&ring, "strays", 3);
    /* A wish for what is under way is granted by it. */
    ring_do(&ring, "source.refresh", "{}");
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch"), 1);
    ck_assert_int_eq(ring_figure(&ring, "leases"), 1);
}
END_TEST

START_TEST(rule_01_one_url_is_one_source)
{
    ring_go(&ring);
    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"HTTP://One.example/feed\",\"category\":\"a/b\"},"
            "{\"url\":\"http://one.example/feed#x\",\"category\":\"c\"},"
            "{\"url\":\"http://one.example/feed\",\"credentials\":\"u:p\"}]}");
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source"), 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source_category"), 2);
}
END_TEST

START_TEST(rule_01_hi_after_the_open_one)
{
    begin();
    ring_outcome(&ring, header.fetch, header.source, 0, MSG_OUTCOME_NOT_MODIFIED);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch WHERE lane = 0"), 1);
}
END_TEST

/* --- 2 --- */

START_TEST(rule_02_quiesce_lapses)
{
    struct msg_quiesced quiesced;

    ring_go(&ring);
    ring_quiesce(&ring, MSG_PURPOSE_LEAVE, 300, 5000);
    ring_hear(&ring, MSG_quiesced, &quiesced);
    ck_assert_uint_eq(quiesced.purpose, MSG_PURPOSE_LEAVE);
    ck_assert_uint_eq(quiesced.done, 1);
    ring_add(&ring, "http://one.example/feed");
    ring_job(&ring, &header, &job); /* not renewed, so work goes on */
}
END_TEST

START_TEST(rule_02_pause_is_durable)
{
    ring_go(&ring);
    ring_do(&ring, "pause", "{}");
    ring_kill(&ring, SIGKILL);
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    ring_do(&ring, "resume", "{}");
    ring_job(&ring, &header, &job);
}
END_TEST

/* --- 3 --- */

START_TEST(rule_03_quiesce_ends_when_empty)
{
    struct msg_quiesced quiesced;

    begin();
    ring_report(&ring, header.fetch, header.source, 0, 2, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ring_quiesce(&ring, MSG_PURPOSE_SHUTDOWN, 60000, 60000);
    ring_hear(&ring, MSG_quiesced, &quiesced);
    ck_assert_uint_eq(quiesced.done, 0);
    ck_assert_uint_eq(quiesced.in_flight, 2);
    ring_verdicts(&ring, header.fetch, header.source, 0, 2);
    do
        ring_hear(&ring, MSG_quiesced, &quiesced);
    while (!quiesced.done);
    ck_assert_uint_eq(quiesced.in_flight, 0);
    ck_assert_uint_eq(quiesced.left, 0);
    ck_assert_int_eq(ring_stop(&ring), 0);
}
END_TEST

START_TEST(rule_03_quiesce_ends_at_its_deadline)
{
    struct msg_quiesced quiesced;

    begin();
    ring_report(&ring, header.fetch, header.source, 0, 2, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ring_quiesce(&ring, MSG_PURPOSE_SHUTDOWN, 60000, 200);
    do
        ring_hear(&ring, MSG_quiesced, &quiesced);
    while (!quiesced.done);
    ck_assert_uint_eq(quiesced.left, 2);
    ck_assert(span_eq(quiesced.where, span_str(ring.config->store_path)));
    ck_assert_int_eq(ring_stop(&ring), APP_LEFT);
}
END_TEST

START_TEST(rule_03_no_work_while_quiescing)
{
    struct msg_quiesced quiesced;

    begin();
    ring_report(&ring, header.fetch, header.source, 0, 2, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ring_quiesce(&ring, MSG_PURPOSE_LEAVE, 60000, 60000);
    ring_add(&ring, "http://two.example/feed");
    ring_lost(&ring, "embedder", true, (struct span){0});
    ring_hear(&ring, MSG_quiesced, &quiesced);
    ck_assert(!ring_job_within(&ring, 400, &header, &job));
    /* What was lost will not arrive: it waits in the journal, and nobody waits for it. */
    while (!quiesced.done)
        ring_hear(&ring, MSG_quiesced, &quiesced);
    ck_assert_uint_eq(quiesced.left, 2);
    ring_quiesce(&ring, MSG_PURPOSE_NONE, 0, 0);
    ring_job(&ring, &header, &job);
}
END_TEST

START_TEST(rule_03_leases_in_nobodys_hand_are_withdrawn)
{
    struct msg_quiesced quiesced = {0};

    begin();
    ring_quiesce(&ring, MSG_PURPOSE_LEAVE, 60000, 60000);
    for (int64_t until = clock_mono_ms() + PATIENCE_MS; !quiesced.done;) {
        ck_assert_int_lt(clock_mono_ms(), until);
        ring_roster(&ring, 1, 1, (struct span){0});
        ring_hear(&ring, MSG_quiesced, &quiesced);
    }
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch"), 0);
    ck_assert_int_eq(ring_number(&ring, "SELECT errors + suspect FROM source"), 0);
}
END_TEST

/* --- 4 --- */

START_TEST(rule_04_no_replay_without_a_loss)
{
    begin();
    ring_report(&ring, header.fetch, header.source, 0, 2, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ck_assert(!ring_job_within(&ring, 500, &header, &job));
    ck_assert_int_eq(ring_figure(&ring, "replays"), 0);
}
END_TEST

START_TEST(rule_04_one_replay_for_one_loss)
{
    begin();
    ring_report(&ring, header.fetch, header.source, 0, 2, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 2);
    ring_lost(&ring, "embedder", true, (struct span){0});
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(header.flags, MSG_FLAG_REPLAY);
    ck_assert_uint_eq(job.only.n, 2 * 16);
    ck_assert(!ring_job_within(&ring, 500, &header, &job));
    ck_assert_int_eq(ring_figure(&ring, "replays"), 2);
}
END_TEST

START_TEST(rule_04_replays_use_their_share)
{
    ring_set(&ring, "storer.window_items=64");
    begin();
    ring_report(&ring, header.fetch, header.source, 0, 40, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 40);
    ring_lost(&ring, "deduper", true, (struct span){0});
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(job.only.n, 8 * 16);
    ck_assert(!ring_job_within(&ring, 300, &header, &job));
    ring_verdicts(&ring, header.fetch, header.source, 0, 40);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
}
END_TEST

START_TEST(rule_04_a_lease_reserves_the_window)
{
    ring_set(&ring, "storer.window_items=64");
    ring_set(&ring, "storer.expected_items=40");
    ring_go(&ring);
    ring_add(&ring, "http://one.example/feed");
    ring_add(&ring, "http://two.example/feed");
    ring_job(&ring, &header, &job);
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    ring_outcome(&ring, header.fetch, header.source, 0, MSG_OUTCOME_NOT_MODIFIED);
    ring_job(&ring, &header, &job);
}
END_TEST

/* --- 5 --- */

START_TEST(rule_05_third_try_goes_alone)
{
    uint64_t first = 0;

    begin();
    first = header.fetch;
    ring_report(&ring, header.fetch, header.source, 0, 3, "");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 3);
    ring_lost(&ring, "embedder", true, (struct span){0});
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(job.only.n, 3 * 16);
    /* Tries are committed before sending. */
    ck_assert_int_eq(ring_number(&ring, "SELECT min (tries) FROM fetch_item"), 2);
    ring_lost(&ring, "embedder", true, (struct span){0});
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(header.fetch, first);
    ck_assert_uint_eq(header.attempt, 3);
    ck_assert_uint_eq(header.flags, MSG_FLAG_REPLAY | MSG_FLAG_ALONE);
    ck_assert_uint_eq(job.only.n, 16);
    /* Only one at a time, or a crash would not say whose it was. */
    ck_assert(!ring_job_within(&ring, 300, &header, &job));
    ck_assert_int_eq(ring_number(&ring, "SELECT sum (alone) FROM fetch_item"), 0);
}
END_TEST

START_TEST(rule_05_five_crashes_alone_make_a_dead_letter)
{
    begin();
    ring_report(&ring, header.fetch, header.source, 0, 1, "\"e\"");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 1);
    for (int i = 0; i < 7; i++) {
        ring_lost(&ring, "embedder", true, (struct span){0});
        if (i < 6)
            ring_job(&ring, &header, &job);
    }
    ring_until(&ring, "SELECT count (*) FROM dead WHERE CAST (content AS TEXT) = 'the body'", 1);
    ring_sum(&ring);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch"), 0);
    /* It can be tried again, from what it kept, and then it is stored. */
    ring_do(&ring, "dead.retry", "{}");
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(job.only.n, 16);
    ck_assert(span_eq(ring_frame(&ring, 2), span_str("the body")));
    ring_verdict(&ring, &(struct ring_item){.fetch = header.fetch, .source = header.source});
    ring_until(&ring, "SELECT count (*) FROM item", 1);
    ring_until(&ring, "SELECT count (*) FROM dead", 0);
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
    suite = suite_create("storer rules 1-5");
    tcase = tcase_create("rules");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, rule_01_one_open_fetch);
    tcase_add_test(tcase, rule_01_one_url_is_one_source);
    tcase_add_test(tcase, rule_01_hi_after_the_open_one);
    tcase_add_test(tcase, rule_02_quiesce_lapses);
    tcase_add_test(tcase, rule_02_pause_is_durable);
    tcase_add_test(tcase, rule_03_quiesce_ends_when_empty);
    tcase_add_test(tcase, rule_03_quiesce_ends_at_its_deadline);
    tcase_add_test(tcase, rule_03_no_work_while_quiescing);
    tcase_add_test(tcase, rule_03_leases_in_nobodys_hand_are_withdrawn);
    tcase_add_test(tcase, rule_04_no_replay_without_a_loss);
    tcase_add_test(tcase, rule_04_one_replay_for_one_loss);
    tcase_add_test(tcase, rule_04_replays_use_their_share);
    tcase_add_test(tcase, rule_04_a_lease_reserves_the_window);
    tcase_add_test(tcase, rule_05_third_try_goes_alone);
    tcase_add_test(tcase, rule_05_five_crashes_alone_make_a_dead_letter);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

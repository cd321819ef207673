/* The rules of the ring (DESIGN 5), 6 and 7; see test_rules.c. */
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

static struct span ids(const uint64_t *id, size_t n)
{
    static struct buf bytes;

    buf_clear(&bytes);
    for (size_t i = 0; i < n; i++)
        msg_put_u64(&bytes, id[i]);
    return buf_span(&bytes);
}

/* --- 6 --- */

START_TEST(rule_06_lapsed_leases_blame_nobody)
{
    uint64_t first = 0;

    begin();
    first = header.fetch;
    ring_lost(&ring, "fetcher", false, ids(&first, 1));
    ring_job(&ring, &header, &job);
    ck_assert_uint_ne(header.fetch, first);
    ck_assert_int_eq(ring_number(&ring, "SELECT suspect + errors FROM source"), 0);
    /* The report of the former lease comes too late. */
    ring_report(&ring, first, header.source, 0, 1, "");
    ring_until_figure(&ring, "strays", 1);
}
END_TEST

START_TEST(rule_06_crashes_lead_to_quarantine)
{
    begin();
    for (int i = 1; i <= 3; i++) {
        ring_lost(&ring, "fetcher", true, ids(&header.fetch, 1));
        if (i < 3)
            ring_job(&ring, &header, &job);
    }
    ring_until(&ring, "SELECT count (*) FROM source WHERE state = 2 AND suspect = 3", 1);
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
}
END_TEST

START_TEST(rule_06_suspects_are_issued_alone)
{
    uint64_t both[2];

    ring_go(&ring);
    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"http://a.example/\"},{\"url\":\"http://b.example/\"}]}");
    for (int i = 0; i < 2; i++) {
        ring_job(&ring, &header, &job);
        both[i] = header.fetch;
    }
    ring_lost(&ring, "fetcher", true, ids(both, 2));
    ring_job(&ring, &header, &job);
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    ring_outcome(&ring, header.fetch, header.source, 0, MSG_OUTCOME_NOT_MODIFIED);
    ring_job(&ring, &header, &job);
}
END_TEST

START_TEST(rule_06_leases_do_not_run_without_a_fetcher)
{
    ring_set(&ring, "storer.lease_ms=200");
    begin();
    ring_roster(&ring, 0, 1, (struct span){0});
    ck_assert(!ring_job_within(&ring, 600, &header, &job));
    ck_assert_int_eq(ring_figure(&ring, "leases"), 1);
    ring_roster(&ring, 1, 1, (struct span){0});
    ring_job(&ring, &header, &job); /* late now, and given anew */
}
END_TEST

/* --- 7 --- */

START_TEST(rule_07_early_verdicts_are_held)
{
    begin();
    ring_verdicts(&ring, header.fetch, header.source, 0, 3);
    ring_until_figure(&ring, "held", 3);
    ring_report(&ring, header.fetch, header.source, 0, 3, "");
    ring_until(&ring, "SELECT count (*) FROM item", 3);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    ring_sum(&ring);
}
END_TEST

START_TEST(rule_07_beyond_the_bound_they_are_replayed)
{
    ring_set(&ring, "storer.held_items=1");
    begin();
    ring_verdicts(&ring, header.fetch, header.source, 0, 3);
    ring_until_figure(&ring, "held_dropped", 2);
    ring_report(&ring, header.fetch, header.source, 0, 3, "");
    ring_until(&ring, "SELECT count (*) FROM item", 1);
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(job.only.n, 2 * 16);
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
    suite = suite_create("storer rules 6-7");
    tcase = tcase_create("rules");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, rule_06_lapsed_leases_blame_nobody);
    tcase_add_test(tcase, rule_06_crashes_lead_to_quarantine);
    tcase_add_test(tcase, rule_06_suspects_are_issued_alone);
    tcase_add_test(tcase, rule_06_leases_do_not_run_without_a_fetcher);
    tcase_add_test(tcase, rule_07_early_verdicts_are_held);
    tcase_add_test(tcase, rule_07_beyond_the_bound_they_are_replayed);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* When a source is polled next. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/msg.h"
#include "storer/schedule.h"

enum { SECOND = 1000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000 };

/* 1970-01-11, a Sunday, 00:00. */
#define SUNDAY (INT64_C(10) * DAY)

static const struct schedule_times times = {.poll_ms = 30 * MINUTE,
                                            .floor_ms = 5 * MINUTE,
                                            .ceiling_ms = DAY,
                                            .error_ms = HOUR,
                                            .quarantine_ms = HOUR,
                                            .retry_after_ms = INT64_C(7) * DAY};

static struct msg_report said(enum msg_outcome outcome)
{
    return (struct msg_report){.outcome = outcome,
                               .retry_after_ms = -1,
                               .max_age_ms = -1,
                               .ttl_ms = -1,
                               .mean_gap_ms = -1};
}

static struct schedule_source source_number(uint64_t id)
{
    return (struct schedule_source){.id = id, .gap_ms = -1, .ttl_ms = -1};
}

/* Between wait and a tenth more. */
static void about(int64_t next_ms, int64_t utc_ms, int64_t wait_ms)
{
    ck_assert_int_ge(next_ms, utc_ms + wait_ms);
    ck_assert_int_le(next_ms, utc_ms + wait_ms + wait_ms / 10);
}

START_TEST(the_feed_says_when)
{
    struct schedule_source source = source_number(4);
    struct msg_report report = said(MSG_OUTCOME_READ);

    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, times.poll_ms);
    report.mean_gap_ms = 4 * HOUR;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 2 * HOUR);
    report.mean_gap_ms = MINUTE;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, times.floor_ms);
    report.max_age_ms = HOUR;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, HOUR);
    report.ttl_ms = 3 * HOUR;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 3 * HOUR);
    report.max_age_ms = 5 * HOUR;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 5 * HOUR);
    source.interval_ms = 7 * MINUTE; /* the user's own comes first */
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 7 * MINUTE);
}
END_TEST

START_TEST(without_a_feed_what_it_said_before_counts)
{
    struct schedule_source source = source_number(4);
    struct msg_report report = said(MSG_OUTCOME_NOT_MODIFIED);

    source.gap_ms = 4 * HOUR;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 2 * HOUR);
    report.outcome = MSG_OUTCOME_UNCHANGED;
    source.ttl_ms = 6 * HOUR;
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 6 * HOUR);
    report.max_age_ms = 8 * HOUR; /* each answer brings its own */
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, 8 * HOUR);
    source.skip_hours = 0xffffff & ~(UINT64_C(1) << 12);
    ck_assert_int_eq(schedule_next_ms(&times, &source, &report, SUNDAY) / HOUR % 24, 12);
    report = said(MSG_OUTCOME_READ);
    about(schedule_next_ms(&times, &source, &report, SUNDAY), SUNDAY, times.poll_ms);
}
END_TEST

START_TEST(skipped_hours_and_days_are_left_alone)
{
    struct msg_report report = said(MSG_OUTCOME_READ);
    int64_t monday = SUNDAY + DAY, hours[24] = {0}, least = INT64_MAX, most = 0;

    /* Hours 1 to 5. */
    report.skip_hours = 0x3e;
    for (uint64_t id = 1; id <= 1000; id++) {
        struct schedule_source source = source_number(id);
        int64_t next = schedule_next_ms(&times, &source, &report, SUNDAY + 50 * MINUTE);

        hours[next / HOUR % 24]++;
        least = next < least ? next : least;
        most = next > most ? next : most;
    }
    ck_assert_int_eq(hours[6], 1000);
    ck_assert_int_gt(most - least, 25 * MINUTE); /* not all on the stroke of six */
    /* Sunday and Monday: the ceiling ends it within a day. */
    report = said(MSG_OUTCOME_READ);
    report.skip_days = 1 << 0 | 1 << 1;
    for (uint64_t id = 1; id <= 1000; id++) {
        struct schedule_source source = source_number(id);
        int64_t next = schedule_next_ms(&times, &source, &report, SUNDAY + 22 * HOUR);

        ck_assert_int_le(next, SUNDAY + 22 * HOUR + DAY);
        ck_assert_int_gt(next, monday + 18 * HOUR);
        next = schedule_next_ms(&times, &source, &report, monday + 12 * HOUR);
        ck_assert_int_eq(next / DAY, 12); /* Tuesday */
    }
    /* All of them: what asks never to be polled is polled once a day. */
    report.skip_days = 127;
    for (uint64_t id = 1; id <= 1000; id++) {
        struct schedule_source source = source_number(id);
        int64_t next = schedule_next_ms(&times, &source, &report, SUNDAY);

        ck_assert_int_le(next, SUNDAY + DAY);
        ck_assert_int_ge(next, SUNDAY + DAY - DAY / 10);
    }
}
END_TEST

START_TEST(errors_double)
{
    struct msg_report report = said(MSG_OUTCOME_FAILED);

    report.error_kind = MSG_ERROR_HTTP;
    report.http_status = 404;
    about(schedule_after_error_ms(&times, 4, 1, &report, SUNDAY), SUNDAY, HOUR);
    about(schedule_after_error_ms(&times, 4, 2, &report, SUNDAY), SUNDAY, 2 * HOUR);
    about(schedule_after_error_ms(&times, 4, 5, &report, SUNDAY), SUNDAY, 16 * HOUR);
    for (uint64_t errors = 6; errors < 100; errors += 7) {
        int64_t next = schedule_after_error_ms(&times, 4, errors, &report, SUNDAY);

        ck_assert_int_le(next, SUNDAY + DAY);
        ck_assert_int_ge(next, SUNDAY + DAY - DAY / 11);
    }
    report.retry_after_ms = 30 * MINUTE; /* no reason to come sooner, with such an error */
    about(schedule_after_error_ms(&times, 4, 1, &report, SUNDAY), SUNDAY, HOUR);
    report.retry_after_ms = 3 * HOUR;
    about(schedule_after_error_ms(&times, 4, 1, &report, SUNDAY), SUNDAY, 3 * HOUR);
    ck_assert_int_eq(schedule_quarantine_ms(&times, 3, 0), 8 * HOUR);
    ck_assert_int_eq(schedule_quarantine_ms(&times, 30, 0), DAY);
}
END_TEST

START_TEST(retry_after_is_kept_to)
{
    struct msg_report report = said(MSG_OUTCOME_FAILED);
    static const unsigned statuses[] = {429, 503};

    report.error_kind = MSG_ERROR_HTTP;
    for (size_t i = 0; i < 2; i++) {
        report.http_status = statuses[i];
        ck_assert(schedule_is_throttle(&report));
        report.retry_after_ms = -1;
        about(schedule_after_error_ms(&times, 4, 3, &report, SUNDAY), SUNDAY, 4 * HOUR);
        report.retry_after_ms = 20 * MINUTE;
        about(schedule_after_error_ms(&times, 4, 9, &report, SUNDAY), SUNDAY, 20 * MINUTE);
        report.retry_after_ms = 0;
        about(schedule_after_error_ms(&times, 4, 9, &report, SUNDAY), SUNDAY, times.floor_ms);
        report.retry_after_ms = INT64_C(3) * DAY; /* beyond the ceiling of polls */
        about(schedule_after_error_ms(&times, 4, 1, &report, SUNDAY), SUNDAY, INT64_C(3) * DAY);
        report.retry_after_ms = INT64_MAX;
        ck_assert_int_eq(schedule_after_error_ms(&times, 4, 1, &report, SUNDAY),
                         SUNDAY + times.retry_after_ms);
    }
    report.http_status = 500;
    ck_assert(!schedule_is_throttle(&report));
}
END_TEST

/* --- properties --- */

static unsigned seed = 99;

static int64_t any_time(void)
{
    int64_t most[] = {10, HOUR, DAY, INT64_C(60) * DAY, INT64_MAX / 2};

    seed = seed * 1103515245u + 12345u;
    if (seed >> 8 & 1)
        return -1;
    int64_t limit = most[(seed >> 9) % 5];
    seed = seed * 1103515245u + 12345u;
    return (int64_t)((double)limit * ((seed >> 8) % 65536) / 65536.0);
}

START_TEST(it_stays_between_floor_and_ceiling)
{
    for (int i = 0; i < 200000; i++) {
        struct schedule_source source = source_number((uint64_t)i + 1);
        struct msg_report report = said(i & 1 ? MSG_OUTCOME_READ : MSG_OUTCOME_NOT_MODIFIED);
        int64_t utc_ms = SUNDAY + (int64_t)i * 12345677, wait = 0;

        source.gap_ms = report.mean_gap_ms = any_time();
        source.ttl_ms = report.ttl_ms = any_time();
        report.max_age_ms = any_time();
        report.retry_after_ms = any_time();
        if (i % 3 == 0) {
            source.skip_hours = report.skip_hours = seed & 0xffffff;
            source.skip_days = report.skip_days = seed >> 25;
        }
        wait = schedule_next_ms(&times, &source, &report, utc_ms) - utc_ms;
        ck_assert_int_ge(wait, times.floor_ms);
        ck_assert_int_le(wait, times.ceiling_ms);
        wait = schedule_after_error_ms(&times, source.id, (uint64_t)i % 70, &report, utc_ms);
        ck_assert_int_ge(wait - utc_ms, times.floor_ms);
        ck_assert_int_le(wait - utc_ms, times.retry_after_ms);
    }
}
END_TEST

START_TEST(a_skipped_hour_is_met_only_at_the_ceiling)
{
    for (int i = 0; i < 100000; i++) {
        struct schedule_source source = source_number((uint64_t)i + 1);
        struct msg_report report = said(MSG_OUTCOME_READ);
        int64_t utc_ms = SUNDAY + (int64_t)i * 12345677, next = 0;
        bool free_before = false;

        any_time();
        report.skip_hours = seed & 0xffffff;
        report.skip_days = seed >> 25;
        next = schedule_next_ms(&times, &source, &report, utc_ms);
        if (!(report.skip_hours >> next / HOUR % 24 & 1) &&
            !(report.skip_days >> (next / DAY + 4) % 7 & 1))
            continue;
        /* Then no hour that begins up to the ceiling would have done. */
        for (int64_t at = (utc_ms + times.poll_ms + times.poll_ms / 10) / HOUR + 1;
             at * HOUR < utc_ms + times.ceiling_ms; at++)
            free_before = free_before || (!(report.skip_hours >> at % 24 & 1) &&
                                          !(report.skip_days >> (at / 24 + 4) % 7 & 1));
        ck_assert(!free_before);
    }
}
END_TEST

START_TEST(a_longer_wait_never_ends_sooner)
{
    for (uint64_t id = 1; id <= 300; id++) {
        struct schedule_source source = source_number(id);
        struct msg_report report = said(MSG_OUTCOME_READ);
        int64_t before = 0, next = 0;

        for (int64_t wait = 1; wait < INT64_C(3) * DAY; wait += 17 * MINUTE + wait / 9) {
            report.max_age_ms = wait;
            next = schedule_next_ms(&times, &source, &report, SUNDAY);
            ck_assert_int_ge(next, before);
            before = next;
        }
        before = 0;
        for (uint64_t errors = 1; errors < 40; errors++) {
            next = schedule_after_error_ms(&times, id, errors, &report, SUNDAY);
            ck_assert_int_ge(next, before);
            before = next;
        }
        before = 0;
        report.http_status = 429;
        for (int64_t wait = 1; wait < INT64_C(9) * DAY; wait += 17 * MINUTE + wait / 9) {
            report.retry_after_ms = wait;
            next = schedule_after_error_ms(&times, id, 1, &report, SUNDAY);
            ck_assert_int_ge(next, before);
            before = next;
        }
    }
}
END_TEST

/* --- drifting apart --- */

enum { MANY = 10000, SLOTS = 3 * DAY / SECOND };

/* Polls of all sources in one round, counted by second; the most in one of them. */
static unsigned round_of(int64_t *next_ms, struct msg_report *report, unsigned *slots)
{
    unsigned most = 0;

    memset(slots, 0, SLOTS * sizeof(*slots));
    for (uint64_t id = 1; id <= MANY; id++) {
        struct schedule_source source = source_number(id);

        next_ms[id - 1] = report->outcome == MSG_OUTCOME_FAILED
                              ? schedule_after_error_ms(&times, id, 1, report, next_ms[id - 1])
                              : schedule_next_ms(&times, &source, report, next_ms[id - 1]);
        unsigned *slot = &slots[(next_ms[id - 1] - SUNDAY) / SECOND % SLOTS];
        most = ++*slot > most ? *slot : most;
    }
    return most;
}

/* After the first round MANY sources lie evenly over a tenth of the wait, in w seconds: a second
 * takes a number of them that is binomial, MANY / w in the mean, and more than the mean and 7 of
 * its standard deviations (plus 7, where the mean is small) in none of a few thousand seconds but
 * once in millions of runs.  Each further round spreads them wider, so the bound only falls. */
static unsigned bound(int64_t wait_ms)
{
    double mean = (double)MANY / ((double)wait_ms / 10 / SECOND);
    double deviation = 1;

    while (deviation * deviation < mean)
        deviation *= 1.01;
    return (unsigned)(mean + 7 * deviation + 7);
}

static void drifts(struct msg_report report, int64_t wait_ms)
{
    int64_t *next_ms = mem_calloc(MANY, sizeof(*next_ms));
    unsigned *slots = mem_calloc(SLOTS, sizeof(*slots)), most = 0, first = 0;

    for (size_t i = 0; i < MANY; i++)
        next_ms[i] = SUNDAY;
    for (int round = 0; round < 6; round++) {
        most = round_of(next_ms, &report, slots);
        first = first ? first : most;
        ck_assert_msg(most <= bound(wait_ms), "round %d: %u polls in one second, not %u", round,
                      most, bound(wait_ms));
    }
    ck_assert_uint_lt(most, first);
    free(next_ms);
    free(slots);
}

START_TEST(ten_thousand_sources_never_fire_together)
{
    struct msg_report report = said(MSG_OUTCOME_READ);

    drifts(report, times.poll_ms);
    report.mean_gap_ms = 1;
    drifts(report, times.floor_ms);
    report.max_age_ms = INT64_C(100) * DAY;
    drifts(report, times.ceiling_ms);
    report = said(MSG_OUTCOME_FAILED);
    drifts(report, times.error_ms);
    report.http_status = 503;
    report.retry_after_ms = 10 * MINUTE;
    drifts(report, 10 * MINUTE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schedule_when");
    TCase *tcase = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, the_feed_says_when);
    tcase_add_test(tcase, without_a_feed_what_it_said_before_counts);
    tcase_add_test(tcase, skipped_hours_and_days_are_left_alone);
    tcase_add_test(tcase, errors_double);
    tcase_add_test(tcase, retry_after_is_kept_to);
    tcase_add_test(tcase, it_stays_between_floor_and_ceiling);
    tcase_add_test(tcase, a_skipped_hour_is_met_only_at_the_ceiling);
    tcase_add_test(tcase, a_longer_wait_never_ends_sooner);
    tcase_add_test(tcase, ten_thousand_sources_never_fire_together);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

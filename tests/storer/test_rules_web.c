/* What servers say of themselves: validators that lie, Retry-After, 410, the feed's rhythm. */
#include "tests/storer/web.h"

#define READ(...)                                                                                  \
    ((struct msg_report){.outcome = MSG_OUTCOME_READ, .http_status = 200, __VA_ARGS__})
#define NOT_MODIFIED(...)                                                                          \
    ((struct msg_report){.outcome = MSG_OUTCOME_NOT_MODIFIED, .http_status = 304, __VA_ARGS__})
#define FAILED(status, ...)                                                                        \
    ((struct msg_report){.outcome = MSG_OUTCOME_FAILED,                                            \
                         .http_status = (status),                                                  \
                         .error_kind = MSG_ERROR_HTTP,                                             \
                         .error = span_str("said the server"),                                     \
                         __VA_ARGS__})

/* --- jobs --- */

START_TEST(never_read_is_discovered)
{
    web_begin("http://one.example/");
    ck_assert_uint_eq(job.discover, 1);
    web_end(FAILED(500));
    web_poll();
    ck_assert_uint_eq(job.discover, 1);
    web_end(READ(.body_hash = 1));
    web_poll();
    ck_assert_uint_eq(job.discover, 0);
}
END_TEST

START_TEST(validators_move_with_the_last_item)
{
    web_begin("http://one.example/feed");
    ring_report(&ring, header.fetch, header.source, 0, 1, "\"e\"");
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 1);
    web_sources("etag = '' AND last_read_ms = 0 AND last_ok_ms = 0", 1);
    ring_verdicts(&ring, header.fetch, header.source, 0, 1);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    web_sources("etag = '\"e\"' AND last_read_ms > 0 AND last_ok_ms > 0", 1);
}
END_TEST

START_TEST(nothing_but_304_is_checked_in_full)
{
    int64_t read_ms = 0;

    web_begin("http://one.example/feed");
    web_end(READ(.etag = span_str("\"e\""), .last_modified = span_str("Mon"), .body_hash = 1));
    read_ms = ring_number(&ring, "SELECT last_read_ms FROM source");
    ck_assert_int_gt(read_ms, 0);
    web_later(6 * DAY_MS);
    ring_job(&ring, &header, &job);
    ck_assert(span_eq(job.etag, span_str("\"e\"")));
    ck_assert(span_eq(job.last_modified, span_str("Mon")));
    web_end(NOT_MODIFIED());
    ck_assert_int_eq(ring_number(&ring, "SELECT last_read_ms FROM source"), read_ms);
    web_later(2 * DAY_MS);
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(job.etag.n + job.last_modified.n, 0);
    ck_assert_uint_eq(job.body_hash, 1);
    web_end((struct msg_report){.outcome = MSG_OUTCOME_UNCHANGED, .http_status = 200});
    ck_assert_int_ge(ring_number(&ring, "SELECT last_read_ms FROM source"), read_ms + 8 * DAY_MS);
    web_poll();
    ck_assert(span_eq(job.etag, span_str("\"e\"")));
}
END_TEST

/* --- validators that lie --- */

/* The feed had an item that is new, which is stored. */
static void end_with_item(struct msg_report report, unsigned n)
{
    char *sql =
        mem_printf("SELECT count (*) FROM fetch WHERE id = %llu", (unsigned long long)header.fetch);
    uint8_t key[MSG_KEY];

    ring_key(header.source, n, key);
    report.keys = span_of((const char *)key, MSG_KEY);
    web_say(report);
    ring_verdicts(&ring, header.fetch, header.source, n, 1);
    ring_until(&ring, sql, 0);
    free(sql);
}

START_TEST(another_body_with_the_same_etag_is_a_lie)
{
    web_begin("http://one.example/feed");
    web_end(READ(.etag = span_str("\"e\""), .last_modified = span_str("Mon"), .body_hash = 1));
    web_poll();
    ck_assert_uint_gt(job.etag.n, 0);
    end_with_item(READ(.etag = span_str("\"e\""), .last_modified = span_str("Tue"), .body_hash = 2),
                  1);
    web_sources("distrust = 1", 1);
    web_poll();
    ck_assert_uint_eq(job.etag.n + job.last_modified.n, 0);
    ck_assert_uint_eq(job.body_hash, 2);
    web_end(READ(.etag = span_str("\"f\""), .body_hash = 3));
    web_later(DAY_MS);
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(job.etag.n + job.last_modified.n, 0);
}
END_TEST

START_TEST(last_modified_counts_where_there_is_no_etag)
{
    web_begin("http://one.example/feed");
    web_end(READ(.last_modified = span_str("Mon"), .body_hash = 1));
    web_poll();
    end_with_item(READ(.last_modified = span_str("Mon"), .body_hash = 2), 1);
    web_sources("distrust = 1", 1);
}
END_TEST

START_TEST(honest_validators_are_believed)
{
    web_begin("http://one.example/feed");
    web_end(READ(.etag = span_str("\"e\""), .last_modified = span_str("Mon"), .body_hash = 1));
    web_poll(); /* another etag, the same date */
    end_with_item(READ(.etag = span_str("\"f\""), .last_modified = span_str("Mon"), .body_hash = 2),
                  1);
    web_poll(); /* the same body, read again */
    web_end(READ(.etag = span_str("\"f\""), .body_hash = 2));
    web_poll(); /* another counter of comments, and no other item */
    web_end(READ(.etag = span_str("\"f\""), .body_hash = 9));
    web_poll(); /* an etag for the first time, and none at last */
    end_with_item(READ(.last_modified = span_str("Mon"), .body_hash = 3), 2);
    web_poll();
    end_with_item(READ(.body_hash = 4), 3);
    web_poll();
    end_with_item(READ(.body_hash = 5), 4);
    web_sources("distrust = 0", 1);
}
END_TEST

/* --- 410 --- */

START_TEST(gone_is_not_polled_until_it_is_added_again)
{
    char *detail = NULL;

    web_begin("http://one.example/feed");
    web_end(FAILED(410));
    web_sources("state = 3 AND note LIKE '410 Gone: %http://one.example/feed asks again'"
                " AND last_error = note",
                1);
    detail = web_event("source-gone");
    ck_assert_ptr_nonnull(strstr(detail, "\"url\":\"http://one.example/feed\""));
    free(detail);
    ck_assert_int_eq(ring_figure(&ring, "gone"), 1);
    ck_assert_int_eq(ring_figure(&ring, "sources"), 0);
    web_later(40LL * DAY_MS);
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    web_add("http://one.example/feed");
    ck_assert_uint_eq(header.source, 1);
    web_end(READ(.body_hash = 1));
    web_sources("state = 0 AND note = '' AND last_error = '' AND errors = 0", 1);
}
END_TEST

START_TEST(gone_is_said_of_the_address_itself)
{
    web_begin("http://one.example/feed");
    web_end(FAILED(410, .wandered = 1));
    web_poll();
    web_end((struct msg_report){
        .outcome = MSG_OUTCOME_FAILED, .http_status = 410, .error_kind = MSG_ERROR_CHALLENGE});
    web_sources("state = 0 AND errors = 2", 1);
    web_poll();
    web_end(FAILED(410, .permanent_url = span_str("http://one.example/new")));
    web_sources("state = 3", 1);
}
END_TEST

/* --- Retry-After --- */

START_TEST(retry_after_is_the_next_poll)
{
    int64_t wait_ms = 0;

    web_begin("http://one.example/feed");
    web_end(FAILED(429, .retry_after_ms = 3 * HOUR_MS));
    wait_ms = ring_number(&ring, "SELECT next_ms - last_fetch_ms FROM source");
    ck_assert_int_ge(wait_ms, 3 * HOUR_MS);
    ck_assert_int_le(wait_ms, 3 * HOUR_MS + 3 * HOUR_MS / 10);
    web_sources("errors = 1 AND last_error = 'http: said the server'", 1);
}
END_TEST

/* What a person who asks for this source is told. */
static int64_t waits_ms(uint64_t source)
{
    char *json = mem_printf("{\"id\":%llu}", (unsigned long long)source);
    char *answer = ring_want(&ring, "source.refresh", json);
    const char *at = strstr(answer, "\"waits_ms\":");
    int64_t ms = at ? strtoll(at + strlen("\"waits_ms\":"), NULL, 10) : -1;

    free(answer);
    free(json);
    return ms;
}

START_TEST(two_throttled_sources_stop_their_host)
{
    web_begin("http://one.example/a");
    web_end(FAILED(503, .retry_after_ms = HOUR_MS));
    /* One alone does not: another source of the host is polled. */
    web_add("http://one.example/b");
    web_end(FAILED(429, .retry_after_ms = HOUR_MS));
    ring_add(&ring, "http://one.example/c");
    ring_add(&ring, "http://two.example/d");
    ring_job(&ring, &header, &job);
    ck_assert(span_eq(job.url, span_str("http://two.example/d")));
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
}
END_TEST

START_TEST(errors_of_one_source_are_not_its_hosts)
{
    web_begin("http://one.example/a");
    for (int i = 0; i < 4; i++) {
        web_end(FAILED(429));
        web_poll();
    }
    web_end(FAILED(429));
    ck_assert_int_ge(ring_number(&ring, "SELECT next_ms - last_fetch_ms FROM source"),
                     16 * HOUR_MS);
    web_add("http://one.example/b");
    web_end(FAILED(429));
    ring_add(&ring, "http://one.example/c");
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    ck_assert_int_gt(waits_ms(3), HOUR_MS / 2);
    ck_assert_int_le(waits_ms(3), HOUR_MS + HOUR_MS / 10);
}
END_TEST

/* --- rhythm --- */

START_TEST(rhythm_is_kept_for_polls_without_a_feed)
{
    int64_t wait_ms = 0;

    web_begin("http://one.example/feed");
    web_end(READ(.body_hash = 1, .mean_gap_ms = 4 * HOUR_MS, .ttl_ms = HOUR_MS, .skip_hours = 0,
                 .skip_days = 0));
    web_sources("gap_ms = 14400000 AND ttl_ms = 3600000 AND skip_hours = 0 AND skip_days = 0", 1);
    web_poll();
    web_end(NOT_MODIFIED());
    wait_ms = ring_number(&ring, "SELECT next_ms - last_fetch_ms FROM source");
    ck_assert_int_ge(wait_ms, 2 * HOUR_MS);
    ck_assert_int_le(wait_ms, 2 * HOUR_MS + 2 * HOUR_MS / 10);
    /* Also after a restart. */
    web_later(DAY_MS);
    ring_job(&ring, &header, &job);
    web_end(NOT_MODIFIED());
    wait_ms = ring_number(&ring, "SELECT next_ms - last_fetch_ms FROM source");
    ck_assert_int_ge(wait_ms, 2 * HOUR_MS);
    ck_assert_int_le(wait_ms, 2 * HOUR_MS + 2 * HOUR_MS / 10);
    web_poll();
    web_end(READ(.body_hash = 2, .skip_hours = 5, .skip_days = 3));
    web_sources("gap_ms = -1 AND ttl_ms = -1 AND skip_hours = 5 AND skip_days = 3", 1);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, never_read_is_discovered);
    tcase_add_test(tcase, validators_move_with_the_last_item);
    tcase_add_test(tcase, nothing_but_304_is_checked_in_full);
    tcase_add_test(tcase, another_body_with_the_same_etag_is_a_lie);
    tcase_add_test(tcase, last_modified_counts_where_there_is_no_etag);
    tcase_add_test(tcase, honest_validators_are_believed);
    tcase_add_test(tcase, gone_is_not_polled_until_it_is_added_again);
    tcase_add_test(tcase, gone_is_said_of_the_address_itself);
    tcase_add_test(tcase, retry_after_is_the_next_poll);
    tcase_add_test(tcase, two_throttled_sources_stop_their_host);
    tcase_add_test(tcase, errors_of_one_source_are_not_its_hosts);
    tcase_add_test(tcase, rhythm_is_kept_for_polls_without_a_feed);
}

int main(int argc, char **argv)
{
    return web_main(argc, argv, "storer web", add);
}

/* Addresses that change: permanent redirects, and feeds found on pages. */
#include "tests/storer/web.h"

#define OLD "http://one.example/feed"
#define NEW "https://new.example/feed"

/* An answer without news; the leading permanent redirects led to `moved`. */
static void web_304(const char *moved)
{
    web_end((struct msg_report){
        .outcome = MSG_OUTCOME_NOT_MODIFIED, .http_status = 304, .permanent_url = span_str(moved)});
}

static void web_fail(void)
{
    web_end((struct msg_report){.outcome = MSG_OUTCOME_FAILED,
                                .http_status = 500,
                                .error_kind = MSG_ERROR_HTTP,
                                .permanent_url = span_str("http://else.example/")});
}

static void web_read(const char *found, struct msg_list alternates)
{
    web_end((struct msg_report){.outcome = MSG_OUTCOME_READ,
                                .http_status = 200,
                                .body_hash = 7,
                                .found_url = span_str(found),
                                .alternates = alternates});
}

static void next_day(void)
{
    web_later(DAY_MS);
    ring_job(&ring, &header, &job);
}

/* --- permanent redirects --- */

START_TEST(moves_after_three_polls_over_a_day)
{
    char *detail = NULL;

    web_begin(OLD);
    web_end((struct msg_report){.outcome = MSG_OUTCOME_READ,
                                .http_status = 200,
                                .etag = span_str("\"e\""),
                                .body_hash = 1,
                                .permanent_url = span_str(NEW "#part")});
    for (int i = 0; i < 3; i++) {
        web_poll();
        web_304(NEW);
    }
    /* Seen four times, but not over a day. */
    web_sources("url = '" OLD "' AND moved_url = '" NEW "' AND moved_times = 4", 1);
    next_day();
    ck_assert(span_eq(job.url, span_str(OLD)));
    web_304(NEW);
    web_sources("url = '" NEW "' AND host = 'new.example' AND moved_url = '' AND moved_times = 0"
                " AND note LIKE 'moved from " OLD " on 2%' AND etag = '\"e\"' AND state = 0",
                1);
    detail = web_event("source-moved");
    ck_assert_str_eq(detail, "{\"source\":1,\"from\":\"" OLD "\",\"to\":\"" NEW "\"}");
    free(detail);
    ck_assert_int_eq(ring_figure(&ring, "moved"), 1);
    web_poll();
    ck_assert(span_eq(job.url, span_str(NEW)));
    ck_assert(span_eq(job.etag, span_str("\"e\"")));
}
END_TEST

START_TEST(a_clock_that_was_ahead_holds_nothing_up)
{
    web_begin(OLD);
    web_later(400LL * DAY_MS);
    ring_job(&ring, &header, &job);
    web_304(NEW);
    web_later(-400LL * DAY_MS); /* and now it is right */
    for (int i = 0; i < 3; i++) {
        web_poll();
        web_304(NEW);
    }
    web_sources("url = '" OLD "' AND moved_times = 3", 1);
    next_day();
    web_304(NEW);
    web_sources("url = '" NEW "'", 1);
}
END_TEST

START_TEST(a_day_is_not_enough_without_three_polls)
{
    web_begin(OLD);
    web_304(NEW);
    next_day();
    web_304(NEW);
    web_sources("url = '" OLD "' AND moved_times = 2", 1);
    web_poll();
    web_304(NEW);
    web_sources("url = '" NEW "'", 1);
}
END_TEST

START_TEST(another_answer_resets)
{
    web_begin(OLD);
    web_304(NEW);
    web_poll();
    web_304(NEW);
    next_day();
    web_304("");
    web_sources("url = '" OLD "' AND moved_url = '' AND moved_times = 0", 1);
    web_poll();
    web_304(NEW);
    web_poll();
    web_304("https://third.example/feed");
    web_sources("moved_url = 'https://third.example/feed' AND moved_times = 1", 1);
    web_poll();
    web_304(OLD); /* to itself */
    web_sources("moved_url = '' AND moved_times = 0", 1);
}
END_TEST

START_TEST(a_failure_neither_counts_nor_resets)
{
    web_begin(OLD);
    web_304(NEW);
    web_poll();
    web_fail();
    web_sources("moved_url = '" NEW "' AND moved_times = 1 AND errors = 1", 1);
    next_day();
    web_304(NEW);
    web_poll();
    web_304(NEW);
    web_sources("url = '" NEW "'", 1);
}
END_TEST

START_TEST(two_sources_become_one)
{
    char *detail = NULL;

    ring_set(&ring, "storer.moved_times=1");
    ring_set(&ring, "storer.moved_ms=0");
    ring_go(&ring);
    ring_do(&ring, "source.add", "{\"sources\":[{\"url\":\"" NEW "\",\"category\":\"kept\"}]}");
    ring_job(&ring, &header, &job);
    web_304("");
    ring_do(&ring, "source.add",
            "{\"sources\":[{\"url\":\"" OLD "\",\"category\":\"given\",\"title\":\"Mine\"}]}");
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(header.source, 2);
    web_304(NEW);
    web_sources("id = 2 AND state = 1 AND url = '" OLD "' AND note = 'moved to " NEW
                ", which is source 1'",
                1);
    web_sources("id = 1 AND state = 0 AND url = '" NEW "' AND own_title = 'Mine'", 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source_category"
                                        " WHERE source = 1"),
                     2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source_category"), 2);
    detail = web_event("source-moved");
    ck_assert_ptr_nonnull(strstr(detail, "\"into\":1"));
    free(detail);
    ck_assert_int_eq(ring_figure(&ring, "sources"), 1);
}
END_TEST

START_TEST(what_came_by_the_way_of_another_is_its)
{
    uint8_t key[16];

    ring_set(&ring, "storer.moved_times=1");
    ring_set(&ring, "storer.moved_ms=0");
    web_begin(NEW);
    web_304("");
    ring_do(&ring, "source.remove", "{\"id\":1}");
    web_add(OLD);
    ck_assert_uint_eq(header.source, 2);
    ring_key(header.source, 0, key);
    ring_verdicts(&ring, header.fetch, header.source, 0, 1);
    ring_until_figure(&ring, "held", 1);
    web_end((struct msg_report){.outcome = MSG_OUTCOME_READ,
                                .http_status = 200,
                                .body_hash = 1,
                                .permanent_url = span_str(NEW),
                                .keys = span_of(key, 16)});
    /* The other had been removed: it is wanted again, and polled at once. */
    web_sources("id = 1 AND state = 0", 1);
    web_sources("id = 2 AND state = 1", 1);
    ring_job(&ring, &header, &job);
    ck_assert_uint_eq(header.source, 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT " RING_META("accepted")), 0);
    ck_assert_int_eq(ring_figure(&ring, "strays"), 1);
    ring_sum(&ring);
}
END_TEST

START_TEST(the_host_moves_too)
{
    ring_set(&ring, "storer.moved_times=1");
    ring_set(&ring, "storer.moved_ms=0");
    ring_set(&ring, "storer.host_requests=1");
    web_begin(OLD);
    web_304(NEW);
    /* A request at its new host is under way, so it waits; its former one is free. */
    web_add("https://new.example/other");
    ring_do(&ring, "source.refresh", "{\"id\":1}");
    ck_assert(!ring_job_within(&ring, 200, &header, &job));
    ring_add(&ring, "http://one.example/other");
    ring_job(&ring, &header, &job);
    ck_assert(span_eq(job.url, span_str("http://one.example/other")));
}
END_TEST

static void add_private(const char *url)
{
    char *json = mem_printf("{\"sources\":[{\"url\":\"%s\",\"credentials\":{\"bearer\":\"T\"},"
                            "\"options\":{\"user_agent\":\"U\","
                            "\"tls\":{\"verify\":false}}}]}",
                            url);

    ring_do(&ring, "source.add", json);
    ring_job(&ring, &header, &job);
    free(json);
}

START_TEST(secrets_stay_with_their_origin)
{
    ring_set(&ring, "storer.moved_times=1");
    ring_set(&ring, "storer.moved_ms=0");
    ring_go(&ring);
    add_private(OLD);
    ck_assert_int_eq(
        ring_number(&ring, "SELECT count (*) FROM source WHERE options LIKE '%bearer%'"), 1);
    web_304("https://one.example/feed"); /* the same host */
    web_sources(
        "url = 'https://one.example/feed' AND options LIKE '%bearer%' AND credentials <> ''", 1);
    web_poll();
    web_304(NEW);
    web_sources("url = '" NEW "' AND options = '{\"user_agent\":\"U\"}' AND credentials = ''"
                " AND note LIKE '%, without its credentials and the like'",
                1);
}
END_TEST

START_TEST(secrets_are_not_sent_in_the_clear)
{
    ring_set(&ring, "storer.moved_times=1");
    ring_set(&ring, "storer.moved_ms=0");
    ring_go(&ring);
    add_private(NEW);
    web_304("http://new.example/feed");
    web_sources(
        "url = 'http://new.example/feed' AND options NOT LIKE '%bearer%' AND credentials = ''", 1);
}
END_TEST

/* --- discovery --- */

START_TEST(found_on_a_page)
{
    static const struct msg_alternate others[] = {
        {.url = {"http://one.example/comments", 27}, .title = {"Com\"ments", 9}},
        {.url = {"http://one.example/b", 20}}};
    char *detail = NULL;

    web_begin("http://one.example/");
    web_read(NEW, (struct msg_list){(void *)(uintptr_t)others, 2});
    web_sources("url = '" NEW "' AND host = 'new.example' AND note = 'found on http://one.example/'"
                " AND alternates = '[{\"url\":\"http://one.example/comments\","
                "\"title\":\"Com\\\"ments\"},{\"url\":\"http://one.example/b\",\"title\":\"\"}]'",
                1);
    detail = web_event("source-found");
    ck_assert_ptr_nonnull(strstr(detail, "\"page\":\"http://one.example/\""));
    ck_assert_ptr_nonnull(strstr(detail, "\"url\":\"" NEW "\""));
    ck_assert_ptr_nonnull(strstr(detail, "http://one.example/comments"));
    free(detail);
    ck_assert_int_eq(ring_figure(&ring, "moved"), 0);
    web_poll();
    ck_assert(span_eq(job.url, span_str(NEW)));
    ck_assert_uint_eq(job.discover, 0);
}
END_TEST

START_TEST(found_with_items)
{
    uint8_t key[16];

    web_begin("http://one.example/");
    ring_key(header.source, 0, key);
    web_say((struct msg_report){.outcome = MSG_OUTCOME_READ,
                                .http_status = 200,
                                .body_hash = 1,
                                .found_url = span_str(NEW),
                                .keys = span_of(key, 16)});
    ring_until(&ring, "SELECT count (*) FROM fetch_item", 1);
    web_sources("url = '" NEW "'", 1);
    ring_verdicts(&ring, header.fetch, header.source, 0, 1);
    ring_until(&ring, "SELECT count (*) FROM fetch", 0);
    web_sources("items = 1 AND last_ok_ms > 0 AND note = 'found on http://one.example/'", 1);
    ring_sum(&ring);
}
END_TEST

START_TEST(found_one_that_is_there)
{
    web_begin(NEW);
    web_304("");
    web_add("http://one.example/");
    web_read(NEW, (struct msg_list){0});
    web_sources("id = 2 AND state = 1 AND note = 'moved to " NEW ", which is source 1'", 1);
    web_sources("id = 1 AND state = 0 AND note = ''", 1);
}
END_TEST

START_TEST(too_many_alternates_are_cut)
{
    struct msg_alternate others[32];
    char *url = mem_alloc(8001);
    char *detail = NULL;

    memset(url, 'u', 8000);
    url[8000] = '\0';
    for (size_t i = 0; i < 32; i++)
        others[i] = (struct msg_alternate){.url = span_of(url, i < 2 ? 1000 : 8000),
                                           .title = span_str("t")};
    web_begin("http://one.example/");
    web_read(NEW, (struct msg_list){others, 32});
    detail = web_event("source-found");
    ck_assert_ptr_nonnull(strstr(detail, "uuuu"));
    ck_assert_int_eq(ring_number(&ring, "SELECT json_array_length (alternates) FROM source"), 2);
    free(detail);
    free(url);
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, moves_after_three_polls_over_a_day);
    tcase_add_test(tcase, a_clock_that_was_ahead_holds_nothing_up);
    tcase_add_test(tcase, a_day_is_not_enough_without_three_polls);
    tcase_add_test(tcase, another_answer_resets);
    tcase_add_test(tcase, a_failure_neither_counts_nor_resets);
    tcase_add_test(tcase, two_sources_become_one);
    tcase_add_test(tcase, what_came_by_the_way_of_another_is_its);
    tcase_add_test(tcase, the_host_moves_too);
    tcase_add_test(tcase, secrets_stay_with_their_origin);
    tcase_add_test(tcase, secrets_are_not_sent_in_the_clear);
    tcase_add_test(tcase, found_on_a_page);
    tcase_add_test(tcase, found_with_items);
    tcase_add_test(tcase, found_one_that_is_there);
    tcase_add_test(tcase, too_many_alternates_are_cut);
}

int main(int argc, char **argv)
{
    return web_main(argc, argv, "storer web moves", add);
}

/* This machine without a network: no source is blamed, probes alone go out, and an answer sets
 * everything going again. */
#include <sys/resource.h>

#include "tests/storer/web.h"

enum { SOURCES = 5, SOON_MS = 300 };

static struct {
    struct msg_header header;
    char url[64];
} jobs[SOURCES];

static void url_of(int i, char url[64])
{
    snprintf(url, 64, "http://host%d.example/feed", i);
}

/* The jobs of so many sources, as they come. */
static void take_jobs(int count)
{
    for (int i = 0; i < count; i++) {
        ring_job(&ring, &header, &job);
        jobs[i].header = header;
        snprintf(jobs[i].url, sizeof(jobs[i].url), "%.*s", (int)job.url.n, job.url.p);
    }
}

static void fails(int i, enum msg_error kind)
{
    header = jobs[i].header;
    web_end((struct msg_report){
        .outcome = MSG_OUTCOME_FAILED, .error_kind = kind, .error = span_str("no such host")});
}

static void fails_now(enum msg_error kind)
{
    jobs[0].header = header;
    fails(0, kind);
}

static void answer(void)
{
    web_end((struct msg_report){.outcome = MSG_OUTCOME_NOT_MODIFIED, .http_status = 304});
}

/* Sources of as many hosts, each polled once with success; a day later all are due, and their jobs
 * are taken. */
static void begin(void)
{
    char url[64];

    ring_go(&ring);
    for (int i = 0; i < SOURCES; i++) {
        url_of(i, url);
        web_add(url);
        answer();
    }
    web_later(DAY_MS);
    take_jobs(SOURCES);
}

static bool is_online(void)
{
    char *json = ring_want(&ring, "stats", "{}");
    bool online = strstr(json, "\"online\":true,\"offline_since_ms\":0,") != NULL;
    bool offline = strstr(json, "\"online\":false,\"offline_since_ms\":1") != NULL;

    ck_assert_int_ne(online, offline);
    free(json);
    return online;
}

START_TEST(hosts_that_no_longer_resolve_mean_offline)
{
    begin();
    fails(0, MSG_ERROR_DNS);
    fails(1, MSG_ERROR_DNS);
    web_sources("errors = 1 AND last_error = 'dns: no such host'", 2);
    ck_assert(is_online());
    fails(2, MSG_ERROR_DNS);
    ck_assert(!is_online());
    free(web_event("offline"));
    /* The blame is taken back, and what was due is due again. */
    web_sources("errors = 0 AND last_error = ''", SOURCES);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM source s WHERE next_ms <= (SELECT"
                                        " max (issued_ms) FROM fetch)"),
                     SOURCES);
    fails(3, MSG_ERROR_DNS);
    fails(4, MSG_ERROR_TIMEOUT);
    web_sources("errors = 0 AND last_error = ''", SOURCES);
}
END_TEST

START_TEST(one_probe_at_a_time)
{
    int64_t began_ms = 0;
    struct buf leases = {0};

    ring_set(&ring, "storer.probe_ms=300");
    begin();
    began_ms = clock_mono_ms();
    for (int i = 0; i < SOURCES; i++)
        fails(i, MSG_ERROR_DNS);
    ring_job(&ring, &header, &job);
    ck_assert_int_eq(ring_figure(&ring, "probes"), 1);
    ck_assert(!ring_job_within(&ring, SOON_MS, &header, &job));
    fails_now(MSG_ERROR_DNS);
    ring_job(&ring, &header, &job);
    /* The time between two grows by half. */
    ck_assert_int_ge(clock_mono_ms() - began_ms, 300 + 450);
    ck_assert(!ring_job_within(&ring, SOON_MS, &header, &job));
    ck_assert_int_eq(ring_figure(&ring, "probes"), 2);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch"), 1);
    web_sources("errors = 0", SOURCES);
    /* One that lapses makes room for the next. */
    msg_put_u64(&leases, header.fetch);
    ring_lost(&ring, "fetcher", false, buf_span(&leases));
    ring_until_figure(&ring, "lapsed", 1);
    ring_job(&ring, &header, &job);
    ck_assert_int_eq(ring_figure(&ring, "probes"), 3);
    buf_free(&leases);
}
END_TEST

START_TEST(an_answer_sets_all_going_again)
{
    char *detail = NULL;

    ring_set(&ring, "storer.probe_ms=300");
    begin();
    for (int i = 0; i < SOURCES; i++)
        fails(i, MSG_ERROR_DNS);
    ring_job(&ring, &header, &job);
    jobs[0].header = header;
    /* Any answer, also an error of the server's. */
    web_say((struct msg_report){.outcome = MSG_OUTCOME_FAILED,
                                .http_status = 500,
                                .error_kind = MSG_ERROR_HTTP,
                                .error = span_str("500")});
    take_jobs(SOURCES - 1);
    detail = web_event("online");
    ck_assert_ptr_nonnull(strstr(detail, "\"offline_ms\":"));
    free(detail);
    ck_assert(is_online());
    web_sources("errors = 1 AND last_error = 'http: 500'", 1);
    web_sources("errors = 0", SOURCES - 1);
    ck_assert_int_eq(ring_figure(&ring, "probes"), 1);
}
END_TEST

START_TEST(no_route_is_enough)
{
    begin();
    fails(0, MSG_ERROR_OFFLINE);
    ck_assert(!is_online());
    web_sources("errors = 0 AND last_error = ''", SOURCES);
    fails(1, MSG_ERROR_CONNECT);
    web_sources("errors = 0", SOURCES);
    /* What was under way before may still be answered. */
    header = jobs[2].header;
    answer();
    ck_assert(is_online());
}
END_TEST

START_TEST(a_success_between_is_no_evidence_of_offline)
{
    begin();
    fails(0, MSG_ERROR_DNS);
    fails(1, MSG_ERROR_DNS);
    header = jobs[2].header;
    answer();
    fails(3, MSG_ERROR_DNS);
    fails(4, MSG_ERROR_DNS);
    ck_assert(is_online());
    web_sources("errors = 1", 4);
}
END_TEST

START_TEST(one_host_is_not_the_network)
{
    char url[64];

    ring_go(&ring);
    for (int i = 0; i < SOURCES; i++) {
        snprintf(url, sizeof(url), "http://one.example/%d", i);
        web_add(url);
        answer();
    }
    web_add("http://two.example/");
    answer();
    web_add("http://three.example/");
    answer();
    web_later(DAY_MS);
    for (int i = 0; i < SOURCES + 2; i++) {
        ring_job(&ring, &header, &job);
        if (strstr(job.url.p, "one.example") == NULL)
            continue;
        web_say((struct msg_report){.outcome = MSG_OUTCOME_FAILED, .error_kind = MSG_ERROR_DNS});
    }
    ring_until(&ring, "SELECT count (*) FROM source WHERE errors = 1", SOURCES);
    ck_assert(is_online());
}
END_TEST

START_TEST(who_asks_while_offline_is_served_later)
{
    uint64_t source = 0;
    char *json = NULL;

    ring_set(&ring, "storer.probe_ms=3600000");
    ring_set(&ring, "storer.probe_max_ms=3600000");
    begin();
    for (int i = 0; i < SOURCES; i++)
        fails(i, MSG_ERROR_DNS);
    /* A wish is a reason to probe at once, not in an hour. */
    ck_assert(!ring_job_within(&ring, SOON_MS, &header, &job));
    ring_do(&ring, "source.refresh", "{}");
    ring_job(&ring, &header, &job);
    source = header.source;
    fails_now(MSG_ERROR_DNS);
    ring_do(&ring, "source.refresh", source == 1 ? "{\"id\":2}" : "{\"id\":1}");
    ring_job(&ring, &header, &job);
    ck_assert_uint_ne(header.source, source);
    answer();
    /* All were asked for, also the one whose probe failed. */
    take_jobs(SOURCES - 1);
    ck_assert_int_eq(ring_number(&ring, "SELECT count (*) FROM fetch WHERE lane = 0"), SOURCES - 1);
    json = mem_printf("SELECT count (*) FROM fetch WHERE lane = 0 AND source = %llu",
                      (unsigned long long)source);
    ck_assert_int_eq(ring_number(&ring, json), 1);
    free(json);
}
END_TEST

START_TEST(a_probe_that_is_removed_makes_room)
{
    char *json = NULL;

    ring_set(&ring, "storer.probe_ms=300");
    begin();
    for (int i = 0; i < SOURCES; i++)
        fails(i, MSG_ERROR_DNS);
    ring_job(&ring, &header, &job);
    json = mem_printf("{\"id\":%llu}", (unsigned long long)header.source);
    ring_do(&ring, "source.remove", json);
    free(json);
    ring_job(&ring, &header, &job);
    ck_assert_int_eq(ring_figure(&ring, "probes"), 2);
}
END_TEST

/* The transaction that takes the blame back fails, and is made again. */
START_TEST(a_full_disk_forgets_no_restoring)
{
    struct rlimit limit = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigaction(SIGXFSZ, &ignore, NULL); /* inherited by the storer */
    ring_set(&ring, "storer.disk_retry_ms=50");
    begin();
    fails(0, MSG_ERROR_DNS);
    fails(1, MSG_ERROR_DNS);
    ck_assert_int_eq(prlimit(ring.pid, RLIMIT_FSIZE, &limit, NULL), 0);
    header = jobs[2].header;
    web_say((struct msg_report){.outcome = MSG_OUTCOME_FAILED, .error_kind = MSG_ERROR_DNS});
    ring_until_figure(&ring, "pauses", 1);
    web_sources("errors = 1", 2);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(prlimit(ring.pid, RLIMIT_FSIZE, &limit, NULL), 0);
    ring_until(&ring, "SELECT count (*) FROM source WHERE errors = 0 AND last_error = ''", SOURCES);
    ck_assert(!is_online());
}
END_TEST

static void add(TCase *tcase)
{
    tcase_add_test(tcase, hosts_that_no_longer_resolve_mean_offline);
    tcase_add_test(tcase, one_probe_at_a_time);
    tcase_add_test(tcase, an_answer_sets_all_going_again);
    tcase_add_test(tcase, no_route_is_enough);
    tcase_add_test(tcase, a_success_between_is_no_evidence_of_offline);
    tcase_add_test(tcase, one_host_is_not_the_network);
    tcase_add_test(tcase, who_asks_while_offline_is_served_later);
    tcase_add_test(tcase, a_probe_that_is_removed_makes_room);
    tcase_add_test(tcase, a_full_disk_forgets_no_restoring);
}

int main(int argc, char **argv)
{
    return web_main(argc, argv, "storer web offline", add);
}

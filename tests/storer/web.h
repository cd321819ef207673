/* A storer and what servers say to it: one source whose poll is under way, reports of any kind, and
 * days that pass by starting the storer again with its clock moved. */
#ifndef WEIR_TESTS_STORER_WEB_H
#define WEIR_TESTS_STORER_WEB_H

#include "tests/storer/ring.h"

enum { HOUR_MS = 3600000, DAY_MS = 24 * HOUR_MS };

static struct ring ring;
static struct msg_header header;
static struct msg_job job;
static int64_t ahead_ms;

static void web_setup(void)
{
    ahead_ms = 0;
    ring_open(&ring);
    ring_set(&ring, "log.level=error");
}

/* The storer leaves in order, with nothing left. */
static void web_teardown(void)
{
    ck_assert_int_eq(ring_stop(&ring), 0);
    ring_close(&ring);
}

static int64_t web_now(void)
{
    return clock_utc_ms() + ahead_ms;
}

/* Another source, whose first job is in header and job. */
static void web_add(const char *url)
{
    ring_add(&ring, url);
    ring_job(&ring, &header, &job);
}

UNUSED static void web_begin(const char *url)
{
    ring_go(&ring);
    web_add(url);
}

/* Polls the source of header again. */
UNUSED static void web_poll(void)
{
    char *json = mem_printf("{\"id\":%llu}", (unsigned long long)header.source);

    ring_do(&ring, "source.refresh", json);
    ring_job(&ring, &header, &job);
    free(json);
}

/* Kills the storer and starts it again this much later. */
UNUSED static void web_later(int64_t ms)
{
    char *setting = NULL;

    ahead_ms += ms;
    setting = mem_printf("service.clock_ahead_ms=%lld", (long long)ahead_ms);
    ring_kill(&ring, SIGKILL);
    ring_set(&ring, setting);
    ring_go(&ring);
    free(setting);
}

/* A report for the poll under way; what is 0 in a duration is taken for not said. */
static void web_say(struct msg_report report)
{
    struct msg_header h = ring_header(header.fetch, header.source, 0);
    int64_t *durations[] = {&report.retry_after_ms, &report.max_age_ms, &report.ttl_ms,
                            &report.mean_gap_ms};

    for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
        *durations[i] = *durations[i] ? *durations[i] : -1;
    report.seen_ms = web_now();
    (void)zsock_events(ring.events); /* the subscription goes out, as in ring_go */
    ring_send(&ring, ring.reports[LANE_LO], &h, MSG_report, &report,
              report.keys.n ? span_str("the body") : (struct span){0});
}

/* Says it and waits until the fetch has ended. */
static void web_end(struct msg_report report)
{
    char *sql =
        mem_printf("SELECT count (*) FROM fetch WHERE id = %llu", (unsigned long long)header.fetch);

    web_say(report);
    ring_until(&ring, sql, 0);
    free(sql);
}

/* So many sources fulfil this, now. */
static void web_sources(const char *where, int64_t count)
{
    char *sql = mem_printf("SELECT count (*) FROM source WHERE %s", where);

    ck_assert_msg(ring_number(&ring, sql) == count, "%s: %lld, not %lld", where,
                  (long long)ring_number(&ring, sql), (long long)count);
    free(sql);
}

/* Waits for a state event; its detail (caller owns it). */
UNUSED static char *web_event(const char *name)
{
    int64_t until = clock_mono_ms() + PATIENCE_MS;
    struct msg_state state;

    for (;;) {
        int64_t left = until - clock_mono_ms();
        zmsg_t *message = left > 0 ? ring_recv(ring.events, left) : NULL;
        char *detail = NULL;

        ck_assert_msg(message != NULL, "no event %s came", name);
        msg_pool_reset(&ring.pool2);
        if (zframe_streq(zmsg_first(message), "state") &&
            msg_state_read(link_span(zmsg_next(message)), &ring.pool2, &state) == 0 &&
            span_eq(state.event, span_str(name)))
            detail = mem_dup(state.detail.p, state.detail.n);
        zmsg_destroy(&message);
        if (detail)
            return detail;
    }
}

static int web_main(int argc, char **argv, const char *name, void (*add)(TCase *tcase))
{
    int code = ring_main(argc, argv);
    Suite *suite = NULL;
    TCase *tcase = NULL;
    SRunner *runner = NULL;
    int failed = 0;

    if (code >= 0)
        return code;
    suite = suite_create(name);
    tcase = tcase_create(name);
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, web_setup, web_teardown);
    add(tcase);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

#endif

/* Whether this machine has a network. */
#include <check.h>
#include <stdlib.h>

#include "common/msg.h"
#include "storer/online.h"

static struct online *make(size_t hosts)
{
    return online_create(
        &(struct online_limits){.hosts = hosts, .probe_ms = 1000, .probe_max_ms = 3000});
}

/* A source whose last poll succeeded no longer resolves; it stood at next_ms = 100 * id. */
static enum online_verdict dns(struct online *online, uint64_t source, uint64_t host,
                               int64_t now_ms)
{
    return online_failed(online,
                         &(struct online_failure){.source = source,
                                                  .host = host,
                                                  .error_kind = MSG_ERROR_DNS,
                                                  .fine = true,
                                                  .next_ms = (int64_t)source * 100},
                         50, now_ms);
}

struct restored {
    size_t count;
    uint64_t last;
};

static void restore(void *arg, uint64_t source, int64_t next_ms, uint64_t errors)
{
    struct restored *restored = arg;

    ck_assert_int_eq(next_ms, (int64_t)source * 100);
    ck_assert_uint_eq(errors, 0);
    restored->count++;
    restored->last = source;
}

/* Three hosts went for ever, together; the network is there. */
START_TEST(gone_hosts_are_no_evidence_twice)
{
    struct online *online = make(3);

    ck_assert_int_eq(dns(online, 1, 11, 1), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 2, 12, 2), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 3, 13, 3), ONLINE_WENT);
    ck_assert(!online_probe_aside(online));
    online_probing(online, 1);
    ck_assert_int_eq(dns(online, 1, 11, 1001), ONLINE_SPARE);
    ck_assert(online_probe_aside(online)); /* the second probe asks somebody else */
    ck_assert(online_is_evidence(online, 1));
    ck_assert(!online_is_evidence(online, 4));
    online_probing(online, 4);
    ck_assert_int_eq(dns(online, 4, 14, 3001), ONLINE_SPARE);
    ck_assert(online_is_evidence(online, 4)); /* who has gone as well */
    ck_assert(!online_probe_aside(online));
    ck_assert(online_answered(online, 15));
    for (uint64_t i = 1; i <= 4; i++)
        ck_assert_int_eq(dns(online, i, 10 + i, 5000), ONLINE_BLAME);
    ck_assert(!online_is_offline(online));
    /* One that has answered counts again, and so do others. */
    online_answered(online, 11);
    ck_assert_int_eq(dns(online, 1, 11, 6000), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 2, 12, 6000), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 5, 15, 6000), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 6, 16, 6000), ONLINE_WENT);
    online_destroy(&online);
}
END_TEST

START_TEST(three_hosts_are_evidence)
{
    struct online *online = make(3);
    struct restored restored = {0};

    ck_assert_int_eq(dns(online, 1, 11, 5), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 2, 11, 6), ONLINE_BLAME); /* the same host */
    ck_assert_int_eq(dns(online, 3, 12, 7), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 3, 13, 7), ONLINE_BLAME); /* the same source, applied again */
    online_restore(online, restore, &restored);
    ck_assert_uint_eq(restored.count, 0);
    ck_assert(!online_is_offline(online));
    ck_assert_int_eq(dns(online, 4, 13, 8), ONLINE_WENT);
    ck_assert(online_is_offline(online));
    ck_assert_int_eq(online_since_ms(online), 8);
    online_restore(online, restore, &restored);
    ck_assert_uint_eq(restored.count, 4);
    online_restore(online, restore, &restored);
    ck_assert_uint_eq(restored.count, 4);
    online_unsaved(online);
    online_restore(online, restore, &restored);
    ck_assert_uint_eq(restored.count, 8);
    ck_assert_int_eq(dns(online, 5, 14, 9), ONLINE_SPARE);
    ck_assert(online_answered(online, 99));
    ck_assert(!online_answered(online, 99));
    ck_assert_int_eq(online_since_ms(online), 0);
    ck_assert_int_eq(dns(online, 6, 15, 10), ONLINE_BLAME);
    online_destroy(&online);
    ck_assert_ptr_null(online);
    online_destroy(&online);
}
END_TEST

START_TEST(an_answer_between_them_ends_the_evidence)
{
    struct online *online = make(3);

    dns(online, 1, 11, 1);
    dns(online, 2, 12, 2);
    ck_assert(!online_answered(online, 99));
    ck_assert_int_eq(dns(online, 3, 13, 3), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 4, 14, 4), ONLINE_BLAME);
    ck_assert_int_eq(dns(online, 5, 15, 5), ONLINE_WENT);
    online_destroy(&online);
}
END_TEST

START_TEST(other_failures_are_none)
{
    struct online *online = make(2);
    struct online_failure failure = {.error_kind = MSG_ERROR_DNS};

    for (uint64_t i = 1; i < 20; i++) {
        failure.source = failure.host = i;
        failure.fine = i % 2;
        failure.error_kind = i % 2 ? MSG_ERROR_TIMEOUT : MSG_ERROR_DNS;
        ck_assert_int_eq(online_failed(online, &failure, 9, 0), ONLINE_BLAME);
    }
    /* No route at all leaves no doubt, whoever finds it. */
    failure.error_kind = MSG_ERROR_OFFLINE;
    failure.fine = false;
    ck_assert_int_eq(online_failed(online, &failure, 9, 0), ONLINE_WENT);
    failure.error_kind = MSG_ERROR_TIMEOUT;
    ck_assert_int_eq(online_failed(online, &failure, 9, 0), ONLINE_SPARE);
    ck_assert_uint_eq(online_candidate(online, 0), 0);
    online_destroy(&online);
}
END_TEST

START_TEST(few_hosts_need_less_but_two)
{
    struct online_failure failure = {
        .source = 1, .host = 1, .error_kind = MSG_ERROR_DNS, .fine = true};
    struct online *online = make(5);

    /* How many were fine is asked when it begins: each that fails is fine no more. */
    ck_assert_int_eq(online_failed(online, &failure, 3, 0), ONLINE_BLAME);
    failure.source = failure.host = 2;
    ck_assert_int_eq(online_failed(online, &failure, 2, 0), ONLINE_BLAME);
    failure.source = failure.host = 3;
    ck_assert_int_eq(online_failed(online, &failure, 1, 0), ONLINE_WENT);
    online_answered(online, 3);
    ck_assert_int_eq(online_failed(online, &failure, 1, 0), ONLINE_BLAME);
    failure.source = failure.host = 4;
    ck_assert_int_eq(online_failed(online, &failure, 0, 0), ONLINE_WENT);
    online_destroy(&online);
}
END_TEST

START_TEST(evidence_is_bounded)
{
    struct online *online = make(2);
    struct restored restored = {0};

    for (uint64_t i = 1; i <= ONLINE_EVIDENCE + 50; i++)
        ck_assert_int_eq(dns(online, i, 1, 0), ONLINE_BLAME);
    /* A second host still tells, whether or not it could be kept. */
    ck_assert_int_eq(dns(online, 1000, 2, 0), ONLINE_WENT);
    online_restore(online, restore, &restored);
    ck_assert_uint_eq(restored.count, ONLINE_EVIDENCE);
    online_destroy(&online);
}
END_TEST

START_TEST(probes_grow_rarer)
{
    struct online *online = make(3);
    static const int64_t waits[] = {1000, 1500, 2250, 3000, 3000};
    int64_t now_ms = 7;

    ck_assert_int_eq(online_probe_wait_ms(online, now_ms), INT64_MAX);
    for (uint64_t id = 1; id <= 3; id++)
        dns(online, id, id, now_ms);
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        uint64_t id = online_candidate(online, 0);

        ck_assert_uint_eq(id, i % 3 + 1); /* in turn */
        ck_assert_uint_eq(online_candidate(online, 2), (i + 2) % 3 + 1);
        ck_assert_uint_eq(online_candidate(online, 3), 0);
        ck_assert_int_eq(online_probe_wait_ms(online, now_ms), waits[i]);
        ck_assert(!online_probe_due(online, now_ms + waits[i] - 1));
        now_ms += waits[i];
        ck_assert(online_probe_due(online, now_ms));
        online_probing(online, id);
        ck_assert(!online_probe_due(online, now_ms + 100000)); /* one at a time */
        now_ms += 50;
        online_lapsed(online, 77, now_ms); /* another's */
        ck_assert_int_eq(online_probe_wait_ms(online, now_ms), INT64_MAX);
        if (i % 2)
            online_lapsed(online, id, now_ms);
        else
            ck_assert_int_eq(dns(online, id, id, now_ms), ONLINE_SPARE);
    }
    online_hurry(online);
    ck_assert(online_probe_due(online, now_ms));
    online_probing(online, 1);
    online_lapsed(online, 1, now_ms);
    ck_assert_int_eq(online_probe_wait_ms(online, now_ms), 1500);
    online_destroy(&online);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("online");
    TCase *tcase = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, three_hosts_are_evidence);
    tcase_add_test(tcase, gone_hosts_are_no_evidence_twice);
    tcase_add_test(tcase, an_answer_between_them_ends_the_evidence);
    tcase_add_test(tcase, other_failures_are_none);
    tcase_add_test(tcase, few_hosts_need_less_but_two);
    tcase_add_test(tcase, evidence_is_bounded);
    tcase_add_test(tcase, probes_grow_rarer);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

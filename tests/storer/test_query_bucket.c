/* Token buckets, the history and tickets: the pure parts of the query front. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "storer/query_bucket.h"
#include "storer/query_history.h"
#include "storer/query_tickets.h"

/* --- buckets ---------------------------------------------------------------------------------- */

static uint64_t take_all(struct buckets *buckets, const char *client, int64_t now_ms)
{
    uint64_t taken = 0;

    while (taken < 100000 && buckets_take(buckets, client, now_ms) == 0)
        taken++;
    return taken;
}

START_TEST(burst_then_rate)
{
    struct buckets *buckets = buckets_create(100, 200);

    ck_assert_uint_eq(take_all(buckets, "a", 5000), 200);
    ck_assert_int_eq(buckets_take(buckets, "a", 5000), 10);
    ck_assert_int_eq(buckets_take(buckets, "a", 5004), 6);
    ck_assert_int_eq(buckets_take(buckets, "a", 5009), 1);
    ck_assert_int_eq(buckets_take(buckets, "a", 5010), 0);
    ck_assert_int_eq(buckets_take(buckets, "a", 5010), 10);
    ck_assert_uint_eq(take_all(buckets, "b", 5010), 200); /* another one's */
    ck_assert_uint_eq(take_all(buckets, "a", 6010), 100);
    ck_assert_uint_eq(take_all(buckets, "a", 3600000), 200);
    ck_assert_int_gt(buckets_take(buckets, "a", 3599000), 0); /* a clock that jumps back */
    buckets_destroy(&buckets);
    ck_assert_ptr_null(buckets);
    buckets_destroy(&buckets);
}
END_TEST

START_TEST(whoever_waits_as_told_is_served)
{
    struct buckets *buckets = buckets_create(3, 1); /* a third of a second is no whole number */
    int64_t now_ms = 1000;

    for (int i = 0; i < 100; i++) {
        now_ms += buckets_take(buckets, "a", now_ms);
        now_ms += i ? 0 : buckets_take(buckets, "a", now_ms);
        ck_assert_int_le(now_ms, 1000 + (i + 1) * 334);
    }
    buckets_destroy(&buckets);
}
END_TEST

START_TEST(more_clients_than_are_remembered)
{
    struct buckets *buckets = buckets_create(100, 10);
    char name[32];

    ck_assert_uint_eq(take_all(buckets, "busy", 1000), 10);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "client %d", i);
        ck_assert_int_eq(buckets_take(buckets, name, 1000), 0);
    }
    ck_assert_int_gt(buckets_take(buckets, "busy", 1000), 0); /* the emptiest is not forgotten */
    buckets_destroy(&buckets);
}
END_TEST

/* --- history ---------------------------------------------------------------------------------- */

START_TEST(the_last_are_remembered)
{
    struct history *history = history_create(3);

    ck_assert_ptr_null(history_at(history, 0));
    for (int i = 1; i <= 5; i++)
        history_add(history, &(struct history_entry){.code = i});
    ck_assert_int_eq(history_at(history, 0)->code, 5);
    ck_assert_int_eq(history_at(history, 2)->code, 3);
    ck_assert_ptr_null(history_at(history, 3));
    history_destroy(&history);
    ck_assert_ptr_null(history);
}
END_TEST

/* --- tickets ---------------------------------------------------------------------------------- */

static void add(struct tickets *tickets, uint64_t id)
{
    ck_assert_ptr_nonnull(tickets_add(tickets, id, "stories", "[]", 7));
}

static void done(struct tickets *tickets, uint64_t id, const char *json, int64_t now_ms)
{
    tickets_done(tickets, id, 0, (struct span){0}, span_str(json), now_ms);
}

START_TEST(oldest_answers_make_room)
{
    struct tickets *tickets = tickets_create(3, 10, 1000);

    for (uint64_t id = 1; id <= 3; id++)
        add(tickets, id);
    ck_assert_ptr_null(tickets_add(tickets, 4, "stories", "", 0)); /* nobody is done */
    done(tickets, 2, "1234", 10);
    done(tickets, 1, "1234", 20);
    ck_assert_str_eq(tickets_find(tickets, 1)->json, "1234");
    add(tickets, 4);
    ck_assert_ptr_null(tickets_find(tickets, 2));
    ck_assert_uint_eq(tickets_figures(tickets).lost, 1);
    done(tickets, 3, "1234567", 30);
    ck_assert_ptr_null(tickets_find(tickets, 1));
    ck_assert_uint_eq(tickets_figures(tickets).bytes, 7);
    done(tickets, 4, "12345678901234567890", 40); /* too large for all: kept alone */
    ck_assert_ptr_null(tickets_find(tickets, 3));
    ck_assert_str_eq(tickets_find(tickets, 4)->json, "12345678901234567890");
    done(tickets, 4, "x", 41); /* a late answer in place of that its time was over */
    ck_assert_uint_eq(tickets_figures(tickets).bytes, 1);
    done(tickets, 99, "x", 41);
    ck_assert_uint_eq(tickets_figures(tickets).kept, 1);
    ck_assert(tickets_drop(tickets, 4));
    ck_assert(!tickets_drop(tickets, 4));
    ck_assert_uint_eq(tickets_figures(tickets).bytes, 0);
    tickets_destroy(&tickets);
    ck_assert_ptr_null(tickets);
    tickets_destroy(&tickets);
}
END_TEST

START_TEST(answers_end_with_their_time)
{
    struct tickets *tickets = tickets_create(10, 100, 1000);

    add(tickets, 1);
    add(tickets, 2);
    add(tickets, 3);
    done(tickets, 1, "", 5000);
    done(tickets, 2, "", 5500);
    tickets_expire(tickets, 5999);
    ck_assert_uint_eq(tickets_figures(tickets).kept, 3);
    tickets_expire(tickets, 6000);
    ck_assert_ptr_null(tickets_find(tickets, 1));
    tickets_expire(tickets, 1000000);
    ck_assert_ptr_null(tickets_find(tickets, 2));
    ck_assert_int_eq(tickets_find(tickets, 3)->state, TICKET_WAITING); /* not done yet */
    tickets_destroy(&tickets);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("query_bucket");
    TCase *tcase = tcase_create("query_bucket");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, burst_then_rate);
    tcase_add_test(tcase, whoever_waits_as_told_is_served);
    tcase_add_test(tcase, more_clients_than_are_remembered);
    tcase_add_test(tcase, the_last_are_remembered);
    tcase_add_test(tcase, oldest_answers_make_room);
    tcase_add_test(tcase, answers_end_with_their_time);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

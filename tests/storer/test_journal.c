/* When items go again (DESIGN 5, rules 4 and 5). */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "storer/journal.h"

static const struct journal_limits limits = {.replay_ms = 1000,
                                             .early_ms = 10,
                                             .lonely_ms = 500,
                                             .alone_after = 3,
                                             .dead_after = 2,
                                             .share = 4};
static char keys[64 * JOURNAL_KEY];

static struct journal *filled(size_t count, struct journal_fetch **fetch)
{
    struct journal *journal = journal_create(&limits);

    for (size_t i = 0; i < 64; i++)
        memset(keys + i * JOURNAL_KEY, (int)i + 1, JOURNAL_KEY);
    *fetch = journal_add(journal, 1, 9, keys, count, 0, 0);
    return journal;
}

START_TEST(replay_waits_twice_as_long_each_time)
{
    struct journal_fetch *fetch = NULL;
    struct journal *journal = filled(1, &fetch);
    struct journal_pick pick;
    int64_t now = 0;

    for (int64_t wait = 1000; wait <= 8000; wait *= 2) {
        ck_assert(!journal_pick(journal, now + wait - 1, &pick));
        now += wait;
        ck_assert(journal_pick(journal, now, &pick));
        journal_sent(journal, &pick, now);
    }
    journal_destroy(&journal);
}
END_TEST

START_TEST(a_loss_brings_one_early_replay)
{
    struct journal_fetch *fetch = NULL;
    struct journal *journal = filled(3, &fetch);
    struct journal_pick pick;

    journal_lost(journal, 100);
    ck_assert(!journal_pick(journal, 109, &pick));
    journal_end(journal, fetch, journal_item(fetch, keys), 105); /* progress puts it off */
    ck_assert(!journal_pick(journal, 114, &pick));
    ck_assert_uint_eq(journal_in_flight(journal, 114), 2);
    ck_assert_uint_eq(journal_in_flight(journal, 115), 0);
    ck_assert(journal_pick(journal, 115, &pick));
    ck_assert_uint_eq(pick.count, 2);
    journal_sent(journal, &pick, 115);
    ck_assert(!journal_pick(journal, 500, &pick));
    ck_assert_uint_eq(journal_replaying(journal), 2);
    journal_destroy(&journal);
}
END_TEST

START_TEST(what_the_ring_has_not_come_to_is_left_in_peace)
{
    struct journal_fetch *fetch = NULL, *second = NULL;
    struct journal *journal = filled(3, &fetch);
    struct journal_pick pick;

    second = journal_add(journal, 2, 10, keys + 32 * JOURNAL_KEY, 3, 50, 50);
    journal_lost(journal, 100);
    for (int64_t now = 105; now <= 115; now += 5) /* the first is being worked on */
        journal_end(journal, fetch, &fetch->items[(now - 105) / 5], now);
    ck_assert(!journal_pick(journal, 124, &pick)); /* not the second's turn yet */
    journal_stalled(journal, 124);
    ck_assert(!journal_pick(journal, 133, &pick));
    ck_assert(journal_pick(journal, 134, &pick));
    ck_assert_ptr_eq(pick.fetch, second);
    journal_destroy(&journal);
}
END_TEST

START_TEST(what_was_overtaken_is_lost)
{
    struct journal_fetch *fetch = NULL, *second = NULL;
    struct journal *journal = filled(3, &fetch);
    struct journal_pick pick;

    second = journal_add(journal, 2, 10, keys + 32 * JOURNAL_KEY, 3, 50, 50);
    journal_lost(journal, 100);
    journal_end(journal, second, &second->items[0], 109);
    ck_assert(journal_pick(journal, 110, &pick));
    ck_assert_ptr_eq(pick.fetch, fetch);
    journal_destroy(&journal);
}
END_TEST

START_TEST(what_was_never_sent_goes_at_once)
{
    struct journal *journal = journal_create(&limits);
    struct journal_fetch *fetch = NULL;
    struct journal_pick pick;

    for (size_t i = 0; i < 64; i++)
        memset(keys + i * JOURNAL_KEY, (int)i + 1, JOURNAL_KEY);
    fetch = journal_add(journal, 1, 9, keys, 6, INT64_MIN, 100);
    for (size_t i = 0; i < fetch->count; i++)
        fetch->items[i].tries = 0;
    ck_assert_uint_eq(journal_in_flight(journal, 100), 0);
    ck_assert(journal_pick(journal, 100, &pick));
    ck_assert_uint_eq(pick.count, 4); /* the share */
    ck_assert(!pick.alone);
    journal_sent(journal, &pick, 100);
    ck_assert_uint_eq(pick.items[0]->tries, 1);
    ck_assert(!journal_pick(journal, 100, &pick));
    for (size_t i = 0; i < 4; i++)
        journal_end(journal, fetch, &fetch->items[i], 105);
    ck_assert(journal_pick(journal, 105, &pick)); /* progress does not put it off */
    ck_assert_uint_eq(pick.count, 2);
    journal_sent(journal, &pick, 105);
    ck_assert(!journal_pick(journal, 1104, &pick)); /* from now on as any other */
    ck_assert(journal_pick(journal, 1105, &pick));
    journal_destroy(&journal);
}
END_TEST

START_TEST(replays_keep_to_their_share)
{
    struct journal_fetch *fetch = NULL;
    struct journal *journal = filled(10, &fetch);
    struct journal_pick pick;

    journal_lost(journal, 0);
    ck_assert(journal_pick(journal, 10, &pick));
    ck_assert_uint_eq(pick.count, 4);
    journal_sent(journal, &pick, 10);
    ck_assert(!journal_pick(journal, 10, &pick));
    journal_end(journal, fetch, journal_item(fetch, keys), 11);
    ck_assert(journal_pick(journal, 21, &pick));
    ck_assert_uint_eq(pick.count, 1);
    journal_destroy(&journal);
}
END_TEST

/* A line that breaks again and again: all items go together each time, and none is suspected. */
START_TEST(a_bad_line_blames_nobody)
{
    struct journal_fetch *fetch = NULL;
    struct journal *journal = filled(3, &fetch);
    struct journal_pick pick;
    int64_t now = 0;

    for (int i = 0; i < 10; i++) {
        journal_torn(journal, now + 1);
        now += 11;
        ck_assert(journal_pick(journal, now, &pick));
        ck_assert(!pick.alone);
        ck_assert_uint_eq(pick.count, 3);
        journal_sent(journal, &pick, now);
    }
    ck_assert_uint_lt(fetch->items[0].tries, 3);
    journal_lost(journal, now + 1); /* but after a crash they are */
    ck_assert(journal_pick(journal, now + 11, &pick));
    ck_assert(pick.alone);
    journal_sent(journal, &pick, now + 11);
    ck_assert_uint_eq(fetch->items[0].tries, 3);
    journal_torn(journal, now + 12); /* what travels alone goes on doing so */
    now += 22;
    while (journal_pick(journal, now, &pick) && !pick.alone)
        journal_sent(journal, &pick, now);
    ck_assert(pick.alone);
    journal_destroy(&journal);
}
END_TEST

START_TEST(one_alone_at_a_time_until_it_is_dead)
{
    struct journal_fetch *fetch = NULL, *of = NULL;
    struct journal *journal = filled(2, &fetch);
    struct journal_pick pick;
    struct journal_item *item = NULL;

    for (size_t i = 0; i < 2; i++)
        fetch->items[i].tries = 2;
    journal_lost(journal, 0);
    ck_assert(journal_pick(journal, 10, &pick));
    ck_assert(pick.alone);
    ck_assert_uint_eq(pick.count, 1);
    journal_sent(journal, &pick, 10);
    ck_assert(!journal_pick(journal, 20, &pick));
    item = journal_lonely(journal, &of);
    ck_assert_ptr_eq(of, fetch);
    ck_assert(!journal_blame(journal, fetch, item));
    ck_assert_ptr_null(journal_lonely(journal, &of));
    ck_assert(journal_pick(journal, 30, &pick));
    journal_sent(journal, &pick, 30);
    ck_assert(journal_blame(journal, fetch, pick.items[0]) == (pick.items[0]->alone >= 2));
    journal_destroy(&journal);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storer journal");
    TCase *tcase = tcase_create("journal");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, replay_waits_twice_as_long_each_time);
    tcase_add_test(tcase, a_loss_brings_one_early_replay);
    tcase_add_test(tcase, what_the_ring_has_not_come_to_is_left_in_peace);
    tcase_add_test(tcase, what_was_overtaken_is_lost);
    tcase_add_test(tcase, what_was_never_sent_goes_at_once);
    tcase_add_test(tcase, replays_keep_to_their_share);
    tcase_add_test(tcase, a_bad_line_blames_nobody);
    tcase_add_test(tcase, one_alone_at_a_time_until_it_is_dead);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

/* The parts that know no sockets and no clock. */
#include <check.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/judge.h"
#include "common/judge_sketch.h"
#include "common/msg.h"
#include "storer/held.h"
#include "storer/lease.h"
#include "storer/map64.h"
#include "storer/memory.h"
#include "storer/quiesce.h"
#include "storer/window.h"

START_TEST(map_agrees_with_a_table)
{
    struct map64 map = {0};
    static int values[512];
    void *table[512] = {0};
    unsigned seed = 7;
    size_t count = 0;

    for (int i = 0; i < 20000; i++) {
        unsigned key = (seed = seed * 1103515245u + 12345u) >> 8 & 511;

        if (seed >> 20 & 1) {
            ck_assert_ptr_eq(map64_put(&map, key * 64 + 1, &values[key]), table[key]);
            table[key] = &values[key];
        } else {
            ck_assert_ptr_eq(map64_remove(&map, key * 64 + 1), table[key]);
            table[key] = NULL;
        }
    }
    for (unsigned key = 0; key < 512; key++) {
        ck_assert_ptr_eq(map64_get(&map, key * 64 + 1), table[key]);
        count += table[key] != NULL;
    }
    ck_assert_uint_eq(map.count, count);
    map64_free(&map);
}
END_TEST

/* --- leases --- */

static enum lease_end last_end;
static int ends;

static void note_end(void *arg, const struct lease *lease, enum lease_end why)
{
    (void)arg;
    (void)lease;
    last_end = why;
    ends++;
}

START_TEST(lease_in_hand_outlives_a_loss)
{
    struct leases *leases = leases_create(1000, 100);
    struct buf hand = {0};

    ends = 0;
    leases_add(leases, &(struct lease){.id = 5, .source = 1, .given_ms = 0});
    leases_add(leases, &(struct lease){.id = 6, .source = 2, .given_ms = 0});
    msg_put_u64(&hand, 5);
    leases_roster(leases, buf_span(&hand), 1, 5);
    leases_lost(leases, 10);
    leases_sweep(leases, 200, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(ends, 0); /* fetchers have not spoken since */
    leases_roster(leases, buf_span(&hand), 1, 201);
    leases_sweep(leases, 202, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(ends, 1);
    ck_assert_int_eq(last_end, LEASE_NOBODY);
    ck_assert_ptr_nonnull(leases_find(leases, 5));
    leases_sweep(leases, 1300, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(last_end, LEASE_LATE);
    ck_assert_uint_eq(leases_count(leases), 0);
    buf_free(&hand);
    leases_destroy(&leases);
}
END_TEST

START_TEST(lease_that_was_not_told_of)
{
    struct leases *leases = leases_create(1000, 100);
    struct span nothing = {0};

    ends = 0;
    leases_add(leases, &(struct lease){.id = 5, .source = 1, .given_ms = 0});
    leases_lost(leases, 10);
    leases_crashed(leases, 10);
    leases_add(leases, &(struct lease){.id = 6, .source = 2, .given_ms = 20}); /* after the crash */
    leases_lost(leases, 30);
    leases_fetcher_lost(leases, nothing, true, note_end, NULL);
    ck_assert_int_eq(ends, 0);
    leases_roster(leases, nothing, 1, 40);
    leases_sweep(leases, 100, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(ends, 0); /* within the time of grace */
    leases_remove(leases, 6);
    leases_sweep(leases, 140, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(ends, 1);
    ck_assert_int_eq(last_end, LEASE_UNSEEN);
    leases_add(leases, &(struct lease){.id = 7, .source = 2, .given_ms = 150});
    leases_lost(leases, 160);
    leases_roster(leases, nothing, 1, 170);
    leases_sweep(leases, 300, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(ends, 2);
    ck_assert_int_eq(last_end, LEASE_NOBODY);
    leases_destroy(&leases);
}
END_TEST

START_TEST(lease_does_not_age_alone)
{
    struct leases *leases = leases_create(1000, 100);

    ends = 0;
    leases_add(leases, &(struct lease){.id = 5, .source = 1});
    for (int64_t now = 0; now < 10000; now += 100)
        leases_sweep(leases, now, INT64_MAX, note_end, NULL);
    ck_assert_int_eq(ends, 0);
    leases_sweep(leases, 10000, 9000, note_end, NULL); /* quiescing, and no fetcher */
    ck_assert_int_eq(last_end, LEASE_WITHDRAWN);
    leases_destroy(&leases);
}
END_TEST

/* --- the rest --- */

START_TEST(window_leaves_the_last_tenth_to_those_who_wait)
{
    struct window window = {.items_max = 100, .bytes_max = 1000000, .share = 8, .item_bytes = 10};

    ck_assert(window_room(&window, false, 5000)); /* alone, anything fits */
    window.under_way = 60;
    window.reserved = 20;
    ck_assert(window_room(&window, false, 10));
    ck_assert(!window_room(&window, false, 11));
    ck_assert(window_room(&window, true, 20));
    ck_assert(!window_room(&window, true, 21));
    window.bytes = 999999;
    ck_assert(!window_room(&window, true, 1));
    ck_assert_uint_eq(window_replays(&window), 12);
    ck_assert_uint_eq(window_expect(1, 0), 1);
    ck_assert_uint_gt(window_expect(10, 100), 10);
}
END_TEST

static int destroyed;

static void destroy(void *message)
{
    (void)message;
    destroyed++;
}

START_TEST(held_has_two_bounds)
{
    struct held *held = held_create(3, 100, destroy);
    struct held_item *item = NULL;
    int messages[4];

    ck_assert(held_put(held, 1, &messages[0], 40, 0));
    ck_assert(held_put(held, 1, &messages[1], 40, 0));
    ck_assert(!held_put(held, 2, &messages[2], 40, 0));
    ck_assert(held_put(held, 2, &messages[2], 20, 0));
    ck_assert(!held_put(held, 2, &messages[3], 0, 0));
    item = held_take(held, 1);
    ck_assert_ptr_eq(item->message, &messages[0]);
    ck_assert_ptr_eq(item->next->message, &messages[1]);
    free(item->next);
    free(item);
    ck_assert_uint_eq(held_items(held), 1);
    destroyed = 0;
    held_destroy(&held);
    ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(quiesce_lapses_and_has_a_deadline)
{
    struct quiesce quiesce = {0};

    ck_assert(quiesce_take(&quiesce, MSG_PURPOSE_LEAVE, 100, 1000, 0));
    ck_assert(!quiesce_take(&quiesce, MSG_PURPOSE_SHUTDOWN, 100, 900, 50));
    ck_assert(!quiesce_lapse(&quiesce, 149));
    ck_assert(!quiesce_done(&quiesce, 1, 949));
    ck_assert(quiesce_done(&quiesce, 1, 950));
    ck_assert(quiesce_done(&quiesce, 0, 60));
    ck_assert(quiesce_answer(&quiesce, false, 1000, 60));
    ck_assert(!quiesce_answer(&quiesce, false, 1000, 70));
    ck_assert(quiesce_answer(&quiesce, true, 1000, 80));
    ck_assert(quiesce_lapse(&quiesce, 150));
    ck_assert(!quiesce_active(&quiesce));
}
END_TEST

/* The commits after as_of that may matter to an item with this title, the latest first; 0 = none.
 */
static void expect_after(const struct memory *memory, uint64_t as_of, uint64_t first,
                         uint64_t second, uint64_t third, uint64_t fourth)
{
    const uint64_t ids[] = {first, second, third, fourth};
    const struct judge_params *params = judge_params_of("builtin-512-v1");
    struct judge_sketch same = {.title_key = 77}, other = {.title_key = 78};
    const struct memory_item *item = NULL;
    size_t at = 0;

    for (size_t i = 0; i < 4; i++) {
        item = memory_next(memory, as_of, params, &same, &at);
        ck_assert_uint_eq(item ? item->id : 0, ids[i]);
    }
    ck_assert_ptr_null(memory_next(memory, as_of, params, &same, &at));
    at = 0;
    ck_assert_ptr_null(memory_next(memory, as_of, params, &other, &at));
}

START_TEST(memory_forgets_the_oldest)
{
    struct memory *memory = memory_create(4);
    struct msg_vector vector = {.model = span_str("m"), .title_key = 77};

    for (uint64_t i = 1; i <= 6; i++)
        memory_add(memory, &(struct memory_item){.id = i, .sequence = i, .story = i}, &vector);
    ck_assert_uint_eq(memory_floor(memory), 2);
    ck_assert_ptr_null(memory_find(memory, 2));
    ck_assert_uint_eq(memory_find(memory, 3)->sequence, 3);
    memory_add(memory, &(struct memory_item){.id = 3, .sequence = 7, .story = 3}, &vector);
    ck_assert_uint_eq(memory_find(memory, 3)->sequence, 7);
    expect_after(memory, 0, 3, 6, 5, 4);
    expect_after(memory, 5, 3, 6, 0, 0);
    expect_after(memory, 7, 0, 0, 0, 0);
    for (uint64_t i = 8; i <= 11; i++)
        memory_add(memory, &(struct memory_item){.id = i, .sequence = i, .story = i}, &vector);
    ck_assert_ptr_null(memory_find(memory, 3));
    memory_destroy(&memory);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("storer pure");
    TCase *tcase = tcase_create("pure");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, map_agrees_with_a_table);
    tcase_add_test(tcase, lease_in_hand_outlives_a_loss);
    tcase_add_test(tcase, lease_that_was_not_told_of);
    tcase_add_test(tcase, lease_does_not_age_alone);
    tcase_add_test(tcase, window_leaves_the_last_tenth_to_those_who_wait);
    tcase_add_test(tcase, held_has_two_bounds);
    tcase_add_test(tcase, quiesce_lapses_and_has_a_deadline);
    tcase_add_test(tcase, memory_forgets_the_oldest);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

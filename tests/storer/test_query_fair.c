/* Queries that wait, by caller: in turn, the longest gives way, nothing is lost. */
#include <check.h>
#include <stdlib.h>

#include "common/msg.h"
#include "storer/query_fair.h"

static struct fair fair;

static struct task *make(const char *caller, uint64_t id, int64_t deadline_ms)
{
    struct msg_query query = {.id = id, .verb = span_str("item")};
    zframe_t *from = zframe_new(caller, strlen(caller)), *frame = zframe_new("q", 1), *extra = NULL;

    return task_create(&query, &from, &frame, &extra, deadline_ms);
}

static void put(const char *caller, uint64_t id)
{
    fair_push(&fair, make(caller, id, (int64_t)id));
}

static uint64_t id_of(struct task *task)
{
    uint64_t id = task ? task->id : 0;

    task_destroy(&task);
    return id;
}

static void setup(void)
{
    fair = (struct fair){0};
}

static void teardown(void)
{
    fair_clear(&fair);
    ck_assert_uint_eq(fair.count, 0);
    ck_assert_uint_eq(fair.bytes, 0);
    ck_assert_ptr_null(fair.last);
}

START_TEST(callers_are_served_in_turn)
{
    static const uint64_t order[] = {1, 11, 21, 2, 12, 3, 4, 0};

    for (uint64_t id = 1; id <= 4; id++)
        put("a", id);
    put("b", 11);
    put("b", 12);
    put("c", 21);
    ck_assert_uint_eq(fair.count, 7);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        ck_assert_uint_eq(id_of(fair_pop(&fair)), order[i]);
}
END_TEST

START_TEST(the_longest_gives_way)
{
    struct task *fresh = make("c", 99, 0);

    ck_assert_ptr_null(fair_pull_longest(&fair, fresh));
    put("a", 1);
    ck_assert_ptr_null(fair_pull_longest(&fair, fresh));
    put("a", 2);
    put("b", 11);
    ck_assert_uint_eq(id_of(fair_pull_longest(&fair, fresh)), 2);
    ck_assert_ptr_null(fair_pull_longest(&fair, fresh));
    for (uint64_t id = 3; id <= 6; id++)
        put("a", id);
    put("c", 21);
    ck_assert_uint_eq(id_of(fair_pull_longest(&fair, fresh)), 6);
    task_destroy(&fresh);
    fresh = make("a", 98, 0);
    ck_assert_ptr_null(fair_pull_longest(&fair, fresh));
    task_destroy(&fresh);
}
END_TEST

START_TEST(late_ones_are_found_everywhere)
{
    put("a", 50);
    put("b", 60);
    put("b", 10);
    put("c", 20);
    ck_assert_uint_eq(id_of(fair_pull_late(&fair, 20)) + id_of(fair_pull_late(&fair, 20)), 30);
    ck_assert_ptr_null(fair_pull_late(&fair, 20));
    fair_move_deadlines(&fair, 100);
    ck_assert_ptr_null(fair_pull_late(&fair, 149));
    ck_assert_uint_eq(id_of(fair_pull_late(&fair, 150)), 50);
    ck_assert_uint_eq(fair.count, 1);
}
END_TEST

/* By chance, against counts. */
START_TEST(nothing_is_lost)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    uint64_t state = 7, in = 0, out = 0;

    for (int i = 0; i < 20000; i++) {
        struct task *task = NULL;
        const char *name = NULL;

        state = state * 6364136223846793005 + 1442695040888963407;
        name = names[(state >> 40) % 5];
        if ((state >> 33) % 3) {
            put(name, ++in);
            continue;
        }
        task = make(name, 0, 0);
        out += id_of((state >> 50) % 2 ? fair_pop(&fair) : fair_pull_longest(&fair, task)) > 0;
        task_destroy(&task);
        ck_assert_uint_eq(fair.count, in - out);
    }
    while (id_of(fair_pop(&fair)))
        out++;
    ck_assert_uint_eq(in, out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("query_fair");
    TCase *all = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, callers_are_served_in_turn);
    tcase_add_test(all, the_longest_gives_way);
    tcase_add_test(all, late_ones_are_found_everywhere);
    tcase_add_test(all, nothing_is_lost);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

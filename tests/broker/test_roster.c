/* Who is there. */
#include "tests/common/world.h"

#include "broker/roster.h"
#include "common/msg.h"

static struct roster roster;

static void teardown(void)
{
    roster_free(&roster);
}

static struct instance *join(const char *stage, const char *name, const char *identity, int64_t now)
{
    struct msg_hello hello = {.stage = span_str(stage),
                              .instance = span_str(name),
                              .version = span_str("v1"),
                              .pid = 42,
                              .started_ms = 9};

    return roster_hello(&roster, span_str(identity), &hello, now);
}

static void beat(struct instance *instance, uint64_t in, int64_t now)
{
    struct counters counters = {{0}};
    struct msg_heartbeat heartbeat = {.in_hand = 3, .note = span_str("{}")};
    struct buf bytes = {0};

    counters.at[COUNTER_in] = in;
    counters_write(&counters, &bytes);
    heartbeat.counters = buf_span(&bytes);
    roster_heartbeat(instance, &heartbeat, now);
    buf_free(&bytes);
}

START_TEST(hello_adds_once)
{
    struct instance *instance = join("fetcher", "f-1", "id1", 100);

    ck_assert_int_eq(instance->stage, STAGE_FETCHER);
    ck_assert_str_eq(instance->name, "f-1");
    ck_assert_str_eq(instance->version, "v1");
    ck_assert_uint_eq(instance->pid, 42);
    join("fetcher", "f-1", "id1", 200);
    ck_assert_uint_eq(roster.count, 1);
    ck_assert_int_eq(roster_find(&roster, span_str("id1"))->heard_ms, 200);
    ck_assert_ptr_null(roster_find(&roster, span_str("id2")));
    ck_assert_ptr_nonnull(roster_find_name(&roster, "f-1"));
    ck_assert_ptr_null(roster_find_name(&roster, "f-2"));
}
END_TEST

/* A connection made anew has another identity; nobody was lost. */
START_TEST(new_connection_same_instance)
{
    join("fetcher", "f-1", "id1", 100)->told_to_stop = true;
    join("fetcher", "f-1", "id2", 200);
    ck_assert_uint_eq(roster.count, 1);
    ck_assert_ptr_null(roster_find(&roster, span_str("id1")));
    ck_assert(roster_find(&roster, span_str("id2"))->told_to_stop);
    ck_assert_ptr_null(roster_silent(&roster, 5200, 5000));
}
END_TEST

START_TEST(silence)
{
    join("fetcher", "f", "1", 1000);
    join("embedder", "e", "2", 3000);
    ck_assert_ptr_null(roster_silent(&roster, 6000, 5000));
    ck_assert_str_eq(roster_silent(&roster, 6001, 5000)->name, "f");
    roster_was_late(&roster, 60000); /* nobody was looking */
    ck_assert_ptr_null(roster_silent(&roster, 66000, 5000));
    beat(roster_find(&roster, span_str("1")), 1, 66000);
    ck_assert_str_eq(roster_silent(&roster, 68001, 5000)->name, "e");
}
END_TEST

/* What an administrator asked is not undone by a heartbeat that does not know of it. */
START_TEST(asked_to_leave_stays)
{
    struct instance *instance = join("embedder", "e", "1", 0);

    instance->leaving = instance->asked_to_leave = true;
    beat(instance, 1, 1000);
    ck_assert(roster_any_leaving(&roster));
    instance = join("embedder", "e", "2", 2000);
    ck_assert(instance->leaving);
    instance->asked_to_leave = false;
    beat(instance, 1, 3000);
    ck_assert(!roster_any_leaving(&roster));
}
END_TEST

START_TEST(stages)
{
    join("fetcher", "f1", "1", 0);
    join("storer", "s", "2", 0);
    join("fetcher", "f2", "3", 0);
    ck_assert_uint_eq(roster_of_stage(&roster, STAGE_FETCHER), 2);
    ck_assert_uint_eq(roster_of_stage(&roster, STAGE_DEDUPER), 0);
    ck_assert_str_eq(roster_storer(&roster)->name, "s");
    roster_remove(&roster, roster_find(&roster, span_str("1")));
    ck_assert_uint_eq(roster_of_stage(&roster, STAGE_FETCHER), 1);
    ck_assert_str_eq(roster_storer(&roster)->name, "s");
    roster_remove(&roster, roster_storer(&roster));
    ck_assert_ptr_null(roster_storer(&roster));
    ck_assert_int_eq(roster_stage_of(span_str("deduper")), STAGE_DEDUPER);
    ck_assert_int_eq(roster_stage_of(span_str("broker")), STAGES);
    ck_assert_int_eq(roster_stage_of(span_str("")), STAGES);
    ck_assert_str_eq(roster_stage_name(STAGE_STORER), "storer");
    ck_assert_str_eq(roster_stage_name(STAGES), "?");
}
END_TEST

START_TEST(leases)
{
    struct msg_heartbeat one = {.leases = span_of("11111111", 8)};
    struct msg_heartbeat two = {.leases = span_of("2222222233333333", 16)};
    struct buf all = {0};

    roster_heartbeat(join("fetcher", "f1", "1", 0), &one, 1);
    roster_heartbeat(join("fetcher", "f2", "2", 0), &two, 1);
    roster_leases(&roster, &all);
    ck_assert_uint_eq(all.len, 24);
    ck_assert_mem_eq(all.data, "111111112222222233333333", 24);
    one.leases = span_of(NULL, 0);
    roster_heartbeat(roster_find(&roster, span_str("1")), &one, 2);
    buf_clear(&all);
    roster_leases(&roster, &all);
    ck_assert_mem_eq(all.data, "2222222233333333", 16);
    ck_assert_uint_eq(all.len, 16);
    buf_free(&all);
}
END_TEST

START_TEST(rates)
{
    struct instance *instance = join("fetcher", "f", "1", 0);

    beat(instance, 100, 1000);
    ck_assert(roster_rate(instance, COUNTER_in) <= 0); /* one beat is no rate */
    beat(instance, 300, 2000);
    ck_assert_int_eq((int)roster_rate(instance, COUNTER_in), 200);
    beat(instance, 305, 2010); /* out of turn: too near for a rate of its own */
    ck_assert_int_le((int)roster_rate(instance, COUNTER_in), 210);
    beat(instance, 5, 3010); /* counters that went back give no negative rate */
    ck_assert(roster_rate(instance, COUNTER_in) >= 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("roster");
    TCase *all = tcase_create("roster");

    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, hello_adds_once);
    tcase_add_test(all, new_connection_same_instance);
    tcase_add_test(all, silence);
    tcase_add_test(all, asked_to_leave_stays);
    tcase_add_test(all, stages);
    tcase_add_test(all, leases);
    tcase_add_test(all, rates);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

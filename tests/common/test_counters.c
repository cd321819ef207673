/* Counters on the wire of a heartbeat. */
#include "tests/common/world.h"

#include "common/counters.h"

START_TEST(there_and_back)
{
    struct counters sent = {{0}};
    struct counters got = {{0}};
    struct buf out = {0};

    for (int i = 0; i < COUNTERS; i++)
        counters_add(&sent, (enum counter)i, (uint64_t)i * 1000000007 + 1);
    counters_write(&sent, &out);
    ck_assert_uint_eq(out.len, 8 * COUNTERS);
    counters_read(buf_span(&out), &got);
    ck_assert_mem_eq(&sent, &got, sizeof(sent));
    buf_free(&out);
}
END_TEST

/* From a process with fewer or more of them, or with half a one: what is there is read. */
START_TEST(other_lengths)
{
    struct counters got = {{0}};
    char bytes[8 * (COUNTERS + 4)];

    memset(bytes, 1, sizeof(bytes));
    counters_read(span_of(bytes, sizeof(bytes)), &got);
    ck_assert_uint_eq(got.at[COUNTERS - 1], 0x0101010101010101);
    counters_read(span_of(bytes, 12), &got);
    ck_assert_uint_eq(got.at[0], 0x0101010101010101);
    ck_assert_uint_eq(got.at[1], 0);
    ck_assert_uint_eq(got.at[COUNTERS - 1], 0);
    counters_read(span_of(NULL, 0), &got);
    ck_assert_uint_eq(got.at[0], 0);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(counters_name(COUNTER_in), "in");
    ck_assert_str_eq(counters_name(COUNTER_interrupted), "interrupted");
    for (int i = 0; i < COUNTERS; i++) {
        ck_assert_uint_gt(strlen(counters_help((enum counter)i)), 4);
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(counters_name((enum counter)i), counters_name((enum counter)j));
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("counters");
    TCase *all = tcase_create("counters");

    tcase_add_test(all, there_and_back);
    tcase_add_test(all, other_lengths);
    tcase_add_test(all, names);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

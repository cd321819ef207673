/* The cache of vectors: bounds, order of leaving, and against a plain model of itself. */
#include "embedder/cache.h"

#include <check.h>
#include <stdlib.h>

#include "tests/common/world.h"

static struct cache *cache;

static void teardown(void)
{
    cache_destroy(&cache);
}

static struct cache_key key_of(uint64_t number)
{
    /* All in one bucket of a small table: the low bits are the same. */
    return (struct cache_key){.high = number, .low = number << 32};
}

static void put(uint64_t number, size_t n)
{
    struct cache_key key = key_of(number);
    int8_t vector[64];

    memset(vector, (int)(number & 0x7f), sizeof(vector));
    cache_put(cache, &key, vector, n);
}

/* Whether it is there, and as it was put. */
static bool has(uint64_t number, size_t n)
{
    struct cache_key key = key_of(number);
    struct span found = cache_get(cache, &key);

    if (found.n == 0)
        return false;
    ck_assert_uint_eq(found.n, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(found.p[i], (int)(number & 0x7f));
    return true;
}

START_TEST(keeps_what_it_was_given)
{
    cache = cache_create(100, 1 << 20);
    ck_assert(!has(1, 8));
    put(1, 8);
    put(2, 16);
    ck_assert(has(1, 8));
    ck_assert(has(2, 16));
    ck_assert(!has(3, 8));
    put(1, 32); /* the same key: replaced */
    ck_assert(has(1, 32));
    ck_assert_uint_eq(cache_count(cache), 2);
}
END_TEST

START_TEST(the_one_not_used_for_longest_leaves)
{
    cache = cache_create(3, 1 << 20);
    for (uint64_t i = 1; i <= 3; i++)
        put(i, 8);
    ck_assert(has(1, 8)); /* used: 2 is the oldest now */
    put(4, 8);
    ck_assert(!has(2, 8));
    ck_assert(has(1, 8));
    ck_assert(has(3, 8));
    ck_assert(has(4, 8));
    ck_assert_uint_eq(cache_count(cache), 3);
}
END_TEST

START_TEST(bytes_are_a_bound_too)
{
    size_t one = 0;

    cache = cache_create(1000, 1 << 20);
    put(1, 64);
    one = cache_bytes(cache);
    cache_destroy(&cache);
    cache = cache_create(1000, 3 * one + 1);
    for (uint64_t i = 1; i <= 10; i++) {
        put(i, 64);
        ck_assert_uint_le(cache_bytes(cache), 3 * one + 1);
    }
    ck_assert_uint_eq(cache_count(cache), 3);
    ck_assert(has(10, 64) && has(9, 64) && has(8, 64) && !has(7, 64));
    put(11, 1); /* smaller ones: more of them */
    ck_assert_uint_le(cache_bytes(cache), 3 * one + 1);
}
END_TEST

START_TEST(may_become_smaller)
{
    cache = cache_create(10, 1 << 20);
    for (uint64_t i = 1; i <= 10; i++)
        put(i, 8);
    cache_resize(cache, 4, 1 << 20);
    ck_assert_uint_eq(cache_count(cache), 4);
    ck_assert(!has(6, 8));
    ck_assert(has(7, 8) && has(10, 8));
    cache_resize(cache, 10, 0);
    ck_assert_uint_eq(cache_count(cache) + cache_bytes(cache), 0);
    cache_resize(cache, 10, 1 << 20);
    put(11, 8);
    ck_assert(has(11, 8));
}
END_TEST

START_TEST(may_be_switched_off)
{
    cache = cache_create(0, 1 << 20);
    put(1, 8);
    ck_assert(!has(1, 8));
    cache_destroy(&cache);
    cache = cache_create(100, 0);
    put(1, 8);
    ck_assert(!has(1, 8));
    ck_assert_uint_eq(cache_count(cache), 0);
}
END_TEST

/* 20,000 random steps beside a list that is searched through. */
START_TEST(as_a_plain_list)
{
    enum { MOST = 50, KEYS = 120 };
    uint64_t order[MOST + 1]; /* newest first */
    size_t count = 0;
    uint32_t x = 12345;

    cache = cache_create(MOST, 1 << 20);
    for (int step = 0; step < 20000; step++) {
        uint64_t number = (x = x * 1664525 + 1013904223) >> 8, at = 0;

        number %= KEYS;
        while (at < count && order[at] != number)
            at++;
        ck_assert_int_eq(has(number, 8), at < count);
        if (at == count && x & 0x80)
            continue;
        if (at == count) {
            put(number, 8);
            count = count < MOST ? count + 1 : count;
            at = count - 1;
        }
        memmove(order + 1, order, at * sizeof(order[0]));
        order[0] = number;
        ck_assert_uint_eq(cache_count(cache), count);
    }
    ck_assert_uint_eq(count, MOST);
}
END_TEST

START_TEST(keys)
{
    struct cache_key a = cache_key(span_str("m"), span_str("text"));
    struct cache_key b = cache_key(span_str("n"), span_str("text"));
    struct cache_key c = cache_key(span_str("m"), span_str("texts"));
    struct cache_key again = cache_key(span_str("m"), span_str("text"));

    ck_assert_mem_eq(&a, &again, sizeof(a));
    ck_assert_mem_ne(&a, &b, sizeof(a));
    ck_assert_mem_ne(&a, &c, sizeof(a));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cache");
    TCase *all = tcase_create("cache");

    tcase_add_checked_fixture(all, NULL, teardown);
    tcase_add_test(all, keeps_what_it_was_given);
    tcase_add_test(all, the_one_not_used_for_longest_leaves);
    tcase_add_test(all, bytes_are_a_bound_too);
    tcase_add_test(all, may_become_smaller);
    tcase_add_test(all, may_be_switched_off);
    tcase_add_test(all, as_a_plain_list);
    tcase_add_test(all, keys);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

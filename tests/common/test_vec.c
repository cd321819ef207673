/* vec: both paths against plain arithmetic. */
#include "common/traits.h"
#include "common/vec.h"

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 4096 };

static uint32_t state;

static uint32_t draw(void)
{
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

static void fill(int8_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        v[i] = (int8_t)draw();
}

/* Runs check once on each path. */
static void on_both(void (*check)(void))
{
    for (int portable = 0; portable < 2; portable++) {
        state = 7;
        vec_force_portable(portable);
        check();
    }
    vec_force_portable(false);
}

static void check_dot(void)
{
    static int8_t a[LONGEST], b[LONGEST];
    const size_t lengths[] = {0, 1, 15, 31, 32, 33, 384, 512, 1000, LONGEST};

    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        int64_t expected = 0;
        fill(a, lengths[k]);
        fill(b, lengths[k]);
        for (size_t i = 0; i < lengths[k]; i++)
            expected += (int64_t)a[i] * b[i];
        ck_assert_int_eq(vec_dot(a, b, lengths[k]), expected);
    }
    /* The most negative value of all: 16-bit sums of products must not overflow. */
    memset(a, -128, LONGEST);
    ck_assert_int_eq(vec_dot(a, a, LONGEST), LONGEST * 128 * 128);
    ck_assert_float_eq(vec_norm(a, LONGEST), 64.0F * 128.0F);
}

static void check_signs(void)
{
    int8_t v[200];
    uint64_t out[4];

    for (size_t n = 0; n <= sizeof v; n++) {
        fill(v, n);
        memset(out, 0xaa, sizeof out);
        vec_signs(v, n, out);
        for (size_t i = 0; i < (n + 63) / 64 * 64; i++)
            ck_assert_int_eq(out[i / 64] >> (i % 64) & 1, i < n && v[i] >= 0);
    }
}

static void check_hamming(void)
{
    uint64_t a[9], b[9];
    uint32_t expected = 0;

    for (size_t i = 0; i < 9; i++) {
        a[i] = (uint64_t)draw() << 40 ^ draw();
        b[i] = (uint64_t)draw() << 40 ^ draw();
        for (uint64_t x = a[i] ^ b[i]; x; x >>= 1)
            expected += x & 1;
    }
    ck_assert_uint_eq(vec_hamming(a, b, 9), expected);
    ck_assert_uint_eq(vec_hamming(a, a, 9), 0);
}

static void check_apart(void)
{
    int8_t a[100], b[100];

    for (size_t n = 0; n <= sizeof a; n++) {
        uint32_t expected = 0;

        fill(a, n);
        fill(b, n);
        for (size_t i = 0; i < n; i++)
            expected += (a[i] < 0) != (b[i] < 0);
        ck_assert_uint_eq(vec_apart(a, b, n), expected);
        ck_assert_uint_eq(vec_apart(a, a, n), 0);
    }
}

static void check_same_bytes(const uint32_t *a, const uint32_t *b)
{
    uint8_t x[TRAITS_SIGNATURE], y[TRAITS_SIGNATURE];
    uint32_t expected = 0;

    for (size_t i = 0; i < TRAITS_SIGNATURE; i++) {
        x[i] = (uint8_t)a[i];
        y[i] = (uint8_t)b[i];
        expected += x[i] == y[i];
    }
    ck_assert_uint_eq(vec_same_bytes(x, y), expected);
    ck_assert_uint_eq(vec_same_bytes(x, x), TRAITS_SIGNATURE);
}

static void check_same(void)
{
    uint32_t a[TRAITS_SIGNATURE], b[TRAITS_SIGNATURE], expected = 0;

    for (size_t i = 0; i < TRAITS_SIGNATURE; i++) {
        a[i] = draw();
        b[i] = draw() % 3 ? a[i] : ~a[i];
        expected += a[i] == b[i];
    }
    ck_assert_uint_eq(vec_same(a, b), expected);
    ck_assert_uint_eq(vec_same(a, a), TRAITS_SIGNATURE);
    check_same_bytes(a, b);
}

static void check_quantise(void)
{
    const float in[] = {0.5F, -1.0F, 0.25F, 0.0F};
    int8_t out[4];

    float norm = vec_quantise(in, 4, out);
    ck_assert_int_eq(out[0], 64);
    ck_assert_int_eq(out[1], -127);
    ck_assert_int_eq(out[2], 32);
    ck_assert_int_eq(out[3], 0);
    ck_assert_float_eq_tol(norm, sqrtf(64 * 64 + 127 * 127 + 32 * 32), 1e-3F);
}

START_TEST(both_paths_quantise_alike)
{
    enum { N = 517 };
    float in[N];
    int8_t wide[N], portable[N];

    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < N; i++)
            in[i] = ((float)draw() - 8388608.0F) * (float)(1 + round);
        float a = vec_quantise(in, N, wide);
        vec_force_portable(true);
        float b = vec_quantise(in, N, portable);
        vec_force_portable(false);
        ck_assert_float_eq(a, b);
        ck_assert_mem_eq(wide, portable, N);
    }
}
END_TEST

START_TEST(a_bad_component_is_found_anywhere)
{
    const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};

    for (int portable = 0; portable < 2; portable++) {
        vec_force_portable(portable);
        for (size_t at = 0; at < 19; at++) {
            for (size_t k = 0; k < 4; k++) {
                float in[19] = {1.0F, -2.0F};
                int8_t out[19];
                in[at] = bad[k];
                ck_assert_float_eq(vec_quantise(in, 19, out), 0.0F);
            }
        }
    }
    vec_force_portable(false);
}
END_TEST

START_TEST(dot_is_exact)
{
    on_both(check_dot);
}
END_TEST

START_TEST(signs_are_one_bit_a_dimension)
{
    on_both(check_signs);
}
END_TEST

START_TEST(hamming_counts_bits)
{
    on_both(check_hamming);
}
END_TEST

START_TEST(apart_counts_signs_that_differ)
{
    on_both(check_apart);
}
END_TEST

START_TEST(same_counts_equal_values)
{
    on_both(check_same);
}
END_TEST

START_TEST(quantise_keeps_the_direction)
{
    on_both(check_quantise);
}
END_TEST

START_TEST(quantise_refuses_what_is_no_vector)
{
    const float bad[][2] = {{0.0F, 0.0F}, {NAN, 1.0F}, {1.0F, INFINITY}, {-INFINITY, 0.0F}};

    for (size_t i = 0; i < 4; i++) {
        int8_t out[2] = {1, 1};
        ck_assert_float_eq(vec_quantise(bad[i], 2, out), 0.0F);
        ck_assert_int_eq(out[0] | out[1], 0);
    }
}
END_TEST

START_TEST(cosine_of_nothing_is_zero)
{
    const int8_t v[] = {127, 0}, w[] = {-127, 0};

    ck_assert_float_eq(vec_cosine(v, 127.0F, v, 0.0F, 2), 0.0F);
    ck_assert_float_eq(vec_cosine(v, 127.0F, w, 127.0F, 2), -1.0F);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("vec");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);

    tcase_add_test(tests, both_paths_quantise_alike);
    tcase_add_test(tests, a_bad_component_is_found_anywhere);
    tcase_add_test(tests, dot_is_exact);
    tcase_add_test(tests, signs_are_one_bit_a_dimension);
    tcase_add_test(tests, hamming_counts_bits);
    tcase_add_test(tests, apart_counts_signs_that_differ);
    tcase_add_test(tests, same_counts_equal_values);
    tcase_add_test(tests, quantise_keeps_the_direction);
    tcase_add_test(tests, quantise_refuses_what_is_no_vector);
    tcase_add_test(tests, cosine_of_nothing_is_zero);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

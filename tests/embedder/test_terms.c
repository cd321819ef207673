/* Which words of a text are kept, and as what bytes: against the plainest way to say it. */
#include "embedder/terms.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 3000, BYTES = TRAITS_TERMS_MAX * TRAITS_TERM, UPPER = 32 };

static struct term words[MOST];
static uint8_t out[BYTES], other[BYTES];

static uint64_t chance(void)
{
    static uint64_t state = 1;

    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * UINT64_C(2685821657736338717);
}

static int heaviest_first(const void *a, const void *b)
{
    const struct term *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static int by_hash(const void *a, const void *b)
{
    const struct term *x = a, *y = b;

    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Everything is put in order, twice. */
static uint32_t plainly(const struct term *from, uint32_t n, uint8_t *to)
{
    struct term sorted[MOST];
    uint32_t kept = 0, last = 0;

    memcpy(sorted, from, n * sizeof(*from));
    qsort(sorted, n, sizeof(*sorted), heaviest_first);
    n = n < TRAITS_TERMS_MAX ? n : TRAITS_TERMS_MAX;
    qsort(sorted, n, sizeof(*sorted), by_hash);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t hash = (uint32_t)(sorted[i].hash >> UPPER);

        if (kept > 0 && hash == last)
            continue;
        to[0] = (uint8_t)hash;
        to[1] = (uint8_t)(hash >> 8);
        to[2] = (uint8_t)(hash >> 16);
        to[3] = (uint8_t)(hash >> 24);
        to[4] = sorted[i].count;
        to[5] = sorted[i].idf;
        to += TRAITS_TERM;
        last = hash;
        kept++;
    }
    return kept;
}

static void expect_plain(uint32_t n)
{
    uint32_t wanted = plainly(words, n, other), got = terms_pick(words, n, out);

    ck_assert_msg(got == wanted, "%u of %u words, wanted %u", got, n, wanted);
    ck_assert_mem_eq(out, other, (size_t)TRAITS_TERM * got);
}

/* Weights below `range`. */
static void fill(uint32_t n, uint64_t range)
{
    for (uint32_t i = 0; i < n; i++)
        words[i] = (struct term){.hash = chance(),
                                 .weight = (uint32_t)(chance() % range),
                                 .count = (uint8_t)chance(),
                                 .idf = (uint8_t)chance()};
}

static const uint8_t *term_of(uint32_t upper, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const uint8_t *t = out + (size_t)TRAITS_TERM * i;

        if (((uint32_t)t[0] | (uint32_t)t[1] << 8 | (uint32_t)t[2] << 16 | (uint32_t)t[3] << 24) ==
            upper)
            return t;
    }
    return NULL;
}

START_TEST(no_words)
{
    ck_assert_uint_eq(terms_pick(NULL, 0, out), 0);
    ck_assert_uint_eq(terms_pick(words, 0, out), 0);
}
END_TEST

START_TEST(bytes_are_those_of_struct_traits)
{
    static const uint8_t wanted[] = {4, 3, 2, 1, 9, 77, 0xdd, 0xcc, 0xbb, 0xaa, 255, 1};

    words[0] = (struct term){.hash = UINT64_C(0xaabbccdd00000000), .count = 255, .idf = 1};
    words[1] = (struct term){.hash = UINT64_C(0x01020304ffffffff), .count = 9, .idf = 77};
    ck_assert_uint_eq(terms_pick(words, 2, out), 2);
    ck_assert_mem_eq(out, wanted, sizeof(wanted));
}
END_TEST

START_TEST(the_heaviest_are_kept)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < 500; i++) /* word i weighs i, in an order of no meaning */
        words[i * 7 % 500] =
            (struct term){.hash = (uint64_t)(i * 101 % 500) << UPPER, .weight = i, .count = 1};
    n = terms_pick(words, 500, out);
    ck_assert_uint_eq(n, TRAITS_TERMS_MAX);
    for (uint32_t i = 0; i < 500; i++)
        ck_assert_int_eq(term_of(i * 101 % 500, n) != NULL, i >= 500 - TRAITS_TERMS_MAX);
}
END_TEST

/* 90 are heavy, and of 50 equal ones there is room for six. */
START_TEST(of_equal_ones_those_with_the_smaller_hashes)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < 140; i++)
        words[139 - i] = (struct term){.hash = (uint64_t)i << UPPER, .weight = i < 50 ? 7 : 8};
    n = terms_pick(words, 140, out);
    ck_assert_uint_eq(n, TRAITS_TERMS_MAX);
    for (uint32_t i = 0; i < 140; i++)
        ck_assert_int_eq(term_of(i, n) != NULL, i < 6 || i >= 50);
}
END_TEST

/* Equal weights, and hashes that differ in their lower halves alone. */
START_TEST(one_of_those_that_look_the_same)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < 40; i++)
        words[i] = (struct term){.hash = (uint64_t)(i / 4) << UPPER | (3 - i % 4),
                                 .weight = 1,
                                 .count = (uint8_t)(i % 4)};
    n = terms_pick(words, 40, out);
    ck_assert_uint_eq(n, 10);
    for (uint32_t i = 0; i < n; i++) /* the lowest hash stands for them */
        ck_assert_uint_eq(term_of(i, n)[4], 3);
}
END_TEST

START_TEST(as_the_plainest_way)
{
    static const uint32_t counts[] = {1, 2, 95, 96, 97, 98, 191, 192, 500, MOST};
    static const uint64_t ranges[] = {1, 2, 10, 1000, 1u << 20, UINT64_C(1) << 32};

    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++)
        for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++)
            for (int times = 0; times < 20; times++) {
                fill(counts[c], ranges[r]);
                expect_plain(counts[c]);
            }
}
END_TEST

/* One word that outweighs all others by far, and weights that fill whole bins of any size. */
START_TEST(whatever_the_weights)
{
    for (uint32_t step = 1; step < 97; step++) {
        fill(400, 2);
        for (uint32_t i = 0; i < 400; i++)
            words[i].weight = i / step << 10;
        expect_plain(400);
        words[step].weight = UINT32_MAX;
        expect_plain(400);
        for (uint32_t i = 0; i < 400; i++)
            words[i].weight = i < step ? 1000 : i < TRAITS_TERMS_MAX ? 500 : 0;
        expect_plain(400);
    }
}
END_TEST

START_TEST(in_whatever_order_they_come)
{
    for (int times = 0; times < 50; times++) {
        uint32_t n = 0;

        fill(300, 20);
        n = terms_pick(words, 300, other);
        for (uint32_t i = 300; i > 1; i--) {
            uint32_t j = (uint32_t)(chance() % i);
            struct term kept = words[i - 1];

            words[i - 1] = words[j];
            words[j] = kept;
        }
        ck_assert_uint_eq(terms_pick(words, 300, out), n);
        ck_assert_mem_eq(out, other, (size_t)TRAITS_TERM * n);
    }
}
END_TEST

START_TEST(ascending_and_distinct)
{
    for (int times = 0; times < 100; times++) {
        uint64_t last = 0;
        uint32_t n = 0;

        fill(200, 50);
        for (uint32_t i = 0; i < 200; i++)
            words[i].hash &= UINT64_C(0xff0000ff00000003); /* many look the same */
        n = terms_pick(words, 200, out);
        for (uint32_t i = 0; i < n; i++) {
            const uint8_t *t = out + (size_t)TRAITS_TERM * i;
            uint64_t hash =
                (uint64_t)t[0] | (uint64_t)t[1] << 8 | (uint64_t)t[2] << 16 | (uint64_t)t[3] << 24;

            ck_assert(i == 0 || hash > last);
            last = hash;
        }
        expect_plain(200);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("terms");
    TCase *tcase = tcase_create("terms");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tcase, no_words);
    tcase_add_test(tcase, bytes_are_those_of_struct_traits);
    tcase_add_test(tcase, the_heaviest_are_kept);
    tcase_add_test(tcase, of_equal_ones_those_with_the_smaller_hashes);
    tcase_add_test(tcase, one_of_those_that_look_the_same);
    tcase_add_test(tcase, as_the_plainest_way);
    tcase_add_test(tcase, whatever_the_weights);
    tcase_add_test(tcase, in_whatever_order_they_come);
    tcase_add_test(tcase, ascending_and_distinct);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

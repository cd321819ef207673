#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/flat_scan.h"

enum { VECTORS = 4 * FLAT_SCAN_GROUP, QUERIES = 9, WORDS_MAX = TRAITS_DIMS_MAX / 64 };

static const size_t words_of[] = {1, 3, 4, 8, 12, 31, WORDS_MAX};
enum { SIZES = sizeof words_of / sizeof words_of[0] };

static uint64_t state = 88172645463325252u;

static uint64_t any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

struct scan {
    size_t words;
    uint64_t vectors[VECTORS][WORDS_MAX], queries[QUERIES][WORDS_MAX];
    uint8_t *signs, *tables[QUERIES];
    uint16_t *out[QUERIES];
};

/* The first vector and the first query are opposites: no sum may be larger. */
static struct scan *scan_of(size_t words)
{
    struct scan *s = mem_calloc(1, sizeof *s);
    s->words = words;
    s->signs = mem_calloc(VECTORS, words * sizeof(uint64_t));
    for (size_t w = 0; w < words; w++) {
        for (size_t i = 1; i < VECTORS; i++)
            s->vectors[i][w] = i % 3 ? any() : any() & any();
        s->queries[0][w] = UINT64_MAX;
        for (size_t q = 1; q < QUERIES; q++)
            s->queries[q][w] = any();
    }
    for (size_t i = 0; i < VECTORS; i++)
        flat_scan_put(s->signs, i, s->vectors[i], words);
    for (size_t q = 0; q < QUERIES; q++) {
        s->tables[q] = mem_alloc(words * sizeof(uint64_t) * FLAT_SCAN_TABLE);
        s->out[q] = mem_alloc(VECTORS * sizeof **s->out);
        flat_scan_table(s->queries[q], words, s->tables[q]);
    }
    return s;
}

static void scan_free(struct scan *s)
{
    for (size_t q = 0; q < QUERIES; q++) {
        free(s->tables[q]);
        free(s->out[q]);
    }
    free(s->signs);
    free(s);
}

static void assert_apart(const struct scan *s, size_t queries)
{
    for (size_t q = 0; q < queries; q++)
        for (size_t i = 0; i < VECTORS; i++)
            ck_assert_uint_eq(s->out[q][i], vec_hamming(s->vectors[i], s->queries[q], s->words));
}

START_TEST(test_counts_what_differs)
{
    struct scan *s = scan_of(words_of[_i / 2]);
    vec_force_portable(_i % 2);
    for (size_t queries = 0; queries <= QUERIES; queries++) {
        for (size_t q = 0; q < QUERIES; q++)
            memset(s->out[q], 0xff, VECTORS * sizeof **s->out);
        flat_scan_apart(s->signs, VECTORS, s->words, (const uint8_t *const *)s->tables, queries,
                        s->out);
        assert_apart(s, queries);
    }
    vec_force_portable(false);
    ck_assert_uint_eq(s->out[0][0], 64 * s->words);
    scan_free(s);
}
END_TEST

START_TEST(test_within)
{
    uint16_t apart[VECTORS];
    uint32_t found[VECTORS];
    vec_force_portable(_i % 2);
    for (uint32_t limit = 0; limit <= TRAITS_DIMS_MAX; limit += limit < 20 ? 1 : 509) {
        size_t n, k = 0;
        for (size_t i = 0; i < VECTORS; i++)
            apart[i] = (uint16_t)(any() % (limit < 20 ? 30 : TRAITS_DIMS_MAX + 1));
        n = flat_scan_within(apart, VECTORS, limit, 7, found);
        for (size_t i = 0; i < VECTORS; i++)
            if (apart[i] <= limit) {
                ck_assert_uint_lt(k, n);
                ck_assert_uint_eq(found[k++], 7 + i);
            }
        ck_assert_uint_eq(n, k);
    }
    vec_force_portable(false);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flat_scan");
    TCase *tests = tcase_create("flat_scan");
    tcase_add_loop_test(tests, test_counts_what_differs, 0, 2 * SIZES);
    tcase_add_loop_test(tests, test_within, 0, 2);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

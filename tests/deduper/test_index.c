#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/index.h"

enum { DIMS = 128, TEXTS = 1500, QUERIES = 200 };

struct sample {
    int8_t vector[DIMS];
    uint32_t signature[TRAITS_SIGNATURE];
    uint32_t figures[4];
    struct traits traits;
};

static struct sample *samples;
static uint64_t state = 88172645463325252u;

static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % below;
}

/* Texts in families, so that there are copies, stories and strangers. */
static void fill(struct sample *s, const struct sample *family)
{
    size_t same = family ? any(TRAITS_SIGNATURE) : 0, parts = family ? any(DIMS) : 0;
    for (size_t i = 0; i < DIMS; i++)
        s->vector[i] = i < parts ? family->vector[i] : (int8_t)((int)any(255) - 127);
    for (size_t i = 0; i < TRAITS_SIGNATURE; i++)
        s->signature[i] = i < same ? family->signature[i] : any(UINT32_MAX);
    for (uint32_t i = 0; i < 4; i++)
        s->figures[i] = 10 * i + any(3);
    s->traits = (struct traits){.dims = any(50) ? DIMS : 0,
                                .vector = s->vector,
                                .norm = vec_norm(s->vector, DIMS),
                                .signature = any(20) ? s->signature : NULL,
                                .words = any(60),
                                .url_key = any(400),
                                .title_key = any(400),
                                .figures = s->figures,
                                .figure_count = any(5)};
    if (!s->traits.dims)
        s->traits.norm = 0;
}

static void setup(void)
{
    samples = mem_calloc(TEXTS, sizeof *samples);
    for (size_t i = 0; i < TEXTS; i++)
        fill(&samples[i], i > 50 ? &samples[any(50)] : NULL);
}

static void teardown(void)
{
    free(samples);
}

static int64_t time_of(size_t i)
{
    return (int64_t)i * 1000;
}

static const struct judge_params *params(void)
{
    return judge_params_of("builtin-512-v1");
}

static void add(struct index *index, size_t i)
{
    ck_assert(index_add(index, i + 1, time_of(i), 0, 1000 + i % 7, i % 3, &samples[i].traits));
}

static void assert_same(const struct judge_candidate *a, size_t na, const struct judge_candidate *b,
                        size_t nb)
{
    ck_assert_uint_eq(na, nb);
    for (size_t i = 0; i < na; i++) {
        ck_assert_uint_eq(a[i].id, b[i].id);
        ck_assert_uint_eq(a[i].story, b[i].story);
        ck_assert_uint_eq(a[i].copy_of, b[i].copy_of);
        ck_assert_int_eq(a[i].time_ms, b[i].time_ms);
        ck_assert_uint_eq(a[i].same, b[i].same);
        ck_assert_uint_eq(a[i].flags, b[i].flags);
        ck_assert_mem_eq(&a[i].cosine, &b[i].cosine, sizeof a[i].cosine);
    }
}

/* What a look at every entry gives. */
static size_t full_scan(const struct traits *item, int64_t time_ms, size_t n, uint64_t except,
                        struct judge_candidate *out)
{
    static struct judge_candidate all[TEXTS];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + 1 == except)
            continue;
        all[count] = (struct judge_candidate){
            .id = i + 1, .story = 1000 + i % 7, .copy_of = i % 3, .time_ms = time_of(i)};
        judge_score(params(), item, &samples[i].traits, &all[count++]);
    }
    return judge_select(params(), time_ms, all, count, out);
}

START_TEST(test_query_equals_full_scan)
{
    struct index *index = index_create(DIMS, TEXTS, params());
    struct judge_candidate a[JUDGE_BEST], b[JUDGE_BEST];
    size_t proposed = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t n = index_query(index, &samples[i].traits, time_of(i), INT64_MIN, 0, a);
        assert_same(a, n, b, full_scan(&samples[i].traits, time_of(i), i, 0, b));
        proposed += n;
        add(index, i);
    }
    ck_assert_uint_gt(proposed, TEXTS);
    size_t n = index_query(index, &samples[9].traits, time_of(9), INT64_MIN, 10, a);
    assert_same(a, n, b, full_scan(&samples[9].traits, time_of(9), TEXTS, 10, b));
    index_destroy(&index);
    ck_assert_ptr_null(index);
    index_destroy(&index);
}
END_TEST

/* What was fetched too long ago takes nobody's place. */
START_TEST(test_fetched_long_ago)
{
    struct index *old = index_create(DIMS, TEXTS, params());
    struct index *without = index_create(DIMS, TEXTS, params());
    struct judge_candidate a[JUDGE_BEST], b[JUDGE_BEST];
    size_t proposed = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        int64_t seen_ms = any(2) ? 100 : 99;
        index_add(old, i + 1, 0, seen_ms, 1, 0, &samples[i].traits);
        if (seen_ms == 100)
            index_add(without, i + 1, 0, seen_ms, 1, 0, &samples[i].traits);
    }
    for (size_t q = 0; q < QUERIES; q++) {
        const struct traits *item = &samples[any(TEXTS)].traits;
        size_t n = index_query(old, item, 0, 100, 0, a);
        assert_same(a, n, b, index_query(without, item, 0, INT64_MIN, 0, b));
        proposed += n;
    }
    ck_assert_uint_gt(proposed, QUERIES);
    index_destroy(&old);
    index_destroy(&without);
}
END_TEST

/* The same entries by another history: backwards, with strangers in between, replaced, removed. */
static struct index *by_detours(size_t n)
{
    struct index *index = index_create(DIMS, 2 * TEXTS, params());
    for (size_t i = n; i-- > 0;) {
        index_add(index, i + 1, 5, 0, 1, 0, &samples[any(TEXTS)].traits);
        index_add(index, 100000 + i, time_of(i), 0, 1, 0, &samples[any(TEXTS)].traits);
        add(index, i);
    }
    for (size_t i = 0; i < n; i++)
        ck_assert(index_remove(index, 100000 + i));
    for (size_t i = 0; i < n; i += 3) {
        ck_assert(index_remove(index, i + 1));
        ck_assert(!index_remove(index, i + 1));
    }
    for (size_t i = 0; i < n; i += 3)
        add(index, i);
    return index;
}

START_TEST(test_history_leaves_no_trace)
{
    struct index *straight = index_create(DIMS, TEXTS, params()), *detours = by_detours(1000);
    struct judge_candidate a[JUDGE_BEST], b[JUDGE_BEST];
    struct index_counts counts;
    for (size_t i = 0; i < 1000; i++)
        add(straight, i);
    for (size_t q = 0; q < QUERIES; q++) {
        const struct traits *item = &samples[1000 + q].traits;
        size_t n = index_query(straight, item, 0, INT64_MIN, 0, a);
        assert_same(a, n, b, index_query(detours, item, 0, INT64_MIN, 0, b));
    }
    index_counts(detours, &counts);
    ck_assert_uint_eq(counts.entries, 1000);
    index_destroy(&straight);
    index_destroy(&detours);
}
END_TEST

START_TEST(test_full_index_drops_the_oldest)
{
    struct index *index = index_create(DIMS, 100, params());
    struct index_counts counts;
    for (size_t i = 50; i < 250; i++)
        add(index, i);
    index_counts(index, &counts);
    ck_assert_uint_eq(counts.entries, 100);
    ck_assert_uint_eq(counts.evicted, 100);
    ck_assert(!index_remove(index, 150)); /* id 150 is sample 149 */
    ck_assert(!index_add(index, 1, time_of(0), 0, 1, 0, &samples[0].traits));
    index_counts(index, &counts);
    ck_assert_uint_eq(counts.refused, 1);
    ck_assert(index_remove(index, 151));
    index_destroy(&index);
}
END_TEST

START_TEST(test_forget_move_clear)
{
    struct index *index = index_create(DIMS, TEXTS, params());
    struct judge_candidate c[JUDGE_BEST];
    struct index_counts counts;
    for (size_t i = 0; i < 300; i++)
        add(index, i);
    ck_assert_uint_eq(index_forget_before(index, time_of(200)), 200);
    ck_assert(!index_remove(index, 200));
    ck_assert(!index_move(index, 200, 1, 1));
    while (!samples[250].traits.dims)
        fill(&samples[250], NULL);
    add(index, 250);
    ck_assert(index_move(index, 251, 77, 88));
    ck_assert_uint_ge(index_nearest(index, &samples[250].traits, 1, c), 1);
    ck_assert_uint_eq(c[0].id, 251);
    ck_assert_uint_eq(c[0].story, 77);
    ck_assert_uint_eq(c[0].copy_of, 88);
    index_clear(index);
    index_counts(index, &counts);
    ck_assert_uint_eq(counts.entries, 0);
    ck_assert_uint_eq(index_query(index, &samples[250].traits, 0, INT64_MIN, 0, c), 0);
    index_destroy(&index);
}
END_TEST

START_TEST(test_other_dimensions_are_refused)
{
    struct index *index = index_create(DIMS, 100, params());
    struct judge_candidate c[JUDGE_BEST];
    struct traits odd = samples[0].traits;
    odd.dims = DIMS / 2;
    odd.norm = 1;
    ck_assert(!index_add(index, 1, 0, 0, 1, 0, &odd));
    for (size_t i = 0; i < 50; i++)
        add(index, i);
    ck_assert_uint_eq(index_nearest(index, &odd, 5, c), 0);
    index_destroy(&index);
    index = index_create(0, 100, params()); /* no model: signatures and keys alone */
    odd = samples[0].traits;
    odd.dims = 0;
    odd.norm = 0;
    odd.url_key = 5;
    ck_assert(index_add(index, 1, 0, 0, 1, 0, &odd));
    ck_assert_uint_eq(index_query(index, &odd, 0, INT64_MIN, 0, c), 1);
    index_destroy(&index);
}
END_TEST

START_TEST(test_paths_agree)
{
    struct index *index = index_create(DIMS, TEXTS, params());
    struct judge_candidate a[JUDGE_BEST], b[JUDGE_BEST];
    for (size_t i = 0; i < 1000; i++)
        add(index, i);
    for (size_t q = 0; q < QUERIES; q++) {
        size_t n = index_query(index, &samples[1000 + q].traits, 0, INT64_MIN, 0, a);
        vec_force_portable(true);
        assert_same(a, n, b, index_query(index, &samples[1000 + q].traits, 0, INT64_MIN, 0, b));
        vec_force_portable(false);
    }
    index_destroy(&index);
}
END_TEST

/* Entries of two times of fetching; NULL where this build does not have the engine. */
static struct index *filled_of(const char *engine, size_t n)
{
    enum engine_kind kind;
    if (!engine_kind_of(engine, &kind))
        return NULL;
    struct index *index = index_create_with(kind, DIMS, TEXTS, params());
    for (size_t i = 0; i < n; i++)
        index_add(index, i + 1, time_of(any(TEXTS)), any(2), 1000 + i % 7, i % 3,
                  &samples[any(TEXTS)].traits);
    return index;
}

static size_t compare_with_single(struct index *index, const struct index_question *questions,
                                  size_t n)
{
    struct judge_candidate many[INDEX_MANY * JUDGE_BEST], one[JUDGE_BEST];
    size_t counts[INDEX_MANY], proposed = 0;
    index_query_many(index, questions, n, many, counts);
    for (size_t i = 0; i < n; i++) {
        const struct index_question *q = &questions[i];
        assert_same(many + i * JUDGE_BEST, counts[i], one,
                    index_query(index, q->item, q->time_ms, q->seen_from_ms, q->except, one));
        proposed += counts[i];
    }
    return proposed;
}

/* Repeats of an item among the questions, items without a vector, and all kinds of limits. */
START_TEST(test_many_find_what_each_finds)
{
    static const char *const engines[] = {"flat", "hnsw"};
    struct index *index = filled_of(engines[_i / 2], 1 + any(TEXTS));
    struct index_question questions[INDEX_MANY];
    size_t proposed = 0;
    vec_force_portable(_i % 2);
    for (size_t round = 0; index && round < QUERIES; round++) {
        size_t n = round % (INDEX_MANY + 1);
        for (size_t i = 0; i < n; i++)
            questions[i] = (struct index_question){.item = i > 0 && any(4) == 0
                                                               ? questions[any((uint32_t)i)].item
                                                               : &samples[any(TEXTS)].traits,
                                                   .time_ms = time_of(any(TEXTS)),
                                                   .seen_from_ms = any(3),
                                                   .except = any(2) ? 1 + any(TEXTS) : 0};
        proposed += compare_with_single(index, questions, n);
    }
    vec_force_portable(false);
    ck_assert(!index || proposed > QUERIES);
    index_destroy(&index);
}
END_TEST

START_TEST(test_very_common_text_is_cut_the_same)
{
    struct index *up = index_create(DIMS, TEXTS, params());
    struct index *down = index_create(DIMS, TEXTS, params());
    struct judge_candidate a[JUDGE_BEST], b[JUDGE_BEST];
    struct index_counts counts;
    struct traits plain = samples[3].traits; /* without a vector: found by its signature alone */
    plain.dims = 0;
    plain.norm = 0;
    plain.signature = samples[3].signature;
    for (size_t i = 0; i < 1000; i++) {
        index_add(up, i + 1, 0, 0, 1, 0, &plain);
        index_add(down, 1000 - i, 0, 0, 1, 0, &plain);
    }
    size_t n = index_query(up, &plain, 0, INT64_MIN, 0, a);
    ck_assert_uint_gt(n, 0);
    assert_same(a, n, b, index_query(down, &plain, 0, INT64_MIN, 0, b));
    index_counts(up, &counts);
    ck_assert_uint_gt(counts.cut, 0);
    index_destroy(&up);
    index_destroy(&down);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("index");
    TCase *tests = tcase_create("index");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_query_equals_full_scan);
    tcase_add_test(tests, test_fetched_long_ago);
    tcase_add_test(tests, test_history_leaves_no_trace);
    tcase_add_test(tests, test_full_index_drops_the_oldest);
    tcase_add_test(tests, test_forget_move_clear);
    tcase_add_test(tests, test_other_dimensions_are_refused);
    tcase_add_test(tests, test_paths_agree);
    tcase_add_loop_test(tests, test_many_find_what_each_finds, 0, 4);
    tcase_add_test(tests, test_very_common_text_is_cut_the_same);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

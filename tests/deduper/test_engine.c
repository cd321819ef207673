#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/engines.h"

enum { DIMS = 256, FAMILIES = 60, ENTRIES = 5000, QUERIES = 100, BEST = 10 };

static int8_t (*vectors)[DIMS];
static float *norms;
static uint64_t state = 88172645463325252u;

static const char *const names[] = {"flat", "hnsw"};
enum { FLAT, HNSW, ENGINES };
/* More than flat compares without a limit, and more than the graph has room for at first. */
static const size_t entries[ENGINES] = {ENTRIES, 1500};

static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % below;
}

/* Families of vectors around a middle, nearer and further. */
static void setup(void)
{
    vectors = mem_calloc(ENTRIES, sizeof *vectors);
    norms = mem_calloc(ENTRIES, sizeof *norms);
    for (size_t i = 0; i < ENTRIES; i++) {
        int spread = 20 + (int)any(120);
        for (size_t d = 0; d < DIMS; d++) {
            int middle = i < FAMILIES ? 0 : vectors[i % FAMILIES][d] / 2;
            int value = middle + (int)any((uint32_t)spread) - spread / 2;
            vectors[i][d] = (int8_t)(value > 127 ? 127 : value < -127 ? -127 : value);
        }
        norms[i] = vec_norm(vectors[i], DIMS);
    }
}

static void teardown(void)
{
    free(vectors);
    free(norms);
}

static int64_t time_of(size_t i)
{
    return (int64_t)i;
}

static void put(struct engine *engine, uint32_t slot, size_t i)
{
    engine->put(engine, slot, i + 1, time_of(i), vectors[i], norms[i]);
}

/* NULL where this build does not have it; the entries are 0 to n - 1 in slots of these numbers. */
static struct engine *filled_of(int which, size_t n, size_t capacity)
{
    enum engine_kind kind;
    struct engine *engine = NULL;
    if (!engine_kind_of(names[which], &kind))
        return NULL;
    engine = engine_create(kind, DIMS, capacity);
    for (size_t i = 0; i < n; i++)
        put(engine, (uint32_t)i, i);
    return engine;
}

static struct engine *filled(int which, size_t n)
{
    return filled_of(which, n, ENTRIES);
}

static struct engine_query all_near(size_t i)
{
    return (struct engine_query){.vector = vectors[i],
                                 .norm = norms[i],
                                 .from_ms = INT64_MIN,
                                 .to_ms = INT64_MAX,
                                 .apart_max = ENGINE_NO_LIMIT};
}

/* Looks at all of the first n entries. */
static size_t truth(const struct engine_query *q, size_t n, struct engine_hit *hits)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (i + 1 != q->except && time_of(i) >= q->from_ms && time_of(i) <= q->to_ms &&
            vec_apart(q->vector, vectors[i], DIMS) * 1000 <= q->apart_max * DIMS)
            count = engine_keep(
                hits, count, BEST,
                (struct engine_hit){(uint32_t)i, i + 1,
                                    vec_cosine(q->vector, q->norm, vectors[i], norms[i], DIMS)});
    return count;
}

static size_t both(const struct engine_hit *a, size_t na, const struct engine_hit *b, size_t nb)
{
    size_t found = 0;
    for (size_t i = 0; i < na; i++)
        for (size_t j = 0; j < nb; j++)
            if (a[i].id == b[j].id) {
                ck_assert_mem_eq(&a[i].cosine, &b[j].cosine, sizeof a[i].cosine);
                found++;
            }
    return found;
}

static void assert_in_order(const struct engine_hit *hits, size_t n)
{
    for (size_t i = 1; i < n; i++)
        ck_assert(hits[i - 1].cosine > hits[i].cosine ||
                  (hits[i - 1].cosine == hits[i].cosine && hits[i - 1].id < hits[i].id));
}

START_TEST(test_nearest_are_found)
{
    static const double least[ENGINES] = {.99, .9};
    struct engine *engine = filled(_i, entries[_i]);
    struct engine_hit a[BEST], b[BEST];
    size_t found = 0, there = 0;
    for (size_t i = 0; engine && i < QUERIES; i++) {
        struct engine_query q = all_near(any((uint32_t)entries[_i]));
        size_t n = engine_find(engine, &q, BEST, a), all = truth(&q, entries[_i], b);
        assert_in_order(a, n);
        there += all;
        found += both(a, n, b, all);
    }
    ck_assert_double_ge((double)found, least[_i] * (double)there);
    if (engine)
        engine->destroy(engine);
}
END_TEST

static size_t compare_filtered(struct engine *engine, size_t entry_count,
                               const struct engine_query *q, size_t *there)
{
    struct engine_hit a[BEST], b[BEST];
    size_t n = engine_find(engine, q, BEST, a), all = truth(q, entry_count, b);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_ne(a[i].id, q->except);
        ck_assert_int_ge(time_of(a[i].slot), q->from_ms);
        ck_assert_int_le(time_of(a[i].slot), q->to_ms);
    }
    *there += all;
    return both(a, n, b, all);
}

/* Of what is asked for nothing else comes, and flat misses nothing of it. */
START_TEST(test_filters)
{
    struct engine *engine = filled(_i, entries[_i]);
    size_t found = 0, there = 0;
    uint32_t half = (uint32_t)entries[_i] / 2;
    for (size_t i = 0; engine && i < QUERIES; i++) {
        struct engine_query q = all_near(any((uint32_t)entries[_i]));
        q.apart_max = 300 + any(150);
        q.except = 1 + any(half);
        q.from_ms = any(half);
        q.to_ms = half + any(half);
        found += compare_filtered(engine, entries[_i], &q, &there);
    }
    if (_i == FLAT)
        ck_assert_uint_eq(found, there);
    if (engine) {
        ck_assert_uint_gt(found, there / 2);
        engine->destroy(engine);
    }
}
END_TEST

static bool is_even(void *arg, uint32_t slot)
{
    ++*(size_t *)arg;
    return slot % 2 == 0;
}

START_TEST(test_what_is_not_accepted_takes_no_place)
{
    struct engine *engine = filled(_i, entries[_i]);
    struct engine_hit hits[BEST];
    size_t asked = 0;
    for (size_t i = 0; engine && i < QUERIES; i++) {
        struct engine_query q = all_near(any((uint32_t)entries[_i]));
        q.accept = is_even;
        q.arg = &asked;
        ck_assert_uint_eq(engine_find(engine, &q, BEST, hits), BEST);
        for (size_t k = 0; k < BEST; k++)
            ck_assert_uint_eq(hits[k].slot % 2, 0);
    }
    if (engine) {
        ck_assert_uint_lt(asked, QUERIES * 10 * BEST);
        engine->destroy(engine);
    }
}
END_TEST

enum { KEPT = 300 };

/* Whether the entry is found, and none that is not there. */
static bool finds(struct engine *engine, const size_t held[KEPT], size_t i)
{
    struct engine_hit hits[BEST];
    struct engine_query q = all_near(i);
    size_t n = engine_find(engine, &q, BEST, hits);
    for (size_t k = 0; k < n; k++)
        ck_assert_uint_eq(hits[k].id, held[hits[k].slot] + 1);
    return n > 0 && hits[0].id == i + 1;
}

/* Slots are dropped and filled with others, again and again; returns the most memory. */
static size_t churn(struct engine *engine, size_t held[KEPT], bool by_age, size_t n)
{
    size_t most = 0, found = 0, times = 0;
    for (size_t i = KEPT; i < n; i++, times++) {
        uint32_t slot = by_age ? (uint32_t)(i % KEPT) : any(KEPT);
        size_t old = held[slot], now = engine->bytes(engine);
        most = now > most ? now : most;
        engine->drop(engine, slot);
        held[slot] = SIZE_MAX - 1; /* an id that no entry has */
        ck_assert(!finds(engine, held, old));
        held[slot] = i;
        put(engine, slot, i);
        ck_assert_mem_eq(engine->vector(engine, slot), vectors[i], DIMS);
        found += finds(engine, held, held[any(KEPT)]);
    }
    found += times == 0;
    ck_assert_uint_ge(found, times * 98 / 100);
    return most;
}

START_TEST(test_dropped_are_gone_and_memory_is_bounded)
{
    bool by_age = _i % 2 == 0;
    struct engine *engine = filled_of(_i / 2, KEPT, KEPT);
    size_t held[KEPT], first;
    if (!engine)
        return;
    for (size_t i = 0; i < KEPT; i++)
        held[i] = i;
    first = churn(engine, held, by_age, 3 * KEPT);
    for (size_t i = 0; i < KEPT; i++) {
        engine->drop(engine, (uint32_t)i);
        put(engine, (uint32_t)i, i);
        held[i] = i;
    }
    ck_assert_uint_le(churn(engine, held, by_age, entries[HNSW]), 2 * first);
    engine->destroy(engine);
}
END_TEST

START_TEST(test_empty)
{
    struct engine *engine = filled(_i, 0);
    struct engine_hit hits[BEST];
    struct engine_query q = all_near(3);
    if (!engine)
        return;
    ck_assert_uint_eq(engine_find(engine, &q, BEST, hits), 0);
    engine->drop(engine, 5);
    put(engine, 0, 3);
    engine->drop(engine, 0);
    ck_assert_uint_eq(engine_find(engine, &q, BEST, hits), 0);
    put(engine, 0, 4);
    ck_assert_uint_eq(engine_find(engine, &q, BEST, hits), 1);
    ck_assert_uint_eq(hits[0].id, 5);
    engine->destroy(engine);
}
END_TEST

START_TEST(test_paths_agree)
{
    struct engine *engine = filled(_i, entries[_i]);
    struct engine_hit a[BEST], b[BEST];
    for (size_t i = 0; engine && i < QUERIES; i++) {
        struct engine_query q = all_near(any((uint32_t)entries[_i]));
        if (i % 2)
            q.apart_max = 430;
        size_t n = engine_find(engine, &q, BEST, a);
        vec_force_portable(true);
        ck_assert_uint_eq(engine_find(engine, &q, BEST, b), n);
        vec_force_portable(false);
        for (size_t k = 0; k < n; k++) {
            ck_assert_uint_eq(a[k].id, b[k].id);
            ck_assert_mem_eq(&a[k].cosine, &b[k].cosine, sizeof a[k].cosine);
        }
    }
    if (engine)
        engine->destroy(engine);
}
END_TEST

/* Of each kind some: with a limit and without, filtered, asked for what is accepted. */
static struct engine_query any_query(size_t n, size_t *asked)
{
    struct engine_query q = all_near(any((uint32_t)n));
    if (any(3))
        q.apart_max = 300 + any(200);
    if (any(2))
        q.except = 1 + any((uint32_t)n);
    if (any(2))
        q.from_ms = any((uint32_t)n);
    if (any(2)) {
        q.accept = is_even;
        q.arg = asked;
    }
    return q;
}

static void compare_with_single(struct engine *engine, const struct engine_query *queries, size_t n,
                                size_t k)
{
    struct engine_hit hits[ENGINE_MANY * BEST], alone[BEST];
    size_t counts[ENGINE_MANY];
    engine->search(engine, queries, n, k, hits, counts);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_eq(counts[i], engine_find(engine, &queries[i], k, alone));
        for (size_t h = 0; h < counts[i]; h++) {
            const struct engine_hit *hit = &hits[i * k + h];
            ck_assert_uint_eq(hit->slot, alone[h].slot);
            ck_assert_uint_eq(hit->id, alone[h].id);
            ck_assert_mem_eq(&hit->cosine, &alone[h].cosine, sizeof hit->cosine);
        }
    }
}

START_TEST(test_many_find_what_each_finds)
{
    struct engine *engine = filled(_i / 2, entries[_i / 2]);
    struct engine_query queries[ENGINE_MANY];
    size_t asked = 0;
    vec_force_portable(_i % 2);
    for (size_t n = 1; engine && n <= ENGINE_MANY; n++) {
        for (size_t i = 0; i < n; i++)
            queries[i] = i > 0 && any(5) == 0 ? queries[any((uint32_t)i)]
                                              : any_query(entries[_i / 2], &asked);
        compare_with_single(engine, queries, n, 1 + any(BEST));
    }
    vec_force_portable(false);
    if (engine)
        engine->destroy(engine);
}
END_TEST

START_TEST(test_names)
{
    enum engine_kind kind = ENGINE_HNSW;
    ck_assert(engine_kind_of("flat", &kind));
    ck_assert_int_eq(kind, ENGINE_FLAT);
    ck_assert(!engine_kind_of("", &kind));
    ck_assert(!engine_kind_of("other", &kind));
    ck_assert_int_eq(kind, ENGINE_FLAT);
    ck_assert_int_eq(engine_kind_of("hnsw", &kind), strstr(ENGINES_BUILT, "hnsw") != NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine");
    TCase *tests = tcase_create("engine");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, test_nearest_are_found, 0, ENGINES);
    tcase_add_loop_test(tests, test_filters, 0, ENGINES);
    tcase_add_loop_test(tests, test_what_is_not_accepted_takes_no_place, 0, ENGINES);
    tcase_add_loop_test(tests, test_dropped_are_gone_and_memory_is_bounded, 0, 2 * ENGINES);
    tcase_add_loop_test(tests, test_empty, 0, ENGINES);
    tcase_add_loop_test(tests, test_paths_agree, 0, ENGINES);
    tcase_add_loop_test(tests, test_many_find_what_each_finds, 0, 2 * ENGINES);
    tcase_add_test(tests, test_names);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

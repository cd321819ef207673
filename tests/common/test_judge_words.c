/* Likeness by weighty words, and stories that hang on it. */
#include "common/judge.h"
#include "common/judge_words.h"
#include "common/traits.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIMS = 64, IDF = 6 * 16 };

struct text {
    uint8_t terms[TRAITS_TERMS_MAX * TRAITS_TERM];
    int8_t vector[DIMS];
    struct traits traits;
};

/* n words numbered from first on; each once. */
static struct text text_of(uint32_t first, uint32_t n)
{
    struct text t = {.traits = {.words = 300, .term_count = n}};

    for (uint32_t i = 0; i < n; i++) {
        uint32_t hash = (first + i + 1) << 16; /* a counter of its own */
        uint8_t *term = t.terms + (size_t)TRAITS_TERM * i;

        for (int byte = 0; byte < 4; byte++)
            term[byte] = (uint8_t)(hash >> 8 * byte);
        term[4] = 1;
        term[5] = IDF;
    }
    return t;
}

/* Lends it; two vectors that agree in so many of their components are near. */
static const struct traits *lend(struct text *t, int8_t rest)
{
    memset(t->vector, 100, sizeof t->vector);
    memset(t->vector + DIMS * 3 / 4, rest, DIMS / 4);
    t->traits.terms = t->terms;
    t->traits.vector = t->vector;
    t->traits.dims = DIMS;
    t->traits.norm = 100 * sqrtf(DIMS);
    return &t->traits;
}

static float alike_of(const struct judge_words *words, const struct traits *a,
                      const struct traits *b)
{
    struct judge_weighed item;

    judge_words_weigh(words, a, &item);
    return judge_words_alike(words, &item, b);
}

START_TEST(test_shared_words_make_alike)
{
    struct text a = text_of(0, 40), b = text_of(10, 40), c = text_of(50, 40);

    ck_assert_float_eq_tol(alike_of(NULL, lend(&a, 100), lend(&a, 100)), 1, 1e-5F);
    ck_assert_float_eq_tol(alike_of(NULL, lend(&a, 100), lend(&b, 100)), .75F, 1e-5F);
    ck_assert_float_eq(alike_of(NULL, lend(&a, 100), lend(&c, 100)), 0);
    b.traits.term_count = 0;
    ck_assert_float_eq(alike_of(NULL, &a.traits, &b.traits), -1);
}
END_TEST

START_TEST(test_nothing_counted_is_the_table)
{
    struct judge_words *words = judge_words_create();
    struct text a = text_of(0, 40), b = text_of(10, 40);

    ck_assert_float_eq_tol(alike_of(words, lend(&a, 100), lend(&b, 100)),
                           alike_of(NULL, &a.traits, &b.traits), 1e-5F);
    judge_words_destroy(&words);
    ck_assert_ptr_null(words);
}
END_TEST

/* A word of every text says nothing any more; taken away again, all is as it was. */
START_TEST(test_what_is_common_of_late_counts_less)
{
    struct judge_words *words = judge_words_create();
    struct text a = text_of(0, 40), b = text_of(20, 40), common = text_of(20, 20);
    float before = alike_of(words, lend(&a, 100), lend(&b, 100)), after = 0;

    lend(&common, 100);
    for (int i = 0; i < 1000; i++)
        judge_words_add(words, &common.traits);
    after = alike_of(words, &a.traits, &b.traits);
    ck_assert_float_lt(after, before / 10);
    for (int i = 0; i < 1000; i++)
        judge_words_remove(words, &common.traits);
    ck_assert_float_eq(alike_of(words, &a.traits, &b.traits), before);
    judge_words_add(words, &common.traits);
    judge_words_clear(words);
    ck_assert_float_eq(alike_of(words, &a.traits, &b.traits), before);
    judge_words_destroy(&words);
}
END_TEST

struct asking {
    const struct traits *item, *other;
};

static float alike(void *arg, const struct judge_candidate *candidate)
{
    const struct asking *asking = arg;

    ck_assert_uint_eq(candidate->id, 7);
    return alike_of(NULL, asking->item, asking->other);
}

static struct judge_verdict judged(const struct traits *a, const struct traits *b)
{
    const struct judge_params *params = judge_params_of("builtin-512-v1");
    struct asking asking = {a, b};
    const struct judge_asked asked = {.alike = alike, .arg = &asking};
    struct judge_candidate c = {.id = 7, .story = 7};
    struct judge_verdict v;

    judge_score(params, a, b, &c);
    judge_decide(params, a, 0, &c, 1, &asked, &v);
    return v;
}

/* The vectors are as near as before in both; what the texts share decides. */
START_TEST(test_words_decide_of_a_story)
{
    struct text a = text_of(0, 40), b = text_of(20, 40), c = text_of(39, 40);

    ck_assert_int_eq(judged(lend(&a, 100), lend(&b, -100)).kind, JUDGE_STORY);
    ck_assert_int_eq(judged(lend(&a, 100), lend(&c, -100)).kind, JUDGE_UNIQUE);
    b.traits.vector = NULL; /* not near: nobody would have found it */
    b.traits.dims = 0;
    ck_assert_int_eq(judged(&a.traits, &b.traits).kind, JUDGE_UNIQUE);
}
END_TEST

START_TEST(test_terse_items_need_more)
{
    struct text a = text_of(0, 40), b = text_of(0, 40);

    for (uint32_t shared = 1; shared < 40; shared++) {
        b = text_of(40 - shared, 40);
        a.traits.words = 300;
        bool long_joins = judged(lend(&a, 100), lend(&b, -100)).kind == JUDGE_STORY;
        a.traits.words = 10;
        bool short_joins = judged(lend(&a, 100), lend(&b, -100)).kind == JUDGE_STORY;
        ck_assert(long_joins || !short_joins);
        if (long_joins && !short_joins)
            return;
    }
    ck_abort_msg("no likeness was found that is enough for a long item alone");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judge_words");
    TCase *tests = tcase_create("all");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(tests, test_shared_words_make_alike);
    tcase_add_test(tests, test_nothing_counted_is_the_table);
    tcase_add_test(tests, test_what_is_common_of_late_counts_less);
    tcase_add_test(tests, test_words_decide_of_a_story);
    tcase_add_test(tests, test_terse_items_need_more);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

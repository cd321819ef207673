#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge.h"
#include "common/judge_sketch.h"
#include "common/traits.h"
#include "common/vec.h"

enum { DIMS = 64, MANY = 500 };

/* An item that a test can shape. */
struct sample {
    int8_t vector[DIMS];
    uint32_t signature[TRAITS_SIGNATURE];
    uint32_t figures[TRAITS_FIGURES_MAX];
    struct traits traits;
};

static uint64_t state = 88172645463325252u;

static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 33) % below;
}

static void dress(struct sample *s)
{
    s->traits.dims = DIMS;
    s->traits.vector = s->vector;
    s->traits.norm = vec_norm(s->vector, DIMS);
    s->traits.signature = s->signature;
    s->traits.figures = s->figures;
}

static struct sample *sample_new(void)
{
    struct sample *s = calloc(1, sizeof *s);
    for (int i = 0; i < DIMS; i++)
        s->vector[i] = (int8_t)((int)any(255) - 127);
    for (int i = 0; i < TRAITS_SIGNATURE; i++)
        s->signature[i] = any(UINT32_MAX);
    s->traits.words = 300;
    dress(s);
    return s;
}

/* Another item with so many equal signature values and components. */
static struct sample *sample_like(const struct sample *other, int same, int components)
{
    struct sample *s = sample_new();
    memcpy(s->signature, other->signature, (size_t)same * sizeof *s->signature);
    memcpy(s->vector, other->vector, (size_t)components);
    dress(s);
    return s;
}

static void give_figures(struct sample *s, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        s->figures[i] = first + i;
    s->traits.figure_count = count;
}

static const struct judge_params *params(void)
{
    return judge_params_of("builtin-512-v1");
}

static struct judge_verdict decide(const struct sample *item, struct judge_candidate *c, size_t n)
{
    struct judge_verdict v;
    judge_decide(params(), &item->traits, 0, c, n, NULL, &v);
    return v;
}

static struct judge_candidate compare(const struct sample *a, const struct sample *b, uint64_t id)
{
    struct judge_candidate c = {.id = id, .story = id};
    judge_score(params(), &a->traits, &b->traits, &c);
    return c;
}

START_TEST(test_strangers_are_unique)
{
    struct sample *a = sample_new(), *b = sample_new();
    struct judge_candidate c = compare(a, b, 7);
    struct judge_verdict v = decide(a, &c, 1);
    ck_assert_int_eq(v.kind, JUDGE_UNIQUE);
    ck_assert_uint_eq(v.story, 0);
    v = decide(a, NULL, 0);
    ck_assert_int_eq(v.kind, JUDGE_UNIQUE);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_copy_names_the_original)
{
    struct sample *a = sample_new(), *b = sample_like(a, 100, DIMS);
    struct judge_candidate c = compare(a, b, 7);
    c.story = 3;
    struct judge_verdict v = decide(a, &c, 1);
    ck_assert_int_eq(v.kind, JUDGE_COPY);
    ck_assert_uint_eq(v.copy_of, 7);
    ck_assert_uint_eq(v.story, 3);
    c.copy_of = 2;
    v = decide(a, &c, 1);
    ck_assert_uint_eq(v.copy_of, 2);
    ck_assert_uint_eq(v.match, 7);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_same_title_asks_for_less)
{
    int same = (int)params()->copy_same + 2;
    struct sample *a = sample_new(), *b = sample_like(a, same, DIMS);
    struct judge_candidate c = compare(a, b, 7);
    ck_assert_int_ne(decide(a, &c, 1).kind, JUDGE_COPY);
    a->traits.title_key = b->traits.title_key = 99;
    c = compare(a, b, 7);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_COPY);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_other_figures_veto)
{
    struct sample *a = sample_new(), *b = sample_like(a, 100, DIMS);
    give_figures(a, 100, 8);
    give_figures(b, 106, 8); /* 2 of 8 */
    struct judge_candidate c = compare(a, b, 7);
    ck_assert(c.flags & JUDGE_FIGURES);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_UNIQUE);
    give_figures(b, 100, 5); /* a cut: all of the fewer */
    c = compare(a, b, 7);
    ck_assert(!(c.flags & JUDGE_FIGURES));
    ck_assert(c.flags & JUDGE_AGREE);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_COPY);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_tables_of_other_figures_are_no_story)
{
    struct sample *a = sample_new(), *b = sample_like(a, 0, 38);
    give_figures(a, 100, 8);
    give_figures(b, 106, 8);
    struct judge_candidate c = compare(a, b, 7);
    ck_assert(c.cosine < params()->template_cosine);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_STORY);
    a->traits.words = b->traits.words = 60;
    c = compare(a, b, 7);
    ck_assert(!(c.flags & JUDGE_NEAR));
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_UNIQUE);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_full_figures_compare_as_far_as_known)
{
    struct sample *a = sample_new(), *b = sample_new();
    give_figures(a, 100, TRAITS_FIGURES_MAX); /* 100..163, and more that were cut */
    give_figures(b, 162, 10);                 /* 162..171: only 162 and 163 are known of both */
    struct judge_candidate c = compare(a, b, 7);
    ck_assert(c.flags & JUDGE_AGREE);
    ck_assert(!(c.flags & JUDGE_FIGURES));
    free(a);
    free(b);
}
END_TEST

START_TEST(test_short_texts_need_title_or_url)
{
    struct sample *a = sample_new(), *b = sample_like(a, TRAITS_SIGNATURE, DIMS);
    a->traits.words = JUDGE_SHORT - 1;
    struct judge_candidate c = compare(a, b, 7);
    ck_assert_int_ne(decide(a, &c, 1).kind, JUDGE_COPY);
    a->traits.title_key = b->traits.title_key = 5;
    c = compare(a, b, 7);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_COPY);
    a->traits.title_key = 0;
    a->traits.url_key = b->traits.url_key = 5;
    c = compare(a, b, 7);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_COPY);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_shared_url_alone_is_no_copy)
{
    struct sample *a = sample_new(), *b = sample_new();
    a->traits.url_key = b->traits.url_key = 5; /* a feed that links to its front page */
    struct judge_candidate c = compare(a, b, 7);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_UNIQUE);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_no_vector_leaves_copies)
{
    struct sample *a = sample_new(), *b = sample_like(a, 100, DIMS);
    a->traits.dims = 0;
    a->traits.norm = 0;
    struct judge_candidate c = compare(a, b, 7);
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_COPY);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_window_shuts_out)
{
    struct sample *a = sample_new(), *b = sample_like(a, 100, DIMS);
    struct judge_candidate c = compare(a, b, 7);
    c.time_ms = -params()->window_ms;
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_COPY);
    c.time_ms--;
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_UNIQUE);
    c.time_ms = INT64_MIN;
    ck_assert_int_eq(decide(a, &c, 1).kind, JUDGE_UNIQUE);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_story_and_tie)
{
    struct sample *a = sample_new(), *b = sample_like(a, 0, 56);
    struct judge_candidate c[2] = {compare(a, b, 9), compare(a, b, 8)};
    ck_assert(c[0].cosine > .5f);
    struct judge_verdict v = decide(a, c, 2);
    ck_assert_int_eq(v.kind, JUDGE_STORY);
    ck_assert_uint_eq(v.story, 8);
    free(a);
    free(b);
}
END_TEST

static struct judge_centre far_centre;

static const struct judge_centre *centre_of(void *arg, uint64_t story)
{
    (void)arg;
    return story == 4 ? &far_centre : NULL;
}

START_TEST(test_centre_holds_off_a_chain)
{
    struct sample *a = sample_new(), *b = sample_like(a, 0, 44), *away = sample_new();
    for (int i = 0; i < DIMS; i++)
        away->vector[i] = (int8_t)-a->vector[i];
    dress(away);
    judge_centre_add(&far_centre, &away->traits);
    judge_centre_add(&far_centre, &away->traits);
    struct judge_candidate c = compare(a, b, 7);
    struct judge_verdict v;
    const struct judge_asked asked = {.centre = centre_of};
    c.story = 5;
    judge_decide(params(), &a->traits, 0, &c, 1, &asked, &v);
    ck_assert_int_eq(v.kind, JUDGE_STORY);
    c.story = 4;
    judge_decide(params(), &a->traits, 0, &c, 1, &asked, &v);
    ck_assert_int_eq(v.kind, JUDGE_UNIQUE);
    judge_centre_clear(&far_centre);
    free(a);
    free(b);
    free(away);
}
END_TEST

START_TEST(test_centre_is_exact)
{
    struct judge_centre one = {0}, two = {0};
    struct sample *s[40];
    for (int i = 0; i < 40; i++)
        s[i] = sample_new();
    for (int i = 0; i < 30; i++)
        judge_centre_add(&one, &s[i]->traits);
    for (int i = 39; i >= 0; i--)
        judge_centre_add(&two, &s[i]->traits);
    for (int i = 30; i < 40; i++)
        judge_centre_remove(&two, &s[i]->traits);
    ck_assert_uint_eq(one.members, two.members);
    ck_assert_mem_eq(one.sum, two.sum, DIMS * sizeof *one.sum);
    for (int i = 0; i < 30; i++)
        judge_centre_remove(&two, &s[i]->traits);
    ck_assert_ptr_null(two.sum);
    judge_centre_add(&two, &s[0]->traits);
    ck_assert_float_eq_tol(judge_centre_score(&two, &s[0]->traits), 1.0f, .001f);
    judge_centre_clear(&one);
    judge_centre_clear(&two);
    for (int i = 0; i < 40; i++)
        free(s[i]);
}
END_TEST

static void random_candidates(struct judge_candidate *c, size_t n)
{
    for (size_t i = 0; i < n; i++)
        c[i] = (struct judge_candidate){.id = i + 1,
                                        .story = 1 + any(20),
                                        .time_ms = any(1000),
                                        .same = any(TRAITS_SIGNATURE + 1),
                                        .cosine = (float)any(20) / 20,
                                        .flags = any(256)};
}

static void shuffle(struct judge_candidate *c, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = any((uint32_t)i);
        struct judge_candidate t = c[i - 1];
        c[i - 1] = c[j];
        c[j] = t;
    }
}

START_TEST(test_select_of_parts_is_select_of_all)
{
    static struct judge_candidate all[MANY], parts[MANY + JUDGE_BEST];
    struct judge_candidate whole[JUDGE_BEST], merged[JUDGE_BEST];
    for (int round = 0; round < 200; round++) {
        size_t cut = any(MANY);
        random_candidates(all, MANY);
        size_t n = judge_select(params(), 500, all, MANY, whole);
        ck_assert_uint_le(n, JUDGE_BEST);
        size_t m = judge_select(params(), 500, all, cut, parts);
        memcpy(parts + m, all + cut, (MANY - cut) * sizeof *all);
        m += MANY - cut;
        shuffle(parts, m);
        ck_assert_uint_eq(judge_select(params(), 500, parts, m, merged), n);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq(merged[i].id, whole[i].id);
    }
}
END_TEST

START_TEST(test_order_of_candidates_leaves_no_trace)
{
    static struct judge_candidate all[MANY];
    struct sample *a = sample_new();
    for (int round = 0; round < 100; round++) {
        random_candidates(all, MANY);
        struct judge_verdict first = decide(a, all, MANY);
        shuffle(all, MANY);
        struct judge_verdict second = decide(a, all, MANY);
        ck_assert_int_eq(first.kind, second.kind);
        ck_assert_uint_eq(first.story, second.story);
        ck_assert_uint_eq(first.copy_of, second.copy_of);
        ck_assert_uint_eq(first.match, second.match);
    }
    free(a);
}
END_TEST

/* Pairs from strangers to twins, with and without vectors, signatures and keys. */
START_TEST(test_what_does_not_matter_is_never_kept)
{
    int kept = 0, left = 0, strangers = 0;
    for (int round = 0; round < 4000; round++) {
        struct sample *a = sample_new();
        struct sample *b = sample_like(a, (int)any(48), (int)any(DIMS));
        struct judge_candidate c = {.id = 1, .time_ms = 500}, out[JUDGE_BEST];
        struct judge_sketch of_a, of_b;
        a->traits.dims = any(8) ? DIMS : 0;
        a->traits.title_key = any(3);
        b->traits.title_key = any(3);
        a->traits.url_key = any(3);
        b->traits.url_key = any(3);
        if (any(8) == 0)
            b->traits.signature = NULL;
        judge_sketch_of(&a->traits, &of_a);
        judge_sketch_of(&b->traits, &of_b);
        if (judge_sketch_strangers(params(), &of_a, &of_b)) {
            ck_assert(!judge_matters(params(), &a->traits, &b->traits));
            strangers++;
        }
        judge_score(params(), &a->traits, &b->traits, &c);
        if (judge_select(params(), 500, &c, 1, out)) {
            ck_assert(judge_matters(params(), &a->traits, &b->traits));
            kept++;
        } else {
            left += !judge_matters(params(), &a->traits, &b->traits);
        }
        free(a);
        free(b);
    }
    ck_assert_int_gt(kept, 100);
    ck_assert_int_gt(left, 100);
    ck_assert_int_gt(strangers, 100);
}
END_TEST

START_TEST(test_score_is_symmetric)
{
    struct sample *a = sample_new(), *b = sample_like(a, 50, 40);
    give_figures(a, 1, 9);
    give_figures(b, 5, 20);
    struct judge_candidate c = compare(a, b, 1), d = compare(b, a, 1);
    ck_assert_uint_eq(c.same, d.same);
    ck_assert_uint_eq(c.flags, d.flags);
    ck_assert_mem_eq(&c.cosine, &d.cosine, sizeof c.cosine);
    free(a);
    free(b);
}
END_TEST

START_TEST(test_params_by_name)
{
    ck_assert_str_eq(judge_params_of("builtin-512-v1")->model, "builtin-512-v1");
    ck_assert_str_eq(judge_params_of("unheard-of")->model, "");
    ck_assert_ptr_eq(judge_params_of("unheard-of"), judge_params_of(NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("judge");
    TCase *tests = tcase_create("judge");
    tcase_add_test(tests, test_strangers_are_unique);
    tcase_add_test(tests, test_copy_names_the_original);
    tcase_add_test(tests, test_same_title_asks_for_less);
    tcase_add_test(tests, test_other_figures_veto);
    tcase_add_test(tests, test_tables_of_other_figures_are_no_story);
    tcase_add_test(tests, test_full_figures_compare_as_far_as_known);
    tcase_add_test(tests, test_short_texts_need_title_or_url);
    tcase_add_test(tests, test_shared_url_alone_is_no_copy);
    tcase_add_test(tests, test_no_vector_leaves_copies);
    tcase_add_test(tests, test_window_shuts_out);
    tcase_add_test(tests, test_story_and_tie);
    tcase_add_test(tests, test_centre_holds_off_a_chain);
    tcase_add_test(tests, test_centre_is_exact);
    tcase_add_test(tests, test_select_of_parts_is_select_of_all);
    tcase_add_test(tests, test_order_of_candidates_leaves_no_trace);
    tcase_add_test(tests, test_what_does_not_matter_is_never_kept);
    tcase_add_test(tests, test_score_is_symmetric);
    tcase_add_test(tests, test_params_by_name);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* The built-in model: same bits on both paths, order, signature, keys, no allocation. */
#include "common/buf.h"
#include "common/vec.h"
#include "embedder/model.h"
#include "embedder/traits.h"

#include <check.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct model *model;

static const char *const texts[] = {
    "The dam in the northern valley failed on Tuesday night; 1,200 people left their homes.",
    "Am Dienstag brach der Staudamm im nördlichen Tal, 1.200 Menschen mussten fliehen.",
    "В северной долине прорвало плотину, эвакуированы 1200 человек.",
    "星期二晚上北部山谷的大坝决堤，一千二百人被迫离开家园。",
    "انهار السد في الوادي الشمالي ليلة الثلاثاء",
    "x",
    "12.5",
};

static struct traits_buf read_item(const char *title, const char *text)
{
    static struct traits_buf found;

    model_traits(model, span_str(title), span_str(text), span_str(NULL), &found);
    return found;
}

static float cosine(const struct traits_buf *a, const struct traits_buf *b)
{
    return vec_cosine(a->vector, a->norm, b->vector, b->norm, MODEL_DIMS);
}

static void set_up(void)
{
    model = model_create();
}

static void tear_down(void)
{
    model_destroy(&model);
    ck_assert_ptr_null(model);
}

/* A text of n words that differ. */
static char *make_words(size_t n, const char *prefix)
{
    struct buf out = {0};

    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "%s%zx ", prefix, i * 2654435761U % 65521);
    return buf_take(&out);
}

static void same_on_both_paths(const char *title, const char *text)
{
    struct traits_buf wide = read_item(title, text);
    vec_force_portable(true);
    struct traits_buf portable = read_item(title, text);
    vec_force_portable(false);
    ck_assert_uint_eq(wide.dims, portable.dims);
    ck_assert_mem_eq(wide.vector, portable.vector, wide.dims);
    ck_assert_float_eq(wide.norm, portable.norm);
    ck_assert_mem_eq(wide.signature, portable.signature, sizeof wide.signature);
}

START_TEST(both_paths_give_the_same_bits)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        same_on_both_paths(texts[0], texts[i]);
    for (size_t n = 1; n < 3000; n = n * 3 / 2 + 1) {
        char *text = make_words(n, "w");
        same_on_both_paths("", text);
        free(text);
    }
    /* One word very often: the heaviest weight there is. */
    char *heavy = malloc(200001);
    for (size_t i = 0; i < 200000; i += 5)
        memcpy(heavy + i, "rare ", 6);
    same_on_both_paths("rare", heavy);
    free(heavy);
}
END_TEST

START_TEST(a_vector_has_its_shape)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct traits_buf found = read_item("", texts[i]);
        struct traits lent = traits_borrow(&found);
        ck_assert_uint_eq(lent.dims, MODEL_DIMS);
        ck_assert_float_eq(lent.norm, vec_norm(lent.vector, lent.dims));
        int largest = 0;
        for (size_t d = 0; d < lent.dims; d++)
            largest = abs(lent.vector[d]) > largest ? abs(lent.vector[d]) : largest;
        ck_assert_int_eq(largest, 127);
    }
    ck_assert_str_eq(model_name(model), "builtin-512-v1");
}
END_TEST

START_TEST(nothing_gives_no_vector)
{
    struct traits_buf found = read_item("", " … ");
    struct traits lent = traits_borrow(&found);

    ck_assert_uint_eq(lent.dims, 0);
    ck_assert_float_eq(lent.norm, 0.0F);
    ck_assert_ptr_null(lent.signature);
    ck_assert_uint_eq(lent.words, 0);
    ck_assert_uint_eq(lent.title_key, 0);
    ck_assert_uint_eq(lent.url_key, 0);
}
END_TEST

START_TEST(like_texts_are_near_and_others_far)
{
    struct traits_buf dam = read_item("Dam fails in northern valley", texts[0]);
    struct traits_buf again =
        read_item("Valley flooded after dam failure",
                  "Some 1,200 people fled when the dam in the northern valley failed on Tuesday.");
    struct traits_buf cup = read_item("Home side lifts the cup",
                                      "A late goal in extra time decided the final of the cup.");

    ck_assert_float_eq_tol(cosine(&dam, &dam), 1.0F, 1e-5F);
    ck_assert_float_gt(cosine(&dam, &again), 0.35F);
    ck_assert_float_lt(fabsf(cosine(&dam, &cup)), 0.25F);
}
END_TEST

START_TEST(the_title_counts_twice)
{
    struct traits_buf title = read_item("volcano", "");
    struct traits_buf once = read_item("", "volcano glacier");
    struct traits_buf twice = read_item("volcano", "glacier");

    ck_assert_float_gt(cosine(&title, &twice), cosine(&title, &once));
}
END_TEST

START_TEST(the_projection_is_without_bias)
{
    /* Texts without a common feature: cosines scatter about 0 with 1 / sqrt (512) = .044. */
    enum { TEXTS = 60 };
    static struct traits_buf found[TEXTS];
    double sum = 0, squares = 0;
    int n = 0;

    for (int i = 0; i < TEXTS; i++) {
        char word[5] = {(char)('a' + i % 26), (char)('a' + i / 26), 'x', (char)('k' + i % 5)};
        found[i] = read_item("", word);
        for (int k = 0; k < i; k++, n++) {
            double c = (double)cosine(&found[i], &found[k]);
            sum += c;
            squares += c * c;
        }
    }
    ck_assert_double_lt(fabs(sum / n), 0.01);
    ck_assert_double_lt(sqrt(squares / n), 0.055);
}
END_TEST

START_TEST(the_signature_estimates_the_common_share)
{
    /* 1,000 words, of which the first 500 are common: 498 common pieces of 1,498 in all. */
    char *first = make_words(500, "a"), *second = make_words(500, "b"),
         *third = make_words(500, "c");
    struct buf x = {0}, y = {0};

    buf_printf(&x, "%s%s", first, second);
    buf_printf(&y, "%s%s", first, third);
    struct traits_buf a = read_item("", x.data), b = read_item("", y.data);
    double share = (double)vec_same(a.signature, b.signature) / TRAITS_SIGNATURE;
    ck_assert_double_eq_tol(share, 498.0 / 1498.0, 3 * 0.042);
    ck_assert_uint_eq(a.words, 1000);
    free(first);
    free(second);
    free(third);
    buf_free(&x);
    buf_free(&y);
}
END_TEST

START_TEST(fewer_than_three_words_have_no_signature)
{
    struct traits_buf two = read_item("", "two words"), three = read_item("", "now three words");

    ck_assert_ptr_null(traits_borrow(&two).signature);
    ck_assert_ptr_nonnull(traits_borrow(&three).signature);
    ck_assert_uint_eq(two.words, 2);
}
END_TEST

START_TEST(keys_alone_are_the_same_keys)
{
    struct traits_buf full, keys;
    struct span title = span_str("Dam fails again"), url = span_str("https://example.com/a");

    model_traits(model, title, span_str(texts[0]), url, &full);
    model_keys(model, title, span_str(texts[0]), url, &keys);
    ck_assert_uint_eq(keys.dims, 0);
    ck_assert_uint_eq(keys.url_key, full.url_key);
    ck_assert_uint_eq(keys.title_key, full.title_key);
    ck_assert_uint_eq(keys.figure_count, full.figure_count);
    ck_assert_mem_eq(keys.signature, full.signature, sizeof full.signature);
}
END_TEST

START_TEST(a_served_vector_is_checked)
{
    struct traits_buf buf = {0};
    float vector[TRAITS_DIMS_MAX + 1] = {3.0F, -4.0F};

    ck_assert(traits_set_vector(&buf, vector, 2));
    ck_assert_uint_eq(buf.dims, 2);
    ck_assert_int_eq(buf.vector[1], -127);
    ck_assert(!traits_set_vector(&buf, vector, 0));
    ck_assert(!traits_set_vector(&buf, vector, TRAITS_DIMS_MAX + 1));
    vector[0] = NAN;
    ck_assert(!traits_set_vector(&buf, vector, 2));
    ck_assert_uint_eq(buf.dims, 0);
}
END_TEST

START_TEST(a_warm_model_allocates_nothing)
{
    char *text = make_words(2000, "w");

    read_item("title", text);
    struct mallinfo2 before = mallinfo2();
    for (int i = 0; i < 50; i++)
        read_item("another title", text + i);
    ck_assert_uint_eq(mallinfo2().uordblks, before.uordblks);
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("model");
    TCase *tests = tcase_create("all");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, both_paths_give_the_same_bits);
    tcase_add_test(tests, a_vector_has_its_shape);
    tcase_add_test(tests, nothing_gives_no_vector);
    tcase_add_test(tests, like_texts_are_near_and_others_far);
    tcase_add_test(tests, the_title_counts_twice);
    tcase_add_test(tests, the_projection_is_without_bias);
    tcase_add_test(tests, the_signature_estimates_the_common_share);
    tcase_add_test(tests, fewer_than_three_words_have_no_signature);
    tcase_add_test(tests, keys_alone_are_the_same_keys);
    tcase_add_test(tests, a_served_vector_is_checked);
    tcase_add_test(tests, a_warm_model_allocates_nothing);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

/* Orders of hits: fused, folded, spread out; and texts with marks. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "storer/excerpt.h"
#include "storer/marked.h"
#include "storer/rank_fold.h"
#include "storer/rank_fuse.h"
#include "storer/rank_mmr.h"
#include "tests/common/world.h"

/* --- fusion --- */

START_TEST(fused_by_reciprocal_ranks)
{
    const uint64_t words[] = {7, 8, 9}, near[] = {9, 7, 5};
    const struct fuse_list lists[] = {{words, 3, 1.F}, {near, 3, 2.F}};
    struct fused out[6];
    size_t n = rank_fuse(lists, 2, out);

    ck_assert_uint_eq(n, 4);
    ck_assert_uint_eq(out[0].id, 9); /* 1/63 + 2/61 */
    ck_assert_uint_eq(out[1].id, 7); /* 1/61 + 2/62 */
    ck_assert_uint_eq(out[2].id, 5);
    ck_assert_uint_eq(out[3].id, 8);
    ck_assert_float_eq_tol(out[0].score, 1.F / 63 + 2.F / 61, 1e-7F);
    ck_assert_float_eq_tol(out[1].score, 1.F / 61 + 2.F / 62, 1e-7F);
    ck_assert_uint_eq(out[0].ranks[0], 3);
    ck_assert_uint_eq(out[0].ranks[1], 1);
    ck_assert_uint_eq(out[3].ranks[1], 0);
}
END_TEST

START_TEST(fused_ties_and_repeats)
{
    const uint64_t words[] = {3, 4, 3}, near[] = {4, 3};
    const struct fuse_list lists[] = {{words, 3, 1.F}, {near, 2, 1.F}}, none = {NULL, 0, 1.F};
    struct fused out[5];

    ck_assert_uint_eq(rank_fuse(lists, 2, out), 2);
    ck_assert_uint_eq(out[0].id, 4); /* the same score: the higher id is the newer item */
    ck_assert_uint_eq(out[1].ranks[0], 1);
    ck_assert_uint_eq(rank_fuse(&none, 1, out), 0);
}
END_TEST

/* --- copies --- */

START_TEST(copies_give_way_to_their_original)
{
    struct fold hits[] = {{.id = 12, .copy_of = 10, .at = 0},
                          {.id = 5, .at = 1},
                          {.id = 11, .copy_of = 10, .at = 2},
                          {.id = 10, .at = 3},
                          {.id = 6, .copy_of = 5, .at = 4}};

    ck_assert_uint_eq(rank_fold(hits, 5), 2);
    ck_assert_uint_eq(hits[0].id, 10); /* at the place of its best copy */
    ck_assert_uint_eq(hits[0].at, 3);
    ck_assert_uint_eq(hits[0].folded, 2);
    ck_assert_uint_eq(hits[1].id, 5);
    ck_assert_uint_eq(hits[1].folded, 1);
}
END_TEST

START_TEST(the_best_copy_stands_for_an_original_that_is_no_hit)
{
    struct fold hits[] = {{.id = 12, .copy_of = 10, .at = 0}, {.id = 11, .copy_of = 10, .at = 1}};

    ck_assert_uint_eq(rank_fold(hits, 2), 1);
    ck_assert_uint_eq(hits[0].id, 12);
    ck_assert_uint_eq(hits[0].folded, 1);
    ck_assert_uint_eq(rank_fold(hits, 0), 0);
}
END_TEST

/* --- MMR --- */

START_TEST(spread_out)
{
    const int8_t north[] = {100, 0}, near_north[] = {100, 5}, east[] = {0, 100};
    const struct mmr_hit hits[] = {{.9F, north}, {.8F, near_north}, {.6F, east}, {.5F, NULL}};
    size_t order[4] = {9, 9, 9, 9};

    ck_assert_uint_eq(rank_mmr(hits, 4, 2, .7F, 4, order), 4);
    ck_assert_uint_eq(order[0], 0);
    /* .7 * .75 - .3 * .9988 = .225 of the near one against .7 * .25 of the other */
    ck_assert_uint_eq(order[1], 1);
    ck_assert_uint_eq(rank_mmr(hits, 4, 2, .5F, 4, order), 4);
    ck_assert_uint_eq(order[1], 2); /* .5 * .25 against .5 * .75 - .5 * .9988 */
    ck_assert_uint_eq(rank_mmr(hits, 4, 2, 1.F, 2, order), 2);
    ck_assert_uint_eq(order[1], 1); /* relevance alone */
    ck_assert_uint_eq(rank_mmr(hits, 0, 2, .7F, 4, order), 0);
}
END_TEST

/* --- marks --- */

static struct marked space;

static void free_space(void)
{
    marked_free(&space);
    space = (struct marked){0};
}

static void check_range(size_t i, size_t from, size_t length)
{
    ck_assert_uint_eq(space.ranges[i].at, from);
    ck_assert_uint_eq(space.ranges[i].length, length);
}

START_TEST(marks_become_ranges)
{
    marked_read(span_str("\x01"
                         "Über\x02 den \x01"
                         "Fluss\x02"),
                &space);
    ck_assert_str_eq(space.text.data, "Über den Fluss");
    ck_assert_uint_eq(space.count, 2);
    check_range(0, 0, 4); /* characters, not bytes */
    check_range(1, 9, 5);
}
END_TEST

START_TEST(marks_that_do_not_fit)
{
    marked_read(span_str("a\x02"
                         "b\x01\x01"
                         "c\x02\x02\x01\x02"
                         "d\x01"
                         "e\xff"),
                &space);
    ck_assert_str_eq(space.text.data, "abcde\xef\xbf\xbd");
    ck_assert_uint_eq(space.count, 2);
    check_range(0, 2, 1);
    check_range(1, 4, 2); /* to the end */
    marked_read((struct span){0}, &space);
    ck_assert_uint_eq(space.count, 0);
    ck_assert_uint_eq(space.text.len, 0);
}
END_TEST

START_TEST(marks_beyond_count)
{
    struct buf text = {0};

    for (int i = 0; i < MARKED_MOST + 5; i++)
        buf_adds(&text, "\x01x\x02");
    marked_read(buf_span(&text), &space);
    ck_assert_uint_eq(space.count, MARKED_MOST);
    ck_assert_uint_eq(space.text.len, MARKED_MOST + 5);
    buf_free(&text);
}
END_TEST

/* --- excerpts --- */

static char flood[] = "flood", uber[] = "uber", rain[] = "rain";
static const struct excerpt_word sought[] = {{flood, true}, {uber, false}, {rain, false}};

static void check_piece(const char *text, const char *wanted)
{
    struct buf out = {0};

    excerpt_piece(span_str(text), sought, 3, &out);
    ck_assert_str_eq(out.data ? out.data : "", wanted);
    buf_free(&out);
}

START_TEST(words_are_marked)
{
    struct buf out = {0};

    excerpt_whole(span_str("Floods, ÜBER all: raining? Rain!"), sought, 3, &out);
    ck_assert_str_eq(out.data, "\x01"
                               "Floods\x02, \x01"
                               "ÜBER\x02 all: raining? \x01"
                               "Rain\x02!");
    buf_free(&out);
    excerpt_whole((struct span){0}, sought, 3, &out);
    ck_assert_uint_eq(out.len, 0);
    check_piece("", "");
    check_piece("no such word. Here", "no such word. Here");
    check_piece("the flood", "the \x01"
                             "flood\x02");
}
END_TEST

/* 100 words, of which one at `first` and two at `then` are looked for. */
START_TEST(the_piece_with_most_words)
{
    struct buf text = {0}, out = {0};

    for (int i = 0; i < 100; i++)
        buf_adds(&text, i == 5 ? "flood " : i == 70 ? "flood " : i == 73 ? "rain " : "x ");
    excerpt_piece(buf_span(&text), sought, 3, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "\x01"
                                           "flood\x02 x x \x01"
                                           "rain\x02"));
    ck_assert_int_eq(strncmp(out.data, "…x", strlen("…x")), 0);
    ck_assert_str_eq(out.data + out.len - strlen("x…"), "x…");
    ck_assert_uint_eq(out.len, 30 * 2 + 11 + 2 * 2 + 2 * strlen("…") - 1);
    buf_free(&text);
    buf_free(&out);
}
END_TEST

START_TEST(without_words_the_beginning)
{
    struct buf text = {0}, out = {0};

    for (int i = 0; i < 100; i++)
        buf_adds(&text, "x ");
    excerpt_piece(buf_span(&text), sought, 0, &out);
    ck_assert_uint_eq(out.len, EXCERPT_WORDS * 2 - 1 + strlen("…"));
    buf_free(&text);
    buf_free(&out);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rank");
    TCase *orders = tcase_create("orders"), *marks = tcase_create("marks");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_test(orders, fused_by_reciprocal_ranks);
    tcase_add_test(orders, fused_ties_and_repeats);
    tcase_add_test(orders, copies_give_way_to_their_original);
    tcase_add_test(orders, the_best_copy_stands_for_an_original_that_is_no_hit);
    tcase_add_test(orders, spread_out);
    tcase_add_checked_fixture(marks, NULL, free_space);
    tcase_add_test(marks, marks_become_ranges);
    tcase_add_test(marks, marks_that_do_not_fit);
    tcase_add_test(marks, marks_beyond_count);
    tcase_add_test(marks, words_are_marked);
    tcase_add_test(marks, the_piece_with_most_words);
    tcase_add_test(marks, without_words_the_beginning);
    suite_add_tcase(suite, orders);
    suite_add_tcase(suite, marks);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

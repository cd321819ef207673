/* The filters of the main feed, each for itself. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/vec.h"
#include "storer/feed.h"
#include "storer/idset.h"

enum { HOUR = 3600000, NOW = 100 * HOUR, ALL = 1000000 };

static void add(struct feed *feed, uint64_t item, uint64_t story, uint64_t source, int64_t age_ms)
{
    feed_add(feed, &(struct feed_entry){
                       .item = item, .story = story, .source = source, .time_ms = NOW - age_ms});
}

static struct feed_entry *of(struct feed *feed, uint64_t item)
{
    for (size_t i = 0; i < feed->count; i++)
        if (feed->entries[i].item == item)
            return &feed->entries[i];
    ck_abort_msg("there is no item %lu", (unsigned long)item);
}

static int out_of(struct feed *feed, uint64_t item)
{
    return (int)of(feed, item)->out;
}

/* --- window ----------------------------------------------------------------------------------- */

START_TEST(the_window_has_an_age_and_a_limit)
{
    struct feed feed = {0};

    for (uint64_t i = 1; i <= 10; i++)
        add(&feed, i, i, 1, (int64_t)i * HOUR);
    ck_assert(feed_window(&feed, NOW, 7 * HOUR, ALL));
    ck_assert_uint_eq(feed_left(&feed), 7);
    ck_assert_int_eq(out_of(&feed, 7), FEED_IN); /* just as old as may be */
    ck_assert_int_eq(out_of(&feed, 8), FEED_WINDOW);
    ck_assert(feed_window(&feed, NOW, 7 * HOUR, 3));
    ck_assert_uint_eq(feed_left(&feed), 3);
    ck_assert_int_eq(out_of(&feed, 3), FEED_IN); /* the newest stay */
    ck_assert_int_eq(out_of(&feed, 4), FEED_WINDOW);
    feed_free(&feed);
}
END_TEST

/* --- marks, query ----------------------------------------------------------------------------- */

START_TEST(what_was_read_or_hidden_is_out)
{
    struct feed feed = {0};
    struct idset *read = idset_create(), *hidden = idset_create();

    for (uint64_t i = 1; i <= 6; i++)
        add(&feed, i, i, 1, (int64_t)i);
    idset_add(read, 2);
    idset_add(hidden, 5);
    of(&feed, 1)->out = FEED_WINDOW;
    ck_assert(feed_marks(&feed, read, hidden, ALL));
    ck_assert_int_eq(out_of(&feed, 1), FEED_WINDOW); /* the first that takes it out is told */
    ck_assert_int_eq(out_of(&feed, 2), FEED_MARKS);
    ck_assert_int_eq(out_of(&feed, 5), FEED_MARKS);
    ck_assert_uint_eq(feed_left(&feed), 3);
    ck_assert(feed_marks(&feed, NULL, NULL, 2));
    ck_assert_uint_eq(feed_left(&feed), 2);
    ck_assert_int_eq(out_of(&feed, 6), FEED_MARKS);
    idset_destroy(&read);
    idset_destroy(&hidden);
    feed_free(&feed);
}
END_TEST

START_TEST(only_what_a_query_has_passes)
{
    struct feed feed = {0};
    struct idset *set = idset_create();

    for (uint64_t i = 1; i <= 6; i++)
        add(&feed, i, i, 1, (int64_t)i);
    idset_add(set, 4);
    idset_add(set, 6);
    ck_assert(feed_query(&feed, NULL, ALL));
    ck_assert_uint_eq(feed_left(&feed), 6);
    ck_assert(feed_query(&feed, set, ALL));
    ck_assert_uint_eq(feed_left(&feed), 2);
    ck_assert_int_eq(out_of(&feed, 5), FEED_QUERY);
    ck_assert(feed_query(&feed, set, 1));
    ck_assert_int_eq(out_of(&feed, 4), FEED_IN);
    ck_assert_int_eq(out_of(&feed, 6), FEED_QUERY);
    idset_destroy(&set);
    feed_free(&feed);
}
END_TEST

/* --- copies ----------------------------------------------------------------------------------- */

START_TEST(a_story_is_told_once_by_its_first_original)
{
    struct feed feed = {0};

    add(&feed, 9, 1, 3, 1 * HOUR); /* a copy of an item that is not in the window */
    of(&feed, 9)->copy_of = 2;
    add(&feed, 8, 1, 2, 2 * HOUR);
    add(&feed, 7, 1, 1, 5 * HOUR);
    add(&feed, 6, 6, 1, 6 * HOUR);
    add(&feed, 3, 1, 4, 9 * HOUR); /* a copy that is older than the originals that are here */
    of(&feed, 3)->copy_of = 2;
    ck_assert(feed_copies(&feed, ALL));
    ck_assert_uint_eq(feed_left(&feed), 2);
    ck_assert_int_eq(out_of(&feed, 7), FEED_IN);
    ck_assert_uint_eq(of(&feed, 7)->folded, 3);
    ck_assert_int_eq(of(&feed, 7)->time_ms, NOW - 2 * HOUR); /* of the newest original */
    ck_assert_uint_eq(of(&feed, 9)->by, 7);
    ck_assert_uint_eq(of(&feed, 3)->by, 7);
    ck_assert_uint_eq(of(&feed, 6)->folded, 0);
    feed_free(&feed);
}
END_TEST

START_TEST(copies_alone_are_told_by_the_first)
{
    struct feed feed = {0};

    for (uint64_t i = 5; i > 2; i--) {
        add(&feed, i, 1, i, (int64_t)(10 - i));
        of(&feed, i)->copy_of = 1;
    }
    ck_assert(feed_copies(&feed, ALL));
    ck_assert_uint_eq(feed_left(&feed), 1);
    ck_assert_int_eq(out_of(&feed, 3), FEED_IN);
    feed_free(&feed);
}
END_TEST

START_TEST(what_is_out_folds_nothing)
{
    struct feed feed = {0};

    add(&feed, 2, 1, 1, 1);
    add(&feed, 1, 1, 2, 2);
    of(&feed, 1)->out = FEED_MARKS;
    add(&feed, 3, 3, 2, 3);
    ck_assert(feed_copies(&feed, 1));
    ck_assert_int_eq(out_of(&feed, 2), FEED_IN);
    ck_assert_uint_eq(of(&feed, 2)->folded, 0);
    ck_assert_int_eq(out_of(&feed, 3), FEED_COPIES); /* the limit */
    feed_free(&feed);
}
END_TEST

/* --- source ----------------------------------------------------------------------------------- */

START_TEST(ten_of_a_source_pass)
{
    struct feed feed = {0};

    for (uint64_t i = 1; i <= 30; i++)
        add(&feed, i, i, i <= 25 ? 1 : 2, (int64_t)i * HOUR);
    of(&feed, 20)->time_ms = NOW; /* as folding does: it is the newest now */
    ck_assert(feed_source(&feed, 10, ALL));
    ck_assert_uint_eq(feed_left(&feed), 15);
    ck_assert_uint_eq(of(&feed, 20)->place, 1);
    ck_assert_int_eq(out_of(&feed, 9), FEED_IN);
    ck_assert_int_eq(out_of(&feed, 10), FEED_SOURCE);
    ck_assert_uint_eq(of(&feed, 10)->place, 11);
    ck_assert_uint_eq(of(&feed, 30)->place, 5);
    ck_assert(feed_source(&feed, 10, 4));
    ck_assert_uint_eq(feed_left(&feed), 4);
    ck_assert_int_eq(out_of(&feed, 3), FEED_IN);
    ck_assert_int_eq(out_of(&feed, 4), FEED_SOURCE);
    feed_free(&feed);
}
END_TEST

/* --- interest --------------------------------------------------------------------------------- */

enum { DIMS = 4 };

struct vectors {
    int8_t at[10][DIMS]; /* by item; all 0 = none */
    size_t asked;
};

static struct span vector_of(void *arg, uint64_t item)
{
    struct vectors *vectors = arg;

    vectors->asked++;
    return vectors->at[item][0] || vectors->at[item][1]
               ? span_of((const char *)vectors->at[item], DIMS)
               : (struct span){0};
}

static struct feed_taste taste_of(struct feed_interest *interests, size_t count,
                                  struct vectors *vectors)
{
    for (size_t i = 0; i < count; i++)
        interests[i].norm = vec_norm(interests[i].vector, DIMS);
    return (struct feed_taste){.interests = interests,
                               .count = count,
                               .n = DIMS,
                               .half_life_ms = 10 * HOUR,
                               .interest_ms = 100 * HOUR,
                               .read_weight = .5,
                               .vector = vector_of,
                               .arg = vectors};
}

/* Trap: the cosine itself.  Of vectors at a right angle it is 0 and not 1/2, of opposite ones it is
 * -1 and not 0, though both count for nothing. */
START_TEST(interest_is_the_plain_cosine_and_fades)
{
    static const int8_t liked[DIMS] = {100, 0, 0, 0};
    struct feed_interest interest = {.item = 99, .starred = true, .at_ms = NOW, .vector = liked};
    struct vectors vectors = {
        .at = {[1] = {100, 0}, [2] = {0, 100}, [3] = {-100, 0}, [4] = {60, 80}, [5] = {100, 0}}};
    struct feed_taste taste = taste_of(&interest, 1, &vectors);
    struct feed feed = {0};

    for (uint64_t i = 1; i <= 6; i++)
        add(&feed, i, i, 1, i == 5 ? 10 * HOUR : 0);
    ck_assert(feed_interest(&feed, &taste, NOW, ALL));
    ck_assert_double_eq_tol((double)of(&feed, 1)->score, 1, 1e-5);
    ck_assert_double_eq_tol((double)of(&feed, 2)->score, 0, 1e-5);
    ck_assert_double_eq_tol((double)of(&feed, 3)->score, 0, 1e-5);
    ck_assert_double_eq_tol((double)of(&feed, 4)->cosine, .6, 1e-5);
    ck_assert_double_eq_tol((double)of(&feed, 5)->score, .5, 1e-5); /* one half-life old */
    ck_assert_double_eq_tol((double)of(&feed, 5)->fresh, .5, 1e-5);
    ck_assert_double_eq_tol((double)of(&feed, 6)->score, 0, 1e-5); /* it has no vector */
    ck_assert_uint_eq(of(&feed, 4)->by, 99);
    ck_assert_uint_eq(of(&feed, 1)->place, 1);
    ck_assert_uint_eq(of(&feed, 4)->place, 2);
    ck_assert_uint_eq(of(&feed, 5)->place, 3);
    feed_free(&feed);
}
END_TEST

START_TEST(the_best_interest_counts_by_kind_and_age)
{
    static const int8_t one[DIMS] = {100, 0, 0, 0}, other[DIMS] = {0, 100, 0, 0};
    struct feed_interest interests[] = {
        {.item = 90, .at_ms = NOW, .vector = one},
        {.item = 91, .starred = true, .at_ms = NOW - 200 * HOUR, .vector = other},
        {.item = 1, .starred = true, .at_ms = NOW, .vector = one},
    };
    struct vectors vectors = {.at = {[1] = {100, 0}, [2] = {80, 60}, [3] = {0, 1}}};
    struct feed_taste taste = taste_of(interests, 3, &vectors);
    struct feed feed = {0};

    for (uint64_t i = 1; i <= 3; i++)
        add(&feed, i, i, 1, 0);
    ck_assert(feed_interest(&feed, &taste, NOW, ALL));
    ck_assert_uint_eq(of(&feed, 1)->by, 90); /* not itself, though it is starred */
    ck_assert_double_eq_tol((double)of(&feed, 1)->score, .5, 1e-5);
    ck_assert_uint_eq(of(&feed, 2)->by, 1);
    ck_assert(of(&feed, 2)->starred);
    ck_assert_double_eq_tol((double)of(&feed, 2)->score, .8, 1e-5);
    ck_assert_uint_eq(of(&feed, 3)->by, 91);
    ck_assert_double_eq_tol((double)of(&feed, 3)->weight, .25, 1e-5); /* two half-lives ago */
    feed_free(&feed);
}
END_TEST

START_TEST(without_interests_recency_and_sources_count)
{
    struct vectors vectors = {0};
    struct feed_taste taste = taste_of(NULL, 0, &vectors);
    struct feed feed = {0};

    add(&feed, 1, 1, 1, 0);
    add(&feed, 2, 2, 1, 10 * HOUR);
    add(&feed, 3, 3, 1, 10 * HOUR);
    of(&feed, 1)->sources = of(&feed, 2)->sources = 1;
    of(&feed, 3)->sources = 7;
    ck_assert(feed_interest(&feed, &taste, NOW, 2));
    ck_assert_double_eq_tol((double)of(&feed, 3)->score, 1.5, 1e-5);
    ck_assert_double_eq_tol((double)of(&feed, 1)->score, 1, 1e-5);
    ck_assert_int_eq(out_of(&feed, 2), FEED_INTEREST);
    ck_assert_uint_eq(of(&feed, 2)->place, 3);
    ck_assert_uint_eq(vectors.asked, 0);
    feed_free(&feed);
}
END_TEST

/* --- cancelling ------------------------------------------------------------------------------- */

enum { MANY = 5000, AFTER = 3 };

static bool stop_later(void *arg)
{
    int *asked = arg;

    return ++*asked > AFTER;
}

/* Every filter asks while it works, and stops soon after it was told to. */
START_TEST(every_filter_can_be_stopped)
{
    static const int8_t liked[DIMS] = {100, 0, 0, 0};
    struct feed_interest interest = {.item = 99, .starred = true, .at_ms = NOW, .vector = liked};
    struct vectors vectors = {0};
    struct feed_taste taste = taste_of(&interest, 1, &vectors);
    struct idset *none = idset_create();

    for (enum feed_filter filter = FEED_WINDOW; filter < FEED_FILTERS; filter++) {
        int asked = 0;
        struct feed feed = {.stop = stop_later, .arg = &asked};
        bool whole = true;
        size_t touched = 0;

        for (uint64_t i = 0; i < MANY; i++)
            add(&feed, 1 + i % 9, 1 + i % 9, 1, 50 * HOUR);
        switch (filter) {
        case FEED_WINDOW:
            whole = feed_window(&feed, NOW, HOUR, ALL);
            break;
        case FEED_MARKS:
            whole = feed_marks(&feed, none, none, 0);
            break;
        case FEED_QUERY:
            whole = feed_query(&feed, none, ALL);
            break;
        case FEED_COPIES:
            whole = feed_copies(&feed, ALL);
            break;
        case FEED_SOURCE:
            whole = feed_source(&feed, 1, ALL);
            break;
        default:
            whole = feed_interest(&feed, &taste, NOW, 1);
            touched = vectors.asked;
        }
        ck_assert_msg(!whole, "%s", feed_filter_name(filter));
        ck_assert_int_eq(asked, AFTER + 1);
        ck_assert_msg(MANY - feed_left(&feed) + touched < MANY / 4, "%s went on for %zu",
                      feed_filter_name(filter), MANY - feed_left(&feed) + touched);
        feed_free(&feed);
    }
    idset_destroy(&none);
}
END_TEST

/* It goes over its entries twice. */
START_TEST(folding_can_be_stopped_as_well)
{
    int asked = -MANY / 64; /* the first time is over when it is told to stop */
    struct feed feed = {.stop = stop_later, .arg = &asked};

    for (uint64_t i = 0; i < MANY; i++)
        add(&feed, 1 + i, 1 + i / 2, 1, 0);
    ck_assert(!feed_copies(&feed, ALL));
    ck_assert_uint_lt(feed.count - feed_left(&feed), MANY / 4);
    ck_assert_uint_gt(feed.count - feed_left(&feed), 0);
    feed_free(&feed);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_window_has_an_age_and_a_limit,
        what_was_read_or_hidden_is_out,
        only_what_a_query_has_passes,
        a_story_is_told_once_by_its_first_original,
        copies_alone_are_told_by_the_first,
        what_is_out_folds_nothing,
        ten_of_a_source_pass,
        interest_is_the_plain_cosine_and_fades,
        the_best_interest_counts_by_kind_and_age,
        without_interests_recency_and_sources_count,
        every_filter_can_be_stopped,
        folding_can_be_stopped_as_well,
    };
    Suite *suite = suite_create("feed");
    TCase *all = tcase_create("feed");
    SRunner *runner = NULL;
    int failed = 0;

    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

/* Items that were alone are judged again when a story near them grows. */
#include "storer/decide_inner.h"
#include "storer/terms.h"
#include "tests/storer/decide_world.h"

/* Everything is in memory, or next to nothing is. */
static const struct decide_limits sizes[] = {
    {.commits = 1024, .items = 1024, .words = 1024, .centres = 64},
    {.commits = 2, .items = 2, .words = 2, .centres = 1},
};
enum { SIZES = sizeof(sizes) / sizeof(sizes[0]) };

static struct world world;

static void teardown(void)
{
    world_close(&world);
}

/* Two directions: a lone item, and the story that grows.  What brings them together lies between.
 */
static const struct world_item lone = {.mix = {1}}, other = {.mix = {0, 1}},
                               between = {.mix = {.7, 1}}, stranger = {.mix = {0, 0, 1}};

static uint64_t put(struct world_item item, uint64_t source)
{
    item.source = source;
    return world_put(&world, &item);
}

static void expect(uint64_t id, uint64_t story)
{
    uint64_t is = world_place(&world, id).story;

    ck_assert_msg(is == story, "item %d is of story %d, not %d", (int)id, (int)is, (int)story);
}

static uint64_t joined(void)
{
    return world.writer.counters->at[COUNTER_joined_again];
}

/* The story that is joined by what a deduper says is like this item and no other. */
static uint64_t story_by_figures(uint64_t id)
{
    struct msg_vector vector = world_vector(&world, &stranger);
    struct msg_candidate candidate = {.id = id, .cosine = .99, .flags = JUDGE_NEAR};
    struct msg_verdict verdict = {
        .epoch = 1, .as_of = world.head, .model = vector.model, .candidates = {&candidate, 1}};
    struct judge_verdict out;

    decide_item(world.writer.decide, 0, &vector, WORLD_TIME_MS, WORLD_TIME_MS, 1, &verdict, &out);
    return out.story;
}

/* Of how many items the story has a middle; 0: none. */
static uint32_t in_centre(uint64_t story)
{
    const struct judge_centre *centre = NULL;

    story_by_figures(0); /* for an item of the model */
    centre = decide_centre(world.writer.decide, story);
    return centre ? centre->members : 0;
}

START_TEST(what_was_alone_joins)
{
    uint64_t a = 0, b = 0, c = 0, d = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    b = put(other, 2);
    d = put(stranger, 3);
    expect(b, b);
    ck_assert_uint_eq(in_centre(b), 0);
    c = put(between, 3);
    expect(c, b);
    expect(a, b);
    expect(d, d);
    ck_assert_uint_eq(in_centre(b), 3);
    ck_assert_uint_eq(joined(), 1);
    /* The first that was stored leads; the story it had is gone. */
    ck_assert_int_eq(world_number(&world, "SELECT lead FROM story WHERE id = 2"), (int64_t)a);
    ck_assert_int_eq(world_number(&world, "SELECT items FROM story WHERE id = 2"), 3);
    ck_assert_int_eq(world_number(&world, "SELECT sources FROM story WHERE id = 2"), 3);
    ck_assert_int_eq(world_number(&world, "SELECT count (*) FROM story WHERE id = 1"), 0);
    world_verify(&world);
    /* What comes now finds it there. */
    expect(put(lone, 1), b);
    world_verify(&world);
}
END_TEST

START_TEST(several_join_at_once)
{
    uint64_t first = 0, second = 0, b = 0;

    world_open(&world, &sizes[_i]);
    first = put(lone, 1);
    second = put((struct world_item){.mix = {0, 0, 0, 1}}, 1);
    b = put(other, 1);
    expect(put((struct world_item){.mix = {.6, 1, 0, .6}}, 1), b);
    expect(first, b);
    expect(second, b);
    ck_assert_uint_eq(joined(), 2);
    ck_assert_int_eq(world_number(&world, "SELECT lead FROM story WHERE id = 3"), 1);
    ck_assert_int_eq(world_number(&world, "SELECT sources FROM story WHERE id = 3"), 1);
    ck_assert_int_eq(world_number(&world, "SELECT count (*) FROM story"), 1);
    world_verify(&world);
}
END_TEST

START_TEST(one_that_is_not_like_it_stays)
{
    uint64_t a = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    put(other, 1);
    expect(put((struct world_item){.mix = {.25, 1}}, 1), 2);
    expect(a, a);
    ck_assert_uint_eq(joined(), 0);
    world_verify(&world);
}
END_TEST

/* It is near enough for one who comes, but not for one who is asked again. */
START_TEST(more_is_asked_of_it_than_at_first)
{
    const struct judge_params *params = judge_params_of("builtin-512-v1");
    double low = params->story_score, again = low + params->again_rise;
    double scale = params->story_cosine / low; /* of vectors, where words are not known */
    double cosine = (low + again) / 2 * scale;
    struct world_item near = {.mix = {cosine, sqrt(1 - cosine * cosine)}};
    uint64_t a = 0, b = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    b = put((struct world_item){.mix = {0, 1}}, 1);
    expect(put(near, 1), b); /* and a is as near as `cosine` says */
    expect(a, a);
    world_close(&world);

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    expect(put(near, 1), a); /* had it come first */
    world_close(&world);

    cosine = (again + .1) * scale;
    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    b = put((struct world_item){.mix = {0, 1}}, 1);
    expect(put((struct world_item){.mix = {cosine, sqrt(1 - cosine * cosine)}}, 1), b);
    expect(a, b);
}
END_TEST

START_TEST(one_that_is_not_alone_stays)
{
    uint64_t a = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    expect(put((struct world_item){.mix = {1, 0, .3}}, 1), a);
    expect(put(other, 1), 3);
    expect(put(between, 1), 3);
    expect(a, a);
    expect(2, a);
    ck_assert_uint_eq(joined(), 0);
    world_verify(&world);
}
END_TEST

START_TEST(an_original_with_copies_stays)
{
    struct world_item copied = lone;
    uint64_t a = 0, copy = 0;

    world_open(&world, &sizes[_i]);
    copied.url = 77;
    a = put(copied, 1);
    copy = put(copied, 2);
    ck_assert_uint_eq(world_place(&world, copy).copy_of, a);
    expect(put(other, 1), 3);
    expect(put(between, 1), 3);
    expect(a, a);
    expect(copy, a);
    ck_assert_uint_eq(joined(), 0);
    world_verify(&world);
}
END_TEST

/* A copy says nothing new of its story, which does not grow. */
START_TEST(a_copy_calls_nobody)
{
    struct world_item copied = other;
    uint64_t a = 0, b = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    copied.url = 77;
    b = put(copied, 1);
    copied.mix[0] = .7;
    ck_assert_uint_eq(world_place(&world, put(copied, 2)).copy_of, b);
    expect(a, a);
    ck_assert_uint_eq(joined(), 0);
    world_verify(&world);
}
END_TEST

/* Where it stands is known as well to who takes a deduper's figures. */
START_TEST(where_it_stands_is_known)
{
    uint64_t a = 0, b = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    b = put((struct world_item){.mix = {0, 1, .3}}, 1);
    ck_assert_uint_eq(story_by_figures(a), a);
    put((struct world_item){.mix = {.7, 1, .3}}, 1);
    expect(a, b);
    ck_assert_uint_eq(story_by_figures(a), b);
}
END_TEST

static const struct world_item worded = {.mix = {0, 0, 0, 0, 1}, .words = {1, 2}, .count = 2},
                               reworded = {.mix = {0, 0, 0, 0, 1}, .words = {3}, .count = 1};

START_TEST(rolled_back_it_is_alone_again)
{
    uint64_t a = 0, b = 0, c = 0;

    world_open(&world, &sizes[_i]);
    a = put(lone, 1);
    b = put((struct world_item){.mix = {0, 1, .3}}, 1);
    c = put(worded, 1);
    ck_assert(db_commit(world.db));
    for (int times = 0; times < 2; times++) {
        db_begin(world.db);
        expect(put((struct world_item){.mix = {.7, 1, .3}}, 1), b);
        expect(a, b);
        ck_assert_uint_eq(in_centre(b), 3);
        world_update(&world, c, &reworded);
        ck_assert_uint_eq(terms_of(world.writer.decide->terms, c).term_count, 1);
        if (times == 0) {
            db_rollback(world.db);
            decide_load(world.writer.decide);
            world.count -= 1;
            world.head -= 2;
            expect(a, a);
            ck_assert_uint_eq(in_centre(b), 0);
            ck_assert_uint_eq(terms_of(world.writer.decide->terms, c).term_count, 2);
            ck_assert_uint_eq(story_by_figures(a), a);
        }
    }
    world_verify(&world);
}
END_TEST

START_TEST(rolled_back_a_story_has_its_former_middle)
{
    uint64_t b = 0;

    world_open(&world, &sizes[_i]);
    b = put(other, 1);
    expect(put((struct world_item){.mix = {.2, 1}}, 1), b);
    ck_assert(db_commit(world.db));
    db_begin(world.db);
    expect(put((struct world_item){.mix = {0, 1, .2}}, 1), b);
    ck_assert_uint_eq(in_centre(b), 3);
    db_rollback(world.db);
    decide_load(world.writer.decide);
    world.count--;
    world.head--;
    ck_assert_uint_eq(in_centre(b), 2);
    db_begin(world.db);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("again");
    TCase *tcase = tcase_create("again");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, what_was_alone_joins, 0, SIZES);
    tcase_add_loop_test(tcase, several_join_at_once, 0, SIZES);
    tcase_add_loop_test(tcase, one_that_is_not_like_it_stays, 0, SIZES);
    tcase_add_loop_test(tcase, more_is_asked_of_it_than_at_first, 0, SIZES);
    tcase_add_loop_test(tcase, one_that_is_not_alone_stays, 0, SIZES);
    tcase_add_loop_test(tcase, an_original_with_copies_stays, 0, SIZES);
    tcase_add_loop_test(tcase, a_copy_calls_nobody, 0, SIZES);
    tcase_add_loop_test(tcase, where_it_stands_is_known, 0, SIZES);
    tcase_add_loop_test(tcase, rolled_back_it_is_alone_again, 0, SIZES);
    tcase_add_loop_test(tcase, rolled_back_a_story_has_its_former_middle, 0, SIZES);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

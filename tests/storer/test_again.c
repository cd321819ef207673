/* Items that were alone are judged again when a story near them grows. */
#include "common/judge_words.h"
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

/* --- a longer history, with words --------------------------------------------------------------
 */

enum { HISTORY = 160, TOPICS = 12, VOCABULARY = 600 };

static int ascending(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* An item on a topic: some of its words, and some of all; vectors that are all near. */
static struct world_item on_topic(uint64_t *state)
{
    struct world_item item = {.mix = {1}};
    uint32_t topic = (uint32_t)(world_chance(state) % TOPICS);
    uint32_t own = 4 + (uint32_t)(world_chance(state) % 10), last = 0;
    size_t kept = 0;

    for (int w = 1; w < WORLD_WAYS; w++)
        item.mix[w] = (double)(world_chance(state) % 100) / 200;
    for (uint32_t i = 0; i < WORLD_WORDS; i++)
        item.words[i] = i < own ? 1 + topic * 12 + (uint32_t)(world_chance(state) % 12)
                                : 1 + TOPICS * 12 + (uint32_t)(world_chance(state) % VOCABULARY);
    qsort(item.words, WORLD_WORDS, sizeof(item.words[0]), ascending);
    for (uint32_t i = 0; i < WORLD_WORDS; i++)
        if (item.words[i] != last)
            last = item.words[kept++] = item.words[i];
    item.count = kept;
    return item;
}

/* New items, and now and then another text of one of the last. */
static void step(uint64_t *state)
{
    struct world_item item = on_topic(state);

    if (world.count > 40 && world_chance(state) % 4 == 0)
        world_update(&world, world.ids[world.count - 1 - world_chance(state) % 40], &item);
    else
        world_put(&world, &item);
}

/* What each word weighs. */
static void weights(float out[VOCABULARY])
{
    uint8_t term[TRAITS_TERM] = {0, 0, 0, 0, 1, WORLD_IDF};
    struct traits text = {.terms = term, .term_count = 1};
    struct judge_weighed weighed;

    for (uint32_t word = 0; word < VOCABULARY; word++) {
        term[2] = (uint8_t)word;
        term[3] = (uint8_t)(word >> 8);
        judge_words_weigh(memory_words(world.writer.decide->memory), &text, &weighed);
        out[word] = weighed.weights[0];
    }
}

static void history(uint64_t seed, int restart_every, uint64_t stories[HISTORY])
{
    static const struct decide_limits tight = {
        .commits = 48, .items = 16, .words = 16, .centres = 4};
    float before[VOCABULARY], after[VOCABULARY];

    world_open(&world, &tight);
    for (int i = 0; i < HISTORY; i++) {
        step(&seed);
        if (restart_every && i % restart_every == restart_every - 1) {
            weights(before);
            world_restart(&world);
            weights(after);
            ck_assert_mem_eq(before, after, sizeof(before));
        }
    }
    memset(stories, 0, HISTORY * sizeof(*stories));
    for (size_t i = 0; i < world.count; i++)
        stories[i] = world_place(&world, world.ids[i]).story;
    world_verify(&world);
}

START_TEST(restarts_leave_no_trace)
{
    uint64_t wanted[HISTORY], stories[HISTORY], seed = (uint64_t)_i + 1;
    int64_t count = 0, items = 0;

    history(seed, 0, wanted);
    items = world_number(&world, "SELECT count (*) FROM item");
    count = world_number(&world, "SELECT count (*) FROM story");
    ck_assert_int_gt(count, items / 10); /* neither one story nor none */
    ck_assert_int_lt(count, items * 9 / 10);
    ck_assert_uint_gt(joined(), 0);
    for (int every = 1; every < 60; every = every * 3 + 1) {
        world_close(&world);
        history(seed, every, stories);
        ck_assert_mem_eq(stories, wanted, sizeof(wanted));
    }
}
END_TEST

/* Words are those of the texts, whatever vectors serve. */
START_TEST(words_outlive_a_change_of_the_model)
{
    float before[VOCABULARY], after[VOCABULARY];
    uint64_t seed = 5;

    world_open(&world, &sizes[0]);
    for (int i = 0; i < 40; i++)
        step(&seed);
    weights(before);
    decide_forget(world.writer.decide, world.head);
    weights(after);
    ck_assert_mem_eq(before, after, sizeof(before));
    ck_assert(!decide_covers(world.writer.decide, 1,
                             &(struct msg_verdict){.epoch = 1, .as_of = world.head - 1}));
    ck_assert(decide_covers(world.writer.decide, 1,
                            &(struct msg_verdict){.epoch = 1, .as_of = world.head}));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("again");
    TCase *tcase = tcase_create("again");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
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
    tcase_add_loop_test(tcase, restarts_leave_no_trace, 0, 4);
    tcase_add_test(tcase, words_outlive_a_change_of_the_model);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

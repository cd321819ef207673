/* A longer history of items with words: what is made anew from the store judges as what was there
 * all the time. */
#include "common/judge_words.h"
#include "storer/decide_inner.h"
#include "tests/storer/decide_world.h"

static const struct decide_limits tight = {.commits = 48, .items = 16, .words = 16, .centres = 4},
                                  wide = {
                                      .commits = 1024, .items = 1024, .words = 1024, .centres = 64};

static struct world world;

static void teardown(void)
{
    world_close(&world);
}

static uint64_t joined(void)
{
    return world.writer.counters->at[COUNTER_joined_again];
}

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

    world_open(&world, &wide);
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
    Suite *suite = suite_create("restarts");
    TCase *tcase = tcase_create("restarts");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_loop_test(tcase, restarts_leave_no_trace, 0, 4);
    tcase_add_test(tcase, words_outlive_a_change_of_the_model);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

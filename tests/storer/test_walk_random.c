/* What to read next, at random: learning, choosing, going back and rebuilding together; and whether
 * it learns what a made-up reader likes. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "storer/walk.h"
#include "storer/walk_rebuild.h"

static const struct walk_limits limits = {.base = 1,
                                          .reward = 1,
                                          .blame = .2,
                                          .cooldown = 3,
                                          .cooldown_ms = 180000,
                                          .enough = 10,
                                          .edges = 2000,
                                          .differences = 50,
                                          .rebuild_ms = 3600000,
                                          .story_ms = 7 * 86400000LL};

/* xorshift64* (Vigna 2014). */
static double chance(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (double)((*state * 2685821657736338717U) >> 11) / 9007199254740992.0;
}

static size_t below(uint64_t *state, size_t n)
{
    return (size_t)(chance(state) * (double)n);
}

/* --- invariants ------------------------------------------------------------------------------- */

static void check_stage(const struct walk_stage *stage)
{
    double sum = 0, squares = 0, largest = -INFINITY;

    for (size_t i = 0; i < stage->count; i++) {
        ck_assert_double_ge(stage->options[i].weight.weight, 0);
        ck_assert_double_ge(stage->options[i].weight.base, 0);
        ck_assert_double_ge(stage->options[i].p, 0);
        sum += stage->options[i].p;
        squares += stage->options[i].p * stage->options[i].p;
        if (stage->options[i].weight.raw > largest)
            largest = stage->options[i].weight.raw;
    }
    ck_assert_uint_lt(stage->chosen, stage->count);
    if (stage->draw.how == WALK_LEAST) {
        ck_assert_double_le(largest, 0);
        return;
    }
    ck_assert_double_eq_tol(sum, 1, 1e-9);
    ck_assert_double_eq_tol(stage->draw.g, 1 - squares, 1e-9);
    ck_assert_double_gt(stage->options[stage->chosen].p, 0);
    if (stage->draw.how == WALK_WEIGHTED) {
        ck_assert_double_ge(stage->draw.alpha, 1.1 - 1e-9);
        ck_assert_double_le(stage->draw.alpha, 1.8 + 1e-9);
    }
}

/* What all that was learned comes to: no rebuild may change it, as long as nothing is cut at 0. */
static double total(const struct walk_graph *graph)
{
    size_t count = 0;
    const struct walk_edge *edges = walk_graph_edges(graph, &count);
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += edges[i].base - limits.base + edges[i].bonus - edges[i].penalty;
    return sum;
}

struct world {
    struct walk *walk;
    uint64_t state, stories, version;
    int64_t now_ms;
    double learned;
    size_t rebuilds, choices;
};

static void do_next(struct world *world)
{
    struct walk_candidate all[30] = {0};
    size_t count = 1 + below(&world->state, 30), at = 0;
    double both[2] = {chance(&world->state), chance(&world->state)};
    struct walk_told told;

    for (size_t i = 0; i < count; i++) {
        uint64_t story = ++world->stories;

        all[i] = (struct walk_candidate){
            .item = story, .story = story, .source = 1 + below(&world->state, 12)};
    }
    at = walk_pick(world->walk, all, count, both, world->now_ms, &told);
    check_stage(&told.source);
    check_stage(&told.story);
    ck_assert_uint_lt(at, count);
    ck_assert_uint_eq(told.source.options[told.source.chosen].id, all[at].source);
    ck_assert_uint_eq(told.story.options[told.story.chosen].id, all[at].story);
    walk_told_free(&told);
    walk_history_add(world->walk->history, &(struct walk_place){.item = all[at].item,
                                                                .story = all[at].story,
                                                                .source = all[at].source,
                                                                .from = world->walk->last});
    world->choices++;
}

static void do_learn(struct world *world)
{
    bool read = below(&world->state, 3) > 0, frozen = walk_history_frozen(world->walk->history);
    const struct walk_limits *chosen = walk_graph_limits(world->walk->graph);
    struct walk_touched touched;

    if (!walk_learn(world->walk, read ? WALK_READ : WALK_BLAMED, world->now_ms, &touched)) {
        ck_assert_uint_eq(touched.edge_count + touched.node_count, 0);
        return;
    }
    ck_assert(!frozen);
    world->learned += (read ? chosen->reward : -chosen->blame) * (double)touched.edge_count;
}

static void do_rebuild(struct world *world)
{
    struct walk *walk = world->walk;

    if (!walk->rebuild) {
        if (walk_graph_stale(walk->graph, world->now_ms))
            walk->rebuild = walk_rebuild_begin(walk->graph, world->now_ms);
        return;
    }
    if (!walk_rebuild_step(walk->rebuild, 7))
        return;
    walk_rebuild_swap(&walk->graph, &walk->rebuild, NULL);
    world->rebuilds++;
    ck_assert_uint_eq(walk_graph_version(walk->graph), ++world->version);
}

static void run(struct world *world, const struct walk_limits *chosen, size_t steps)
{
    world->walk = walk_create(chosen, 50);
    for (size_t i = 0; i < steps; i++) {
        world->now_ms += (int64_t)below(&world->state, 20000);
        switch (below(&world->state, 8)) {
        case 0:
        case 1:
            do_next(world);
            break;
        case 2:
        case 3:
            do_learn(world);
            break;
        case 4:
            walk_history_back(world->walk->history);
            break;
        case 5:
            walk_history_forward(world->walk->history);
            break;
        default:
            do_rebuild(world);
        }
    }
    ck_assert_uint_gt(world->rebuilds, 5);
    ck_assert_uint_gt(world->choices, 500);
}

/* Nothing is dropped, and nothing is cut at 0 (the blame is small): then all that was learned must
 * be there, whenever it was folded. */
START_TEST(all_together_lose_nothing)
{
    struct walk_limits wide = limits;
    struct world world = {.state = 88172645463325252U + (uint64_t)_i};

    wide.edges = 100000;
    wide.blame = 0.0001;
    wide.story_ms = INT64_MAX / 4;
    run(&world, &wide, 4000);
    ck_assert_double_gt(world.learned, 300);
    ck_assert_double_eq_tol(total(world.walk->graph), world.learned, 1e-6);
    walk_destroy(&world.walk);
}
END_TEST

/* A graph that is always full, harsh blame, short memory: weights and chances stay what they are.
 */
START_TEST(all_together_in_a_small_graph)
{
    struct walk_limits small = limits;
    struct world world = {.state = 7046029254386353131U + (uint64_t)_i};

    small.edges = 16;
    small.differences = 8;
    small.blame = 2;
    small.story_ms = 600000;
    run(&world, &small, 4000);
    walk_destroy(&world.walk);
}
END_TEST

/* --- a made-up reader ------------------------------------------------------------------------- */

enum { SOURCES = 20, LIKED = 3, UNREAD = 60, ROUNDS = 600, LAST = 200 };

/* New stories come faster than they are read: what is liked does not run out. */
static void flow(struct walk_candidate *unread, uint64_t *state, uint64_t *stories)
{
    for (size_t i = 0; i < UNREAD; i++) {
        uint64_t story = ++*stories;

        unread[i] = (struct walk_candidate){
            .item = story, .story = story, .source = 1 + below(state, SOURCES)};
    }
}

/* Likes sources 1 .. LIKED: reads nine in ten of these, and one in ten of the others, and passes
 * over the rest.  Gives which part of the last choices came from what is liked. */
static double simulate(uint64_t seed, bool learning)
{
    struct walk *walk = walk_create(&limits, 200);
    uint64_t state = seed, stories = 0;
    struct walk_candidate unread[UNREAD];
    int64_t now_ms = 0;
    size_t liked = 0;

    flow(unread, &state, &stories);
    for (size_t round = 0; round < ROUNDS; round++) {
        double both[2] = {chance(&state), chance(&state)};
        struct walk_told told;
        struct walk_touched touched;
        size_t at = walk_pick(walk, unread, UNREAD, both, now_ms, &told);
        bool likes = unread[at].source <= LIKED;
        bool read = chance(&state) < (likes ? .9 : .1);

        walk_told_free(&told);
        liked += likes && round >= ROUNDS - LAST;
        walk_history_add(walk->history, &(struct walk_place){.item = unread[at].item,
                                                             .story = unread[at].story,
                                                             .source = unread[at].source,
                                                             .from = walk->last});
        if (learning)
            walk_learn(walk, read ? WALK_READ : WALK_BLAMED, now_ms, &touched);
        if (!walk->rebuild && walk_graph_stale(walk->graph, now_ms))
            walk->rebuild = walk_rebuild_begin(walk->graph, now_ms);
        if (walk->rebuild && walk_rebuild_step(walk->rebuild, 100))
            walk_rebuild_swap(&walk->graph, &walk->rebuild, NULL);
        flow(unread, &state, &stories);
        now_ms += 60000;
    }
    walk_destroy(&walk);
    return (double)liked / LAST;
}

START_TEST(it_learns_what_a_reader_likes)
{
    double with = 0, without = 0;
    const int seeds = 8;

    for (int i = 1; i <= seeds; i++) {
        with += simulate(0x9e3779b97f4a7c15U * (uint64_t)i, true) / seeds;
        without += simulate(0x9e3779b97f4a7c15U * (uint64_t)i, false) / seeds;
    }
    printf("liked_with_learning=%.3f liked_without=%.3f share_of_sources=%.3f\n", with, without,
           (double)LIKED / SOURCES);
    /* Without learning a choice is as good as the sources are: 3 of 20. */
    ck_assert_double_lt(without, .25);
    ck_assert_double_gt(with, .6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("walk at random");
    TCase *tests = tcase_create("walk");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_loop_test(tests, all_together_lose_nothing, 0, 8);
    tcase_add_loop_test(tests, all_together_in_a_small_graph, 0, 8);
    tcase_add_test(tests, it_learns_what_a_reader_likes);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

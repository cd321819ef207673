/* What to read next: the formulas and the traps of REQUIREMENTS E. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "storer/walk.h"
#include "storer/walk_rebuild.h"

#define NEAR(a, b) ck_assert_double_eq_tol(a, b, 1e-9)

static const struct walk_limits limits = {.base = 1,
                                          .reward = 1,
                                          .blame = .25,
                                          .cooldown = 3,
                                          .cooldown_ms = 180000,
                                          .enough = 2,
                                          .edges = 1000,
                                          .differences = 50,
                                          .rebuild_ms = 3600000,
                                          .story_ms = 7 * 86400000LL};
enum { A = 10, B = 20, C = 30 }; /* nodes of sources */

static struct walk_graph *make(void)
{
    return walk_graph_create(&limits);
}

static void rebuild(struct walk_graph **graph, int64_t now_ms)
{
    struct walk_rebuild *running = walk_rebuild_begin(*graph, now_ms);

    walk_rebuild_swap(graph, &running, NULL);
    ck_assert_ptr_null(running);
}

/* --- weights ---------------------------------------------------------------------------------- */

START_TEST(a_weight_is_its_formula)
{
    struct walk_graph *graph = make();
    struct walk_weight w;

    NEAR(walk_graph_weigh(graph, A, B, 0).weight, 1); /* of what nothing is known */
    walk_graph_put_edge(graph, &(struct walk_edge){.from = A, .to = B, .base = 7});
    walk_graph_reward(graph, A, B, 1000);
    walk_graph_reward(graph, A, B, 1000);
    walk_graph_blame(graph, A, B, 1000);
    walk_graph_cool(graph, B, 1000);
    w = walk_graph_weigh(graph, A, B, 1000);
    NEAR(w.base, 7);
    NEAR(w.bonus, 2);
    NEAR(w.penalty, .25);
    NEAR(w.cooldown, 3);
    NEAR(w.weight, 7 + 2 - 3 - .25);
    w = walk_graph_weigh(graph, A, B, 1000 + 180000);
    NEAR(w.weight, 7 + 2 - 3 * exp(-1) - .25);
    w = walk_graph_weigh(graph, A, B, 1000 + 360000);
    NEAR(w.weight, 7 + 2 - 3 * exp(-2) - .25);
    walk_graph_destroy(&graph);
}
END_TEST

/* Trap: one that is left out where it is larger than the weight. */
START_TEST(a_cooldown_larger_than_the_weight_has_its_effect)
{
    struct walk_graph *graph = make();
    double raw[2], p[2];
    struct walk_draw draw;

    walk_graph_cool(graph, B, 0);
    NEAR(walk_graph_weigh(graph, A, B, 0).weight, 0);
    NEAR(walk_graph_weigh(graph, A, B, 0).raw, -2);
    ck_assert_double_lt(walk_graph_weigh(graph, A, B, 180000).weight, .01 + 1);
    raw[0] = walk_graph_weigh(graph, A, B, 0).raw;
    raw[1] = walk_graph_weigh(graph, A, C, 0).raw;
    for (double chance = 0; chance < 1; chance += .01)
        ck_assert_uint_eq(walk_choose(raw, 2, chance, p, &draw), 1);
    NEAR(p[0], 0);
    /* It fades: at 3 e^(-t/180) = 1 the weight is 0, and then it grows again. */
    NEAR(walk_graph_weigh(graph, A, B, (int64_t)(180000 * log(3)) - 1).weight, 0);
    ck_assert_double_gt(walk_graph_weigh(graph, A, B, (int64_t)(180000 * log(3)) + 100).weight, 0);
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(a_clock_set_back_makes_no_cooldown_larger)
{
    struct walk_graph *graph = make();

    walk_graph_cool(graph, B, 1000000);
    NEAR(walk_graph_weigh(graph, A, B, 0).cooldown, 3);
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(what_cannot_be_is_not_loaded)
{
    struct walk_graph *graph = make();

    walk_graph_put_edge(
        graph, &(struct walk_edge){.from = A, .to = B, .base = -4, .bonus = NAN, .penalty = -1});
    NEAR(walk_graph_weigh(graph, A, B, 0).weight, 0);
    ck_assert_uint_eq(walk_graph_differences(graph), 0);
    walk_graph_put_node(graph, &(struct walk_node){.node = B, .cooldown = INFINITY});
    NEAR(walk_graph_weigh(graph, A, B, 0).cooldown, 0);
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(a_node_without_data_falls_back_to_the_global_one)
{
    struct walk_graph *graph = make();

    ck_assert_uint_eq(walk_graph_from(graph, A), WALK_GLOBAL);
    walk_graph_reward(graph, A, B, 0);
    ck_assert_uint_eq(walk_graph_from(graph, A), WALK_GLOBAL); /* one is not enough */
    walk_graph_blame(graph, A, C, 0);
    ck_assert_uint_eq(walk_graph_from(graph, A), A);
    ck_assert_uint_eq(walk_graph_from(graph, B), WALK_GLOBAL);
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(a_full_graph_learns_nothing_new)
{
    struct walk_limits small = limits;
    struct walk_graph *graph = NULL;

    small.edges = 8;
    graph = walk_graph_create(&small);
    for (uint64_t i = 0; i < 16; i++)
        ck_assert_ptr_nonnull(walk_graph_reward(graph, A, 100 + i, (int64_t)i));
    ck_assert_ptr_null(walk_graph_reward(graph, A, 999, 0));
    ck_assert_ptr_nonnull(walk_graph_reward(graph, A, 100, 0)); /* what is there goes on */
    ck_assert_uint_eq(walk_graph_node(graph, A)->outcomes, 17);
    walk_graph_destroy(&graph);
}
END_TEST

/* --- the draw --------------------------------------------------------------------------------- */

START_TEST(alpha_follows_g)
{
    double p[4];
    struct walk_draw draw;

    /* Two with p = .5: G = .5, r = .6, alpha = 1.1 + .7 x .4. */
    walk_choose((double[]){3, 3}, 2, 0, p, &draw);
    ck_assert_int_eq(draw.how, WALK_WEIGHTED);
    NEAR(draw.g, .5);
    NEAR(draw.r, .6);
    NEAR(draw.alpha, 1.38);
    /* G = .18: below .35 alpha is at its largest. */
    walk_choose((double[]){9, 1}, 2, 0, p, &draw);
    NEAR(draw.g, .18);
    NEAR(draw.r, 0);
    NEAR(draw.alpha, 1.8);
    NEAR(p[0], .9);
    /* Three alike: G = 2/3: one of the top, by G between 5 and 30 %. */
    walk_choose((double[]){1, 1, 1}, 3, 0, p, &draw);
    ck_assert_int_eq(draw.how, WALK_TOP);
    NEAR(draw.g, 2. / 3);
    ck_assert_uint_eq(draw.top, 1);
    NEAR(draw.alpha, 0);
}
END_TEST

/* The chance of the first of two is p1^alpha / (p1^alpha + p2^alpha). */
START_TEST(a_weighted_draw_has_these_chances)
{
    double p[2], share = pow(.8, 1.8) / (pow(.8, 1.8) + pow(.2, 1.8));
    struct walk_draw draw;
    size_t first = 0;

    for (int i = 0; i < 10000; i++)
        first += walk_choose((double[]){4, 1}, 2, i / 10000., p, &draw) == 0;
    NEAR(draw.alpha, 1.1 + .7); /* G = .32 */
    ck_assert_double_eq_tol((double)first / 10000, share, 1e-3);
}
END_TEST

START_TEST(above_the_best_are_drawn_alike)
{
    enum { N = 100 };
    double raw[N], p[N];
    size_t drawn[N] = {0}, top = 0;
    struct walk_draw draw;

    for (int i = 0; i < N; i++)
        raw[i] = i < 40 ? 1 : 1.2; /* the better ones are not the first */
    for (int i = 0; i < 10000; i++)
        drawn[walk_choose(raw, N, i / 10000., p, &draw)]++;
    ck_assert_int_eq(draw.how, WALK_TOP);
    top = draw.top;
    NEAR((double)top, ceil(100 * (.05 + .25 * (draw.g - .6) / .4)));
    ck_assert_uint_ge(top, 29);
    for (size_t i = 0; i < N; i++) /* of equals the earlier ones */
        if (i >= 40 && i < 40 + top)
            ck_assert_double_eq_tol((double)drawn[i], 10000. / (double)top, 2);
        else
            ck_assert_uint_eq(drawn[i], 0);
}
END_TEST

START_TEST(the_top_has_nothing_without_a_chance)
{
    enum { N = 40 };
    double raw[N], p[N];
    struct walk_draw draw;

    for (int i = 0; i < N; i++)
        raw[i] = i < 3 ? 1 : -1;
    for (double chance = 0; chance < 1; chance += .001)
        ck_assert_uint_lt(walk_choose(raw, N, chance, p, &draw), 3);
}
END_TEST

START_TEST(where_all_weigh_nothing_the_least_bad_is_taken)
{
    double p[3];
    struct walk_draw draw;

    ck_assert_uint_eq(walk_choose((double[]){-2, -.5, -3}, 3, .9, p, &draw), 1);
    ck_assert_int_eq(draw.how, WALK_LEAST);
    NEAR(p[0] + p[1] + p[2], 0);
    ck_assert_uint_eq(walk_choose((double[]){-2}, 1, 0, p, &draw), 0);
}
END_TEST

/* --- rebuilding ------------------------------------------------------------------------------- */

/* Trap: the whole penalty, not what is left of it, nor a part. */
START_TEST(folding_subtracts_the_whole_penalty)
{
    struct walk_graph *graph = make();
    const struct walk_edge *edge = NULL;

    walk_graph_put_edge(graph, &(struct walk_edge){.from = A, .to = B, .base = 5});
    for (int i = 0; i < 6; i++)
        walk_graph_blame(graph, A, B, 1000);
    walk_graph_reward(graph, A, B, 1000);
    walk_graph_cool(graph, B, 1000);
    rebuild(&graph, 500000);
    edge = walk_graph_edge(graph, A, B);
    NEAR(edge->base, 5 + 1 - 6 * .25);
    NEAR(edge->bonus, 0);
    NEAR(edge->penalty, 0);
    /* The cool-down is none of the base's: it goes on fading. */
    NEAR(walk_graph_weigh(graph, A, B, 181000).cooldown, 3 * exp(-1));
    for (int i = 0; i < 40; i++)
        walk_graph_blame(graph, A, B, 2000);
    rebuild(&graph, 600000);
    NEAR(walk_graph_edge(graph, A, B)->base, 0);
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(the_version_counts_up)
{
    struct walk_graph *graph = make();

    walk_graph_stamp(graph, 41, 7);
    for (uint64_t i = 42; i < 50; i++) {
        rebuild(&graph, (int64_t)i);
        ck_assert_uint_eq(walk_graph_version(graph), i);
        ck_assert_int_eq(walk_graph_rebuilt_ms(graph), (int64_t)i);
    }
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(a_rebuild_is_due_after_fifty_or_an_hour)
{
    struct walk_graph *graph = make();

    walk_graph_stamp(graph, 1, 0);
    ck_assert(!walk_graph_stale(graph, 7200000)); /* nothing differs */
    for (uint64_t i = 0; i < 50; i++)
        walk_graph_reward(graph, A, 100 + i, 0);
    walk_graph_reward(graph, A, 100, 0); /* the same edge is no further one */
    ck_assert_uint_eq(walk_graph_differences(graph), 50);
    ck_assert(!walk_graph_stale(graph, 3599999));
    ck_assert(walk_graph_stale(graph, 3600000));
    walk_graph_blame(graph, A, 99, 0);
    ck_assert(walk_graph_stale(graph, 1));
    rebuild(&graph, 2);
    ck_assert_uint_eq(walk_graph_differences(graph), 0);
    ck_assert(!walk_graph_stale(graph, 7200000));
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(learning_goes_on_while_it_is_rebuilt)
{
    struct walk_graph *graph = make();
    struct walk_rebuild *running = NULL;

    walk_graph_reward(graph, A, B, 1);
    walk_graph_blame(graph, A, C, 1);
    running = walk_rebuild_begin(graph, 2);
    ck_assert(!walk_rebuild_step(running, 1));
    walk_graph_reward(graph, A, B, 3); /* already folded */
    walk_graph_blame(graph, A, C, 3);  /* not yet */
    walk_graph_reward(graph, B, C, 3); /* not there when it began */
    ck_assert(walk_rebuild_step(running, 1));
    walk_rebuild_swap(&graph, &running, NULL);
    NEAR(walk_graph_edge(graph, A, B)->base, 2);
    NEAR(walk_graph_edge(graph, A, B)->bonus, 1);
    NEAR(walk_graph_edge(graph, A, C)->base, .75);
    NEAR(walk_graph_edge(graph, A, C)->penalty, .25);
    NEAR(walk_graph_edge(graph, B, C)->bonus, 1);
    ck_assert_uint_eq(walk_graph_differences(graph), 3);
    ck_assert_uint_eq(walk_graph_node(graph, A)->outcomes, 4);
    walk_graph_destroy(&graph);
}
END_TEST

START_TEST(old_stories_and_the_oldest_edges_go)
{
    struct walk_limits small = limits;
    struct walk_graph *graph = NULL;
    size_t count = 0;

    small.edges = 10;
    graph = walk_graph_create(&small);
    walk_graph_reward(graph, A, walk_story(5), 1); /* old, and a story */
    walk_graph_reward(graph, A, B, 2);             /* old, and a source */
    rebuild(&graph, 2 + limits.story_ms);
    ck_assert_ptr_null(walk_graph_edge(graph, A, walk_story(5)));
    ck_assert_ptr_nonnull(walk_graph_edge(graph, A, B));
    for (uint64_t i = 0; i < 15; i++)
        walk_graph_reward(graph, C, 100 + 2 * i, limits.story_ms + (int64_t)i);
    rebuild(&graph, 20 + limits.story_ms);
    walk_graph_edges(graph, &count);
    ck_assert_uint_eq(count, 10);
    ck_assert_ptr_null(walk_graph_edge(graph, A, B));
    ck_assert_ptr_null(walk_graph_edge(graph, C, 100 + 8));
    ck_assert_ptr_nonnull(walk_graph_edge(graph, C, 100 + 10));
    ck_assert_ptr_null(walk_graph_node(graph, A)); /* it leads nowhere any more */
    ck_assert_ptr_nonnull(walk_graph_node(graph, C));
    walk_graph_destroy(&graph);
}
END_TEST

/* --- the history ------------------------------------------------------------------------------ */

static struct walk_place *given(struct walk *walk, uint64_t story, uint64_t source)
{
    return walk_history_add(
        walk->history,
        &(struct walk_place){.item = story, .story = story, .source = source, .from = walk->last});
}

START_TEST(back_and_forward_freeze_and_a_choice_unfreezes)
{
    struct walk *walk = walk_create(&limits, 10);
    struct walk_touched touched;

    ck_assert_ptr_null(walk_history_back(walk->history));
    ck_assert_ptr_null(walk_history_here(walk->history));
    given(walk, 1, 7);
    given(walk, 2, 8);
    given(walk, 3, 9);
    ck_assert(!walk_history_frozen(walk->history));
    ck_assert_uint_eq(walk_history_back(walk->history)->story, 2);
    ck_assert(walk_history_frozen(walk->history));
    ck_assert(!walk_learn(walk, WALK_READ, 5, &touched));
    ck_assert_uint_eq(touched.edge_count, 0);
    ck_assert_uint_eq(walk_history_forward(walk->history)->story, 3);
    ck_assert(!walk_learn(walk, WALK_READ, 5, &touched)); /* forward freezes as well */
    ck_assert_ptr_null(walk_history_forward(walk->history));
    walk_history_back(walk->history);
    walk_history_back(walk->history);
    ck_assert_ptr_null(walk_history_back(walk->history));
    ck_assert_uint_eq(walk_history_here(walk->history)->story, 1);
    given(walk, 4, 7); /* clears what was further on */
    ck_assert_uint_eq(walk_history_behind(walk->history), 0);
    ck_assert_uint_eq(walk_history_before(walk->history), 1);
    ck_assert(!walk_history_has(walk->history, 3));
    ck_assert(walk_learn(walk, WALK_READ, 5, &touched));
    walk_destroy(&walk);
}
END_TEST

START_TEST(a_history_is_bounded)
{
    struct walk *walk = walk_create(&limits, 3);

    for (uint64_t i = 1; i <= 5; i++)
        ck_assert_uint_eq(given(walk, i, 7)->number, i);
    ck_assert_uint_eq(walk_history_before(walk->history), 2);
    ck_assert(!walk_history_has(walk->history, 2));
    ck_assert_uint_eq(walk_history_first(walk->history), 3);
    ck_assert_uint_eq(walk_history_last(walk->history), 5);
    walk_history_stand(walk->history, 4, false);
    ck_assert_uint_eq(walk_history_here(walk->history)->story, 4);
    walk_history_forward(walk->history);
    ck_assert(walk_history_frozen(walk->history));
    walk_history_stand(walk->history, 4, true);
    ck_assert_uint_eq(given(walk, 6, 7)->number, 6); /* numbers never come twice */
    walk_destroy(&walk);
}
END_TEST

/* --- learning --------------------------------------------------------------------------------- */

START_TEST(reading_rewards_once_and_passing_over_may_still_be_read)
{
    struct walk *walk = walk_create(&limits, 10);
    struct walk_touched touched;

    given(walk, 1, 7);
    ck_assert(walk_learn(walk, WALK_READ, 5, &touched));
    ck_assert_uint_eq(touched.edge_count, 2); /* nothing was read before: global, story */
    ck_assert(!walk_learn(walk, WALK_READ, 5, &touched));
    ck_assert(!walk_learn(walk, WALK_BLAMED, 5, &touched));
    given(walk, 2, 8);
    ck_assert(walk_learn(walk, WALK_BLAMED, 6, &touched));
    ck_assert_uint_eq(touched.edge_count, 3);
    NEAR(walk_graph_weigh(walk->graph, walk_source(7), walk_source(8), 6).penalty, .25);
    NEAR(walk_graph_weigh(walk->graph, walk_source(7), walk_source(8), 6).cooldown, 3);
    NEAR(walk_graph_weigh(walk->graph, walk_source(8), walk_story(2), 6).cooldown, 3);
    NEAR(walk_graph_weigh(walk->graph, WALK_GLOBAL, walk_source(8), 6).penalty, .25);
    ck_assert_uint_eq(walk->last, 7); /* what was passed over is not where one comes from */
    ck_assert(walk_learn(walk, WALK_READ, 7, &touched));
    NEAR(walk_graph_weigh(walk->graph, walk_source(7), walk_source(8), 7).bonus, 1);
    ck_assert_uint_eq(walk->last, 8);
    walk_destroy(&walk);
}
END_TEST

START_TEST(a_node_that_leads_nowhere_falls_back)
{
    struct walk *walk = walk_create(&limits, 10);
    const struct walk_candidate all[] = {{1, 1, 7}, {2, 2, 8}};
    struct walk_told told;

    walk->last = 5;
    for (int i = 0; i < 5; i++) {
        walk_graph_blame(walk->graph, walk_source(5), walk_source(7), 0);
        walk_graph_blame(walk->graph, walk_source(5), walk_source(8), 0);
    }
    walk_pick(walk, all, 2, (double[]){0, 0}, 0, &told);
    ck_assert_uint_eq(told.source.from, WALK_GLOBAL);
    NEAR(told.source.options[0].p, .5);
    walk_told_free(&told);
    walk_graph_reward(walk->graph, walk_source(5), walk_source(8), 0);
    ck_assert_uint_eq(walk_pick(walk, all, 2, (double[]){0, 0}, 0, &told), 1);
    ck_assert_uint_eq(told.source.from, walk_source(5));
    walk_told_free(&told);
    walk_destroy(&walk);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        a_weight_is_its_formula,
        a_cooldown_larger_than_the_weight_has_its_effect,
        a_clock_set_back_makes_no_cooldown_larger,
        what_cannot_be_is_not_loaded,
        a_node_without_data_falls_back_to_the_global_one,
        a_full_graph_learns_nothing_new,
        alpha_follows_g,
        a_weighted_draw_has_these_chances,
        above_the_best_are_drawn_alike,
        the_top_has_nothing_without_a_chance,
        where_all_weigh_nothing_the_least_bad_is_taken,
        folding_subtracts_the_whole_penalty,
        the_version_counts_up,
        a_rebuild_is_due_after_fifty_or_an_hour,
        learning_goes_on_while_it_is_rebuilt,
        old_stories_and_the_oldest_edges_go,
        back_and_forward_freeze_and_a_choice_unfreezes,
        a_history_is_bounded,
        reading_rewards_once_and_passing_over_may_still_be_read,
        a_node_that_leads_nowhere_falls_back,
    };
    Suite *s = suite_create("walk");
    TCase *c = tcase_create("walk");

    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        tcase_add_test(c, tests[i]);
    suite_add_tcase(s, c);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    int failed = 0;

    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

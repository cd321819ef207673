/* What a deduper remembers, and what it forgets. */
#include "tests/common/world.h"

#include "common/judge.h"
#include "common/msg.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/index.h"
#include "deduper/memory.h"

enum { DIMS = 512, WINDOW_MS = 100000 };

#define MODEL "builtin-512-v1"

static struct memory *memory;
static int8_t vectors[8][DIMS]; /* unlike each other */

static void setup(void)
{
    for (int v = 0; v < 8; v++)
        for (int i = 0; i < DIMS; i++)
            vectors[v][i] = (int8_t)(i % 8 == v ? 100 : (i * 7 + v * 3) % 5 - 2);
    memory = memory_create(MODEL, WINDOW_MS, 1000, ENGINE_FLAT);
}

static void teardown(void)
{
    memory_destroy(&memory);
}

static struct msg_entry entry_of(uint64_t id, int vector, int64_t seen_ms)
{
    return (struct msg_entry){.sequence = id,
                              .id = id,
                              .story = id,
                              .time_ms = seen_ms,
                              .seen_ms = seen_ms,
                              .model = span_str(MODEL),
                              .vector = span_of(vectors[vector], DIMS),
                              .words = 100};
}

static bool apply(uint64_t id, int vector, int64_t seen_ms)
{
    struct msg_entry entry = entry_of(id, vector, seen_ms);

    return memory_apply(memory, &entry);
}

/* The nearest item; 0 where there is none. */
static uint64_t nearest(int vector)
{
    struct judge_candidate found[JUDGE_BEST];
    struct traits traits = {.dims = DIMS,
                            .vector = vectors[vector],
                            .norm = vec_norm(vectors[vector], DIMS),
                            .words = 100};
    size_t n = index_nearest(memory_index(memory), &traits, JUDGE_BEST, found);

    return n && found[0].cosine > .9f ? found[0].id : 0;
}

static uint64_t entries(void)
{
    struct index_counts counts;

    index_counts(memory_index(memory), &counts);
    return counts.entries;
}

START_TEST(remembers)
{
    ck_assert(apply(1, 0, 1000));
    ck_assert(apply(2, 1, 1000));
    ck_assert_uint_eq(entries(), 2);
    ck_assert_uint_eq(nearest(0), 1);
    ck_assert_uint_eq(nearest(1), 2);
    ck_assert_uint_eq(nearest(2), 0);
}
END_TEST

/* The same item again takes its own place. */
START_TEST(an_update_moves)
{
    apply(1, 0, 1000);
    apply(1, 3, 2000);
    ck_assert_uint_eq(entries(), 1);
    ck_assert_uint_eq(nearest(0), 0);
    ck_assert_uint_eq(nearest(3), 1);
}
END_TEST

START_TEST(tombstones)
{
    struct msg_entry gone = {.sequence = 3, .gone = 1, .id = 1};

    apply(1, 0, 1000);
    apply(2, 1, 1000);
    ck_assert(memory_apply(memory, &gone));
    ck_assert_uint_eq(nearest(0), 0);
    ck_assert_uint_eq(entries(), 1);
    gone.id = 99; /* unknown: nothing happens */
    ck_assert(memory_apply(memory, &gone));
    ck_assert_uint_eq(entries(), 1);
}
END_TEST

/* By when it was fetched, not by when it was published: a feed may bring what is years old. */
START_TEST(age)
{
    struct msg_entry old = entry_of(1, 0, 1000000);

    old.time_ms = 5; /* published long ago, fetched now */
    memory_apply(memory, &old);
    apply(2, 1, 1000000 + WINDOW_MS);
    ck_assert_uint_eq(nearest(0), 1);
    apply(3, 2, 1000000 + WINDOW_MS + 1);
    ck_assert_uint_eq(nearest(0), 0);
    ck_assert_uint_eq(nearest(1), 2);
    ck_assert_uint_eq(entries(), 2);
    ck_assert_int_eq(memory_oldest_ms(memory, 1000000), 1000000 - WINDOW_MS);
    ck_assert_int_eq(memory_oldest_ms(memory, 5), 0);
}
END_TEST

START_TEST(the_oldest_leave_when_it_is_full)
{
    struct index_counts counts;

    memory_destroy(&memory);
    memory = memory_create(MODEL, WINDOW_MS, 4, ENGINE_FLAT);
    for (uint64_t id = 1; id <= 6; id++)
        apply(id, (int)id, 1000 + (int64_t)id);
    index_counts(memory_index(memory), &counts);
    ck_assert_uint_eq(counts.entries, 4);
    ck_assert_uint_eq(counts.evicted, 2);
    ck_assert_uint_eq(nearest(1), 0);
    ck_assert_uint_eq(nearest(6), 6);
}
END_TEST

/* A vector of another model is not compared; the item is known by its keys alone. */
START_TEST(another_model)
{
    struct msg_entry entry = entry_of(1, 0, 1000);

    apply(2, 1, 1000);
    entry.model = span_str("other-512");
    ck_assert(memory_apply(memory, &entry));
    ck_assert_uint_eq(nearest(0), 0);
    ck_assert_uint_eq(entries(), 2);
}
END_TEST

/* Items without vectors came first: with the first vector the dimensions are known, and all has to
 * come again. */
START_TEST(dimensions_come_late)
{
    struct msg_entry bare = entry_of(1, 0, 1000);

    bare.vector = span_of(NULL, 0);
    ck_assert(memory_apply(memory, &bare));
    ck_assert(!apply(2, 1, 1000));
    memory_clear(memory);
    ck_assert(memory_apply(memory, &bare));
    ck_assert(apply(2, 1, 1000));
    ck_assert_uint_eq(entries(), 2);
    ck_assert_uint_eq(nearest(1), 2);
}
END_TEST

START_TEST(cleared)
{
    apply(1, 0, 1000);
    memory_clear(memory);
    ck_assert_uint_eq(entries(), 0);
    ck_assert_uint_eq(nearest(0), 0);
    ck_assert(apply(1, 0, 50)); /* older than before: the time is that of what is there */
    ck_assert_uint_eq(nearest(0), 1);
}
END_TEST

/* The ring of arrivals grows past its first size, and forgets in order. */
START_TEST(many)
{
    memory_destroy(&memory);
    memory = memory_create(MODEL, WINDOW_MS, 100000, ENGINE_FLAT);
    for (uint64_t id = 1; id <= 5000; id++)
        apply(id, (int)(id % 8), (int64_t)id * 50);
    ck_assert_uint_eq(entries(), 2001); /* seen within 100,000 ms of the last */
}
END_TEST

/* A late vector brings its item again, of another story. */
START_TEST(an_entry_may_move_to_another_story)
{
    struct judge_candidate found[JUDGE_BEST];
    struct msg_entry entry = entry_of(1, 0, 1000);
    struct traits traits = {
        .dims = DIMS, .vector = vectors[0], .norm = vec_norm(vectors[0], DIMS), .words = 100};

    entry.vector = (struct span){0};
    ck_assert(memory_apply(memory, &entry));
    apply(2, 0, 1000); /* the first vector: all would come again */
    ck_assert(memory_apply(memory, &entry));
    entry = entry_of(1, 0, 1000);
    entry.sequence = 3;
    entry.story = entry.copy_of = 2;
    ck_assert(memory_apply(memory, &entry));
    apply(2, 0, 1000);
    ck_assert_uint_eq(index_query(memory_index(memory), &traits, 1000, 0, 0, found), 2);
    ck_assert_uint_eq(found[0].id, 1);
    ck_assert_uint_eq(found[0].story, 2);
    ck_assert_uint_eq(found[0].copy_of, 2);
    /* It is not proposed to itself. */
    ck_assert_uint_eq(index_query(memory_index(memory), &traits, 1000, 0, 1, found), 1);
}
END_TEST

START_TEST(another_model_serves)
{
    struct msg_entry entry = entry_of(2, 1, 1000);

    apply(1, 0, 1000);
    apply(1, 0, 1000);
    ck_assert_uint_eq(nearest(0), 1);
    ck_assert(!memory_serve(memory, span_str(MODEL)));
    ck_assert(!memory_serve(memory, (struct span){0})); /* a storer that does not say */
    ck_assert_uint_eq(nearest(0), 1);
    ck_assert(memory_serve(memory, span_str("other")));
    ck_assert_str_eq(memory_model(memory), "other");
    ck_assert_uint_eq(nearest(0), 0);
    /* Vectors of the former one are not looked at any more, those of the new one are. */
    apply(1, 0, 1000);
    ck_assert_uint_eq(nearest(0), 0);
    entry.model = span_str("other");
    ck_assert(!memory_apply(memory, &entry)); /* its dimensions are known now: all again */
    apply(1, 0, 1000);
    memory_apply(memory, &entry);
    ck_assert_uint_eq(nearest(1), 2);
    ck_assert_uint_eq(nearest(0), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    TCase *all = tcase_create("memory");

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, remembers);
    tcase_add_test(all, an_update_moves);
    tcase_add_test(all, tombstones);
    tcase_add_test(all, age);
    tcase_add_test(all, the_oldest_leave_when_it_is_full);
    tcase_add_test(all, another_model);
    tcase_add_test(all, dimensions_come_late);
    tcase_add_test(all, cleared);
    tcase_add_test(all, many);
    tcase_add_test(all, an_entry_may_move_to_another_story);
    tcase_add_test(all, another_model_serves);
    suite_add_tcase(suite, all);
    return world_run(suite);
}

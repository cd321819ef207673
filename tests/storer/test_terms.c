/* The table of weighty words over the store's rows. */
#include "storer/terms.h"
#include "tests/storer/decide_world.h"

enum { ROOMS = 4 };

static struct world world;
static struct terms *terms;

static void setup(void)
{
    world_open(&world,
               &(struct decide_limits){.commits = 16, .items = 16, .words = 16, .centres = 4});
    terms = terms_create(world.db, ROOMS);
}

static void teardown(void)
{
    terms_destroy(&terms);
    world_close(&world);
}

/* An item whose words are `word` and the next ones, count of them. */
static struct world_item item_of(uint32_t word, size_t count)
{
    struct world_item item = {.mix = {1}, .count = count};

    for (uint32_t i = 0; i < count; i++)
        item.words[i] = word + i;
    return item;
}

static uint64_t put(uint32_t word, size_t count)
{
    struct world_item item = item_of(word, count);

    return world_put(&world, &item);
}

static void expect(uint64_t id, uint32_t word, size_t count)
{
    struct traits traits = terms_of(terms, id);

    ck_assert_uint_eq(traits.term_count, count);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *term = traits.terms + (size_t)TRAITS_TERM * i;

        ck_assert_uint_eq((uint32_t)term[2] | (uint32_t)term[3] << 8, word + i);
        ck_assert_uint_eq(term[4], 1);
        ck_assert_uint_eq(term[5], WORLD_IDF);
    }
}

static void learn(uint64_t id, uint32_t word, size_t count)
{
    struct world_item item = item_of(word, count);
    struct msg_vector vector = world_vector(&world, &item);
    struct traits traits = {.terms = (const uint8_t *)vector.terms.p,
                            .term_count = (uint32_t)count};

    terms_learn(terms, id, &traits);
}

START_TEST(what_is_not_held_is_read)
{
    for (uint32_t i = 1; i <= 3 * ROOMS; i++)
        put(100 * i, i);
    for (int times = 0; times < 2; times++) {
        for (uint32_t i = 1; i <= 3 * ROOMS; i++)
            expect(i, 100 * i, i);
        for (uint32_t i = 3 * ROOMS; i >= 1; i--)
            expect(i, 100 * i, i);
    }
    expect(999, 0, 0);
    ck_assert_int_eq(db_error(world.db), DB_OK);
}
END_TEST

START_TEST(held_are_the_latest)
{
    for (uint32_t i = 1; i <= 3 * ROOMS; i++)
        put(100 * i, 2);
    for (uint32_t i = 1; i <= 3 * ROOMS; i++)
        expect(i, 100 * i, 2);
    for (uint32_t i = 1; i <= ROOMS; i++) /* older ones drive nothing out */
        expect(i, 100 * i, 2);
    db_rollback(world.db); /* from here on no row is there */
    for (uint32_t i = 1; i <= 3 * ROOMS; i++)
        expect(i, 100 * i, i > 2 * ROOMS ? 2 : 0);
    terms_clear(terms);
    expect(3 * ROOMS, 0, 0);
}
END_TEST

START_TEST(may_become_smaller)
{
    for (uint32_t i = 1; i <= ROOMS; i++)
        put(100 * i, 2);
    for (size_t most = ROOMS; most > 0; most /= 2) {
        terms_resize(terms, most);
        for (uint32_t i = 1; i <= ROOMS; i++)
            expect(i, 100 * i, 2);
    }
    terms_resize(terms, 0);
    expect(1, 100, 2);
}
END_TEST

START_TEST(what_is_learnt_is_held)
{
    learn(5, 300, 3); /* there is no row of it */
    expect(5, 300, 3);
    learn(5, 400, 2); /* another text */
    expect(5, 400, 2);
    learn(5, 0, 0);
    expect(5, 0, 0);
    learn(5 + ROOMS, 500, 1); /* the same room */
    expect(5 + ROOMS, 500, 1);
    expect(5, 0, 0);
    expect(5 + ROOMS, 500, 1);
}
END_TEST

/* What is older than the item that has its room is read each time: it may have changed. */
START_TEST(the_room_of_a_later_one_is_left_alone)
{
    struct world_item changed = item_of(900, 4);

    put(100, 2);
    for (uint32_t i = 2; i <= ROOMS; i++)
        put(1, 1);
    put(200, 3); /* in the room of the first */
    expect(1 + ROOMS, 200, 3);
    expect(1, 100, 2);
    world_update(&world, 1, &changed);
    learn(1, 900, 4);
    expect(1, 900, 4);
    expect(1 + ROOMS, 200, 3);
}
END_TEST

START_TEST(an_older_one_drives_nothing_out)
{
    learn(5 + ROOMS, 500, 1); /* there are no rows */
    learn(5, 300, 3);
    expect(5 + ROOMS, 500, 1);
    expect(5, 0, 0);
    expect(5 + ROOMS, 500, 1);
}
END_TEST

START_TEST(as_many_as_there_are)
{
    static uint8_t bytes[TRAITS_TERMS_MAX * TRAITS_TERM];
    struct traits full = {.terms = bytes, .term_count = TRAITS_TERMS_MAX}, got;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    terms_learn(terms, 3, &full);
    got = terms_of(terms, 3);
    ck_assert_uint_eq(got.term_count, TRAITS_TERMS_MAX);
    ck_assert_mem_eq(got.terms, bytes, sizeof(bytes));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("terms");
    TCase *tcase = tcase_create("terms");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_not_held_is_read);
    tcase_add_test(tcase, held_are_the_latest);
    tcase_add_test(tcase, may_become_smaller);
    tcase_add_test(tcase, what_is_learnt_is_held);
    tcase_add_test(tcase, the_room_of_a_later_one_is_left_alone);
    tcase_add_test(tcase, an_older_one_drives_nothing_out);
    tcase_add_test(tcase, as_many_as_there_are);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

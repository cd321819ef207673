/* Items that are deleted: what stays of them, what becomes of their stories and copies, and that
 * judging goes on as if a storer had just been started. */
#include "tests/storer/decide_world.h"

#include "storer/db_forget.h"
#include "storer/db_mark.h"
#include "storer/forget.h"

static const struct decide_limits sizes[] = {
    {.commits = 1024, .items = 1024, .words = 1024, .centres = 1024},
    {.commits = 4, .items = 2, .words = 2, .centres = 1},
};

static const struct world_item lone = {.mix = {1, .2}, .url = 1};
static const struct world_item near_lone = {.mix = {1, .25}};
static const struct world_item stranger = {.mix = {0, 0, 0, 1}};

static struct world world;

static void setup(void)
{
    world_open(&world, &sizes[0]);
}

static void close_world(struct world *of)
{
    batch_free(&of->writer);
    world_close(of);
}

static void teardown(void)
{
    close_world(&world);
}

/* The writer gives the sequence. */
static bool forget(struct world *of, uint64_t id)
{
    bool found = false;

    of->writer.meta.head = of->head;
    found = forget_item(&of->writer, id);
    of->head = of->writer.meta.head;
    ck_assert_int_eq(db_error(of->db), DB_OK);
    return found;
}

static int64_t number(const char *sql)
{
    return world_number(&world, sql);
}

static uint64_t put(struct world_item item, uint64_t source)
{
    item.source = source;
    return world_put(&world, &item);
}

START_TEST(test_nothing_of_it_stays_but_its_key)
{
    uint64_t a = put(lone, 1), b = put(stranger, 2);

    db_mark_put(world.db, MARK_STARRED, a, 1, true);
    ck_assert(forget(&world, a));
    ck_assert(!forget(&world, a));
    ck_assert(!forget(&world, 999));
    ck_assert_int_eq(number("SELECT count (*) FROM item"), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM vector"), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM story"), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM item_fts WHERE item_fts MATCH 'g1'"), 0);
    ck_assert_int_eq(number("SELECT count (*) FROM item_fts WHERE item_fts MATCH 'g2'"), 1);
    ck_assert_int_eq(number("SELECT count (*) FROM mark"), 0);
    ck_assert_int_eq(number("SELECT sequence FROM tombstone WHERE item = 1"), 3);
    ck_assert_int_eq(number("SELECT source FROM forgotten WHERE revision = 1"), 1);
    ck_assert_uint_eq(world.writer.meta.gone, 1);
    ck_assert_uint_eq(world.writer.batch.entry_count, 1);
    ck_assert_uint_eq(world.writer.batch.entries[0].gone, 1);
    ck_assert_uint_eq(world.writer.batch.entries[0].id, a);
    ck_assert_uint_eq(world.writer.batch.entries[0].sequence, 3);
    ck_assert_uint_eq(world_place(&world, b).story, b);
    world_verify(&world);
}
END_TEST

START_TEST(test_another_leads)
{
    uint64_t a = put(lone, 1), b = put(near_lone, 2), c = put(near_lone, 2);

    ck_assert_uint_eq(world_place(&world, c).story, a);
    ck_assert(forget(&world, a));
    ck_assert_int_eq(number("SELECT lead FROM story WHERE id = 1"), (int64_t)b);
    ck_assert_int_eq(number("SELECT items * 100 + copies * 10 + sources FROM story"), 201);
    world_verify(&world);
    /* What resembles those that are left finds them under the name of the story. */
    ck_assert_uint_eq(world_place(&world, put(near_lone, 3)).story, a);
    ck_assert(forget(&world, c));
    ck_assert_int_eq(number("SELECT lead FROM story WHERE id = 1"), (int64_t)b);
    world_verify(&world);
}
END_TEST

START_TEST(test_the_first_copy_takes_the_place)
{
    uint64_t a = put(lone, 1), b = put(lone, 2), c = put(lone, 3);

    ck_assert_uint_eq(world_place(&world, c).copy_of, a);
    ck_assert(forget(&world, a));
    ck_assert_uint_eq(world_place(&world, b).copy_of, 0);
    ck_assert_uint_eq(world_place(&world, c).copy_of, b);
    ck_assert_int_eq(number("SELECT lead FROM story"), (int64_t)b);
    world_verify(&world);
    /* A further copy is one of that. */
    ck_assert_uint_eq(world_place(&world, put(lone, 4)).copy_of, b);
    ck_assert(forget(&world, c));
    ck_assert(forget(&world, b));
    world_verify(&world);
    ck_assert_int_eq(number("SELECT count (*) FROM item WHERE copy_of = 0"), 1);
}
END_TEST

START_TEST(test_what_went_is_no_candidate)
{
    uint64_t a = put(lone, 1);

    ck_assert(forget(&world, a));
    /* The proposal names it still. */
    ck_assert_uint_eq(world_place(&world, put(near_lone, 2)).story, 3);
    world_verify(&world);
}
END_TEST

/* --- keys that stay known --------------------------------------------------------------------- */

static struct span key_of(uint64_t id, uint64_t source, struct hash_key *key)
{
    char guid[32];

    snprintf(guid, sizeof(guid), "g%llu", (unsigned long long)id);
    *key = hash_key(source, guid, strlen(guid));
    return span_of(key->bytes, sizeof(key->bytes));
}

START_TEST(test_it_is_known_until_its_feed_shows_it_no_longer)
{
    struct hash_key key, other;
    struct span span = key_of(put(lone, 1), 1, &key), none = {0};
    struct buf known = {0};
    const int64_t late = INT64_MAX / 2;

    key_of(2, 1, &other);
    ck_assert(!db_forgotten_seen(world.db, span, 1, 1));
    ck_assert(forget(&world, 1));
    ck_assert(db_forgotten_seen(world.db, span, 2, 1000)); /* in another revision */
    ck_assert(!db_forgotten_seen(world.db, span_of(other.bytes, 16), 1, 1000));
    db_forgotten_known(world.db, 1, 1000, 10, &known);
    ck_assert_uint_eq(known.len, 24);
    ck_assert_mem_eq(known.data, key.bytes, 16);
    ck_assert_uint_eq(msg_get_u64(known.data + 16), 2);
    buf_clear(&known);
    db_forgotten_known(world.db, 1, 1001, 10, &known);
    db_forgotten_known(world.db, 2, 0, 10, &known);
    ck_assert_uint_eq(known.len, 0);
    buf_free(&known);
    ck_assert(!db_forgotten_due(world.db, 1, 1000));
    ck_assert(db_forgotten_due(world.db, 1, 1001));
    ck_assert(!db_forgotten_due(world.db, 2, late));
    /* Read too soon; read, and shown; missed once; shown again; missed twice. */
    ck_assert_uint_eq(db_forgotten_read(world.db, 1, 1000, none, 10), 0);
    ck_assert_uint_eq(db_forgotten_read(world.db, 1, late, span, 10), 0);
    ck_assert_uint_eq(db_forgotten_read(world.db, 1, late, none, 10), 0);
    ck_assert(db_forgotten_seen(world.db, span, 2, 2000));
    ck_assert_uint_eq(db_forgotten_read(world.db, 1, late, none, 10), 0);
    ck_assert_uint_eq(db_forgotten_read(world.db, 1, late, none, 10), 1);
    ck_assert(!db_forgotten_seen(world.db, span, 2, 3000));
}
END_TEST

/* --- at random -------------------------------------------------------------------------------- */

enum { ROUNDS = 20, PUTS = 6, DELETES = 4, SOURCES = 3 };

/* What the store should say of an item. */
struct reference {
    uint64_t source, copy_of;
    bool there, starred;
};

static struct world_item random_item(uint64_t *state)
{
    struct world_item item = {.source = world_chance(state) % SOURCES + 1};

    item.mix[world_chance(state) % WORLD_WAYS] = 1;
    item.mix[world_chance(state) % WORLD_WAYS] += .3;
    if (world_chance(state) % 3 == 0)
        item.url = world_chance(state) % 5 + 1;
    return item;
}

static void note_forgotten(struct reference *all, uint64_t most, uint64_t id)
{
    uint64_t first = 0;

    all[id].there = all[id].starred = false;
    for (uint64_t i = 1; i <= most; i++) {
        if (!all[i].there || all[i].copy_of != id)
            continue;
        all[i].copy_of = first;
        first = first ? first : i;
    }
}

static void compare(struct world *of, struct reference *all, uint64_t most)
{
    for (uint64_t id = 1; id <= most; id++) {
        struct world_place place = {0};
        bool there = db_traits_of(of->db, id, world_take_place, &place);

        ck_assert_msg(there == all[id].there, "item %d", (int)id);
        if (there)
            ck_assert_uint_eq(place.copy_of, all[id].copy_of);
        ck_assert(db_mark_has(of->db, MARK_STARRED, id) == all[id].starred);
    }
    world_verify(of);
    ck_assert_int_eq(
        world_number(of, "SELECT count (*) FROM source_count c WHERE c.items <> (SELECT count (*)"
                         " FROM item WHERE source = c.source)"),
        0);
}

/* Two stores take the same items and lose the same; one is started anew again and again.  They must
 * say the same of everything, and what a reference says that only counts. */
START_TEST(test_random)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)_i, most = 0, forgotten = 0;
    struct reference all[WORLD_ITEMS * 2] = {0};
    struct world other;

    world_open(&other, &sizes[1]);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < PUTS; i++) {
            struct world_item item = random_item(&state);
            uint64_t id = world_put(&world, &item);

            ck_assert_uint_eq(world_put(&other, &item), id);
            most = id;
            all[id] = (struct reference){item.source, world_place(&world, id).copy_of, true,
                                         world_chance(&state) % 4 == 0};
            if (all[id].starred) {
                db_mark_put(world.db, MARK_STARRED, id, item.source, true);
                db_mark_put(other.db, MARK_STARRED, id, item.source, true);
            }
        }
        for (int i = 0; i < DELETES; i++) {
            uint64_t id = world_chance(&state) % most + 1;

            ck_assert(forget(&world, id) == all[id].there);
            ck_assert(forget(&other, id) == all[id].there);
            forgotten += all[id].there;
            if (all[id].there)
                note_forgotten(all, most, id);
        }
        compare(&world, all, most);
        world_restart(&other);
        for (uint64_t id = 1; id <= most; id++)
            if (all[id].there)
                ck_assert_uint_eq(world_place(&world, id).story, world_place(&other, id).story);
    }
    compare(&other, all, most);
    ck_assert_uint_gt(forgotten, ROUNDS);
    ck_assert_int_eq(number("SELECT count (*) FROM tombstone"), (int64_t)forgotten);
    ck_assert_int_eq(number("SELECT count (*) FROM forgotten"), (int64_t)forgotten);
    ck_assert_int_gt(number("SELECT count (*) FROM item WHERE copy_of > 0"), 0);
    close_world(&other);
}
END_TEST

/* Many at once give what one after another gives. */
START_TEST(test_many_at_once)
{
    uint64_t state = 77, ids[90], bytes = 0;
    size_t count = 0;

    for (int i = 0; i < 90; i++) {
        struct world_item item = random_item(&state);
        uint64_t id = world_put(&world, &item);

        if (id % 3)
            ids[count++] = id;
    }
    world.writer.meta.head = world.head;
    ck_assert_uint_eq(forget_items(&world.writer, ids, count, 0, &bytes), 1); /* no time is left */
    ck_assert_uint_eq(forget_items(&world.writer, ids, count, INT64_MAX, &bytes), count);
    world.head = world.writer.meta.head;
    ck_assert_int_eq(number("SELECT count (*) FROM item"), (int64_t)(90 - count));
    ck_assert_uint_gt(bytes, 0);
    world_verify(&world);
    for (int i = 0; i < 9; i++) {
        struct world_item item = random_item(&state);

        world_put(&world, &item);
    }
    world_verify(&world);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("forget");
    TCase *tests = tcase_create("forget");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_nothing_of_it_stays_but_its_key);
    tcase_add_test(tests, test_another_leads);
    tcase_add_test(tests, test_the_first_copy_takes_the_place);
    tcase_add_test(tests, test_what_went_is_no_candidate);
    tcase_add_test(tests, test_it_is_known_until_its_feed_shows_it_no_longer);
    tcase_add_loop_test(tests, test_random, 0, 2);
    tcase_add_test(tests, test_many_at_once);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

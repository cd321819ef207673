/* What the storer takes from a proposal, and what it looks up itself. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/hash.h"
#include "common/judge.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/db.h"
#include "storer/db_item.h"
#include "storer/decide.h"
#include "storer/memory.h"
#include "storer/places.h"

enum { EPOCH = 7, MEMORY = 4, WINDOW_MS = 1000000, SEEN_MS = 5000000, DIMS = 64 };
#define MODEL "builtin-512-v1"

static char dir[] = "/tmp/weir-decide-XXXXXX";
static struct db *db;
static struct decide *decide;
static struct places *places; /* learns the same */
static uint64_t head;
static int8_t vector[DIMS];

static struct decide *new_decide(size_t items)
{
    struct decide *made = decide_create(
        db, &(struct decide_limits){
                .commits = MEMORY, .items = items, .centres = 16, .window_ms = WINDOW_MS});

    decide_load(made);
    return made;
}

static void setup(void)
{
    struct buf why = {0};
    enum db_error error = DB_OK;
    char *path = NULL;

    strcpy(dir + strlen(dir) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    path = mem_printf("%s/weir.db", dir);
    db = db_open(path, 1000, &error, &why);
    ck_assert_ptr_nonnull(db);
    free(path);
    db_begin(db);
    head = 0;
    decide = new_decide(1024);
    places = places_create(db, 1024);
}

static void teardown(void)
{
    char *command = mem_printf("rm -rf %s", dir);

    decide_destroy(&decide);
    places_destroy(&places);
    db_close(&db);
    ck_assert_int_eq(system(command), 0);
    free(command);
}

/* Vectors of different directions have nothing in common. */
static struct msg_vector vector_to(unsigned direction)
{
    memset(vector, 0, sizeof(vector));
    vector[direction % DIMS] = 127;
    return (struct msg_vector){
        .model = span_str(MODEL), .vector = span_of(vector, sizeof(vector)), .words = 100};
}

static void learn(const struct db_item *row, const struct msg_vector *v, bool fresh)
{
    struct memory_item at = {.id = row->id,
                             .sequence = head,
                             .story = row->story,
                             .copy_of = row->copy_of,
                             .time_ms = row->time_ms,
                             .seen_ms = row->seen_ms};

    decide_learn(decide, &at, fresh, v);
    places_learn(places, &at, fresh);
}

/* An item that is stored as the storer does it; its id. */
static uint64_t store_as(unsigned direction, uint64_t story, uint64_t copy_of, int64_t seen_ms)
{
    struct msg_vector v = vector_to(direction);
    struct msg_item item = {.guid = span_str("g")};
    struct db_item row = {.id = ++head, .copy_of = copy_of, .time_ms = seen_ms, .seen_ms = seen_ms};
    struct hash_key key = hash_key(1, &row.id, sizeof(row.id));

    row.story = story ? story : row.id;
    if (story)
        db_story_join(db, story, 1, copy_of != 0, row.time_ms);
    else
        db_story_add(db, row.id, row.time_ms);
    db_item_add(db, &row, 1, span_of(key.bytes, sizeof(key.bytes)), &item);
    db_vector_add(db, row.id, head, &v);
    learn(&row, &v, true);
    ck_assert_int_eq(db_error(db), DB_OK);
    return row.id;
}

static uint64_t store_at(unsigned direction, uint64_t story, int64_t seen_ms)
{
    return store_as(direction, story, 0, seen_ms);
}

static void copy(uint64_t original)
{
    store_as(1, original, original, SEEN_MS);
}

static uint64_t store(unsigned direction)
{
    return store_at(direction, 0, SEEN_MS);
}

/* So many that nothing before them is in memory. */
static void store_more(void)
{
    for (unsigned i = 0; i < MEMORY; i++)
        store(40 + i);
}

/* It joins another story, as an item whose vector came late may. */
static void move(uint64_t id, uint64_t story, unsigned direction)
{
    struct msg_vector v = vector_to(direction);
    struct db_item row = {.id = id, .story = story, .time_ms = SEEN_MS, .seen_ms = SEEN_MS};

    db_item_join(db, &row, 1, id);
    db_vector_put(db, id, ++head, &v);
    learn(&row, &v, false);
}

struct asked {
    unsigned direction;
    uint64_t candidate, as_of, epoch, self;
    double cosine;
    const char *model;
    int64_t time_ms, seen_ms;
};

/* The verdict where one candidate is proposed, with this cosine and nothing else. */
static struct judge_verdict ask(struct asked a)
{
    struct msg_vector v = vector_to(a.direction);
    struct msg_candidate candidate = {.id = a.candidate, .cosine = a.cosine, .flags = JUDGE_NEAR};
    struct msg_verdict verdict = {.epoch = a.epoch ? a.epoch : EPOCH,
                                  .as_of = a.as_of ? a.as_of : head,
                                  .model = span_str(a.model ? a.model : MODEL),
                                  .candidates = {&candidate, 1}};
    int64_t seen_ms = a.seen_ms ? a.seen_ms : SEEN_MS;
    struct judge_verdict out;

    decide_item(decide, a.self, &v, a.time_ms ? a.time_ms : seen_ms, seen_ms, EPOCH, &verdict,
                &out);
    return out;
}

/* --- whose figures hold ------------------------------------------------------------------------
 */

START_TEST(figures_of_the_deduper_are_taken)
{
    uint64_t id = store(1);

    store_more();
    /* The rows say that they are strangers, and the other way round. */
    ck_assert_uint_eq(ask((struct asked){.direction = 2, .candidate = id, .cosine = .9}).story, id);
    ck_assert_uint_eq(ask((struct asked){.direction = 1, .candidate = id, .cosine = .1}).story, 0);
}
END_TEST

START_TEST(also_while_the_candidate_is_in_memory)
{
    uint64_t id = store(1);

    ck_assert_uint_eq(ask((struct asked){.direction = 2, .candidate = id, .cosine = .9}).story, id);
}
END_TEST

START_TEST(another_model_is_scored_anew)
{
    uint64_t id = store(1);

    store_more();
    for (int same = 0; same < 2; same++) {
        struct asked asked = {.direction = same ? 1 : 2,
                              .candidate = id,
                              .cosine = same ? .1 : .9,
                              .model = "another"};

        ck_assert_uint_eq(ask(asked).story, same ? id : 0);
    }
}
END_TEST

START_TEST(figures_that_cannot_be_are_scored_anew)
{
    static const double no[] = {NAN, INFINITY, -INFINITY, 1.1, -7};
    uint64_t id = store(1);

    store_more();
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        ck_assert_uint_eq(
            ask((struct asked){.direction = 2, .candidate = id, .cosine = no[i]}).story, 0);
        ck_assert_uint_eq(
            ask((struct asked){.direction = 1, .candidate = id, .cosine = no[i]}).story, id);
    }
}
END_TEST

/* After too many rounds it is judged though memory does not reach back. */
START_TEST(a_proposal_that_is_too_old_is_scored_anew)
{
    uint64_t id = store(1), as_of = head;
    struct msg_verdict verdict = {.epoch = EPOCH, .as_of = as_of};

    store_more();
    ck_assert(decide_covers(decide, EPOCH, &verdict));
    store(50);
    ck_assert(!decide_covers(decide, EPOCH, &verdict));
    ck_assert_uint_eq(
        ask((struct asked){.direction = 2, .candidate = id, .as_of = as_of, .cosine = .9}).story,
        0);
    ck_assert_uint_eq(
        ask((struct asked){.direction = 1, .candidate = id, .as_of = as_of, .cosine = .1}).story,
        id);
}
END_TEST

START_TEST(another_epoch_proposes_nothing)
{
    uint64_t id = store(1);

    store_more();
    ck_assert_uint_eq(
        ask((struct asked){.direction = 1, .candidate = id, .epoch = 8, .cosine = .9}).story, 0);
}
END_TEST

/* --- what has changed since --------------------------------------------------------------------
 */

START_TEST(a_candidate_that_changed_is_covered_by_memory)
{
    uint64_t other = store(3), id = store(1), as_of = head;
    struct msg_candidate candidate = {.id = id};
    struct msg_verdict verdict = {.epoch = EPOCH, .as_of = as_of, .candidates = {&candidate, 1}};

    move(id, other, 2);
    ck_assert(!decide_covers(decide, EPOCH, &verdict));
    /* Judged all the same: by its new vector. */
    ck_assert_uint_eq(
        ask((struct asked){.direction = 1, .candidate = id, .as_of = as_of, .cosine = .9}).story,
        0);
    ck_assert_uint_eq(
        ask((struct asked){.direction = 2, .candidate = id, .as_of = as_of, .cosine = .1}).story,
        other);
}
END_TEST

START_TEST(the_present_story_is_joined)
{
    uint64_t other = store(3), id = store(1);

    move(id, other, 1);
    store_more();
    ck_assert_uint_eq(ask((struct asked){.direction = 1, .candidate = id, .cosine = .9}).story,
                      other);
}
END_TEST

START_TEST(an_unknown_candidate_is_passed_over)
{
    store(1);
    ck_assert_uint_eq(ask((struct asked){.direction = 1, .candidate = 99, .cosine = .9}).story, 0);
    ck_assert_uint_eq(ask((struct asked){.direction = 1, .candidate = 0, .cosine = .9}).story, 0);
    ck_assert_int_eq(db_error(db), DB_OK);
}
END_TEST

START_TEST(an_item_is_not_compared_with_itself)
{
    uint64_t id = store(1);

    ck_assert_uint_eq(
        ask((struct asked){.direction = 1, .candidate = id, .cosine = .9, .self = id}).story, 0);
}
END_TEST

START_TEST(what_left_the_window_is_no_candidate)
{
    uint64_t old = store_at(1, 0, SEEN_MS - WINDOW_MS - 1),
             id = store_at(2, 0, SEEN_MS - WINDOW_MS);

    store_more();
    ck_assert_uint_eq(ask((struct asked){.direction = 5, .candidate = old, .cosine = .9}).story, 0);
    ck_assert_uint_eq(ask((struct asked){.direction = 5, .candidate = id, .cosine = .9}).story, id);
    /* By what they say they are near, but an index may have forgotten the one. */
    ck_assert_uint_eq(
        ask((struct asked){
                .direction = 5, .candidate = old, .cosine = .9, .time_ms = SEEN_MS - WINDOW_MS / 2})
            .story,
        0);
    /* Seen later, it is too far away as well. */
    ck_assert_uint_eq(
        ask((struct asked){.direction = 5, .candidate = id, .cosine = .9, .seen_ms = SEEN_MS + 1})
            .story,
        0);
}
END_TEST

/* --- the table of places -----------------------------------------------------------------------
 */

START_TEST(the_same_after_a_restart)
{
    uint64_t other = store(3), id = store(1);
    struct asked asked = {.direction = 1, .candidate = id, .cosine = .9};

    move(id, other, 1);
    store_more();
    for (int loaded = 0; loaded < 2; loaded++) {
        decide_destroy(&decide);
        decide = new_decide(1024);
        while (loaded && decide_load_more(decide))
            ;
        ck_assert_uint_eq(ask(asked).story, other);
    }
}
END_TEST

/* What was learnt of a transaction that failed is forgotten. */
START_TEST(the_same_after_a_rollback)
{
    uint64_t other = store(3), id = store(1);

    store_more();
    ck_assert_int_eq(db_commit(db), true);
    db_begin(db);
    move(id, other, 1);
    store_more();
    db_rollback(db);
    decide_load(decide);
    head -= MEMORY + 1;
    ck_assert_uint_eq(ask((struct asked){.direction = 5, .candidate = id, .cosine = .9}).story, id);
}
END_TEST

static void has_more(uint64_t story, bool more)
{
    struct places *fresh = places_create(db, 1024), *none = places_create(db, 1);

    ck_assert_int_eq(places_have_more(places, story), more); /* as it has learnt */
    ck_assert_int_eq(places_have_more(fresh, story), more);  /* as it is read */
    while (places_load(fresh, 0))
        ;
    ck_assert_int_eq(places_have_more(fresh, story), more);
    ck_assert_int_eq(places_have_more(none, story), more);
    places_destroy(&fresh);
    places_destroy(&none);
}

/* Only a story with more originals than one has a centre. */
START_TEST(originals_are_counted)
{
    uint64_t id = store(1), joined = store(4), copied = store(5);

    has_more(id, false);
    store_at(2, id, SEEN_MS);
    has_more(id, true);
    has_more(joined, false);
    move(store(2), joined, 2);
    has_more(joined, true);
    has_more(copied, false);
    copy(copied);
    has_more(copied, false);
    has_more(99, false);
    ck_assert_int_eq(db_error(db), DB_OK);
}
END_TEST

START_TEST(a_small_table_keeps_the_latest)
{
    struct places *small = places_create(db, 4);

    for (unsigned i = 0; i < 10; i++)
        store(i);
    while (places_load(small, 0))
        ;
    for (uint64_t id = 10; id > 0; id--) {
        const struct place *place = places_of(small, id);

        ck_assert_uint_eq(place ? place->id : 0, id);
        ck_assert_uint_eq(place->story, id);
    }
    /* Held are those of the last four ids: only these are found after their rows are gone. */
    db_rollback(db);
    for (uint64_t id = 1; id <= 10; id++)
        ck_assert_int_eq(places_of(small, id) != NULL, id > 6);
    places_clear(small);
    ck_assert_ptr_null(places_of(small, 10));
    places_destroy(&small);
}
END_TEST

START_TEST(loading_ends_with_the_window)
{
    struct places *window = places_create(db, 1024);
    uint64_t first = 0;

    for (unsigned i = 0; i < 100; i++)
        store_at(i, 0, SEEN_MS - 2);
    first = store_at(1, 0, SEEN_MS - 1);
    for (unsigned i = 0; i < 100; i++)
        store(i);
    ck_assert(places_load(window, SEEN_MS - 1)); /* a part at a time */
    ck_assert(!places_load(window, SEEN_MS - 1));
    ck_assert(!places_load(window, SEEN_MS - 1));
    db_rollback(db);
    ck_assert_ptr_null(places_of(window, first - 1));
    ck_assert_ptr_nonnull(places_of(window, first));
    ck_assert_ptr_nonnull(places_of(window, head));
    places_destroy(&window);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decide");
    TCase *tcase = tcase_create("decide");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, figures_of_the_deduper_are_taken);
    tcase_add_test(tcase, also_while_the_candidate_is_in_memory);
    tcase_add_test(tcase, another_model_is_scored_anew);
    tcase_add_test(tcase, figures_that_cannot_be_are_scored_anew);
    tcase_add_test(tcase, a_proposal_that_is_too_old_is_scored_anew);
    tcase_add_test(tcase, another_epoch_proposes_nothing);
    tcase_add_test(tcase, a_candidate_that_changed_is_covered_by_memory);
    tcase_add_test(tcase, the_present_story_is_joined);
    tcase_add_test(tcase, an_unknown_candidate_is_passed_over);
    tcase_add_test(tcase, an_item_is_not_compared_with_itself);
    tcase_add_test(tcase, what_left_the_window_is_no_candidate);
    tcase_add_test(tcase, the_same_after_a_restart);
    tcase_add_test(tcase, the_same_after_a_rollback);
    tcase_add_test(tcase, originals_are_counted);
    tcase_add_test(tcase, a_small_table_keeps_the_latest);
    tcase_add_test(tcase, loading_ends_with_the_window);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

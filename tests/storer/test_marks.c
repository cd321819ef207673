/* Marks, undo, copies, deletions and lists against a simple model of them. */
#include <jansson.h>

#include "common/app.h"
#include "common/config.h"
#include "storer/command_inner.h"
#include "storer/command_mark.h"
#include "storer/db_facts.h"
#include "storer/db_mark.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/mark_inherit.h"
#include "storer/mark_pack.h"
#include "storer/reads.h"
#include "storer/verify.h"
#include "storer/writer_inner.h"
#include "tests/storer/sample_store.h"

enum { MOST = 3 * IDSET_BLOCK, STEPS = 250, SOURCES = 5, KEPT = 20 };

/* What is true. */
struct model_item {
    bool here;
    int source, story, copy_of;
    bool marks[MARKS];
    uint64_t words;
};

struct model_step {
    enum mark_kind kind;
    bool on;
    unsigned char changed[MOST];
};

static struct sample sample;
static struct model_item items[MOST];
static struct model_step steps[KEPT];
static int step_count, head;
static struct db_read *db;
static struct config config = {.storer_undo_steps = KEPT,
                               .storer_undo_bytes = 1000000,
                               .storer_adds_words = 30,
                               .storer_adds_percent = 40};
static struct writer writer;
static struct reads_answer answer;
static const struct reads_limits limits = {
    .json_bytes = 1000000, .page_bytes = 100000, .page_rows = 1000, .search_candidates = 40000};
static unsigned seed;

static int chance(int n)
{
    seed = seed * 1103515245 + 12345;
    return (int)(seed >> 16) % n;
}

/* --- the store -------------------------------------------------------------------------------- */

static json_t *ask(const char *verb, const char *json)
{
    reads_run(db, &limits, verb, span_str(json), (struct span){0}, &answer);
    ck_assert_msg(answer.code == 0, "%s %s: %s", verb, json, answer.error.data);
    return json_loadb(answer.json.data, answer.json.len, 0, NULL);
}

static json_t *command(command_fn *fn, json_t *arguments, int code)
{
    struct input input = {0};
    json_t *result = NULL;

    db_begin(writer.db);
    fn(&writer, &input, arguments);
    ck_assert_msg(db_commit(writer.db), "%s", db_why(writer.db));
    publish_waiting(&writer, false);
    ck_assert_msg(input.code == code, "%d: %s", input.code, input.error);
    result = input.answer ? json_loads(input.answer, 0, NULL) : NULL;
    free(input.answer);
    free(input.error);
    json_decref(arguments);
    return result;
}

static void add_item(int id, int source, int copy_of, uint64_t words)
{
    int story = copy_of ? items[copy_of].story : id;
    char *sql = mem_printf("UPDATE vector SET words = %d WHERE item = %d", (int)words, id);

    sample_item(&sample, id, source, story, copy_of);
    sample_exec(&sample, sql);
    free(sql);
    sql = copy_of ? mem_printf("UPDATE story SET items = items + 1, copies = copies + 1,"
                               " last_ms = max (last_ms, %d),"
                               " sources = (SELECT count (DISTINCT source) FROM item"
                               " WHERE story = %d) WHERE id = %d",
                               1000 * id, story, story)
                  : mem_printf("INSERT INTO story VALUES (%d, %d, %d, %d, 1, 0, 1)", id, id,
                               1000 * id, 1000 * id);
    sample_exec(&sample, sql);
    free(sql);
    sql = mem_printf("UPDATE meta SET value = %d WHERE name = 'head'", id);
    sample_exec(&sample, sql);
    free(sql);
    items[id] = (struct model_item){
        .here = true, .source = source, .story = story, .copy_of = copy_of, .words = words};
    head = id;
    writer.meta.head = (uint64_t)id;
}

static int original_of(int id)
{
    return items[id].copy_of ? items[id].copy_of : id;
}

/* Ids in three blocks, at their borders, too. */
static int next_id(void)
{
    int id = head + 1 + (chance(4) == 0 ? chance(300) : 0);

    return id < MOST ? id : 0;
}

static int some_item(void)
{
    for (int tries = 0; tries < 100000; tries++) {
        int id = 1 + chance(head);

        if (items[id].here)
            return id;
    }
    ck_abort_msg("there is no item");
    return 0;
}

/* --- what is done ----------------------------------------------------------------------------- */

static void arrive(void)
{
    int id = next_id(), original = chance(2) ? original_of(some_item()) : 0;
    uint64_t words = 100 + (uint64_t)chance(5) * 15;
    int source = 1 + chance(SOURCES);

    if (id == 0)
        return;
    add_item(id, source, original, words);
    db_begin(writer.db);
    mark_inherit(&writer, (uint64_t)id, (uint64_t)source, (uint64_t)original, words);
    ck_assert(db_commit(writer.db));
    for (int kind = MARK_READ; original && kind < MARKS; kind += MARK_HIDDEN) {
        uint64_t known = 0;

        for (int i = 1; i < id; i++)
            if (items[i].here && original_of(i) == original && items[i].marks[kind] &&
                items[i].words > known)
                known = items[i].words;
        items[id].marks[kind] =
            known > 0 && !(words >= known + 30 && (words - known) * 100 >= known * 40);
    }
}

static void expect_marked(enum mark_kind kind, bool on, const bool *wish)
{
    struct model_step *step = NULL;
    bool any = false;

    if (step_count == KEPT)
        memmove(steps, steps + 1, sizeof(*steps) * (KEPT - 1));
    step = &steps[step_count == KEPT ? KEPT - 1 : step_count];
    *step = (struct model_step){.kind = kind, .on = on};
    for (int i = 1; i <= head; i++)
        if (items[i].here && wish[i] && items[i].marks[kind] != on) {
            items[i].marks[kind] = on;
            step->changed[i] = 1;
            any = true;
        }
    if (any && step_count < KEPT)
        step_count++;
    /* A mark that changed nothing is no step; what the last place held before is gone only then. */
    ck_assert(any || step_count < KEPT);
}

static void add_groups(bool *wish)
{
    static bool groups[MOST];

    memset(groups, 0, sizeof(groups));
    for (int i = 1; i <= head; i++)
        if (items[i].here && wish[i])
            groups[original_of(i)] = true;
    for (int i = 1; i <= head; i++)
        wish[i] = items[i].here && (wish[i] || groups[original_of(i)]);
}

/* Chooses what to mark: the arguments, and in wish what they mean. */
static char *choose(const char *what, bool *wish)
{
    int one = some_item(), other = some_item(), way = chance(6);

    memset(wish, 0, sizeof(bool) * MOST);
    for (int i = 1; i <= head; i++)
        wish[i] = way == 0   ? i == one || i == other
                  : way == 1 ? items[i].story == items[one].story
                  : way == 2 ? items[i].source == items[one].source
                  : way == 3 ? 1000 * i < 1000 * one
                  : way == 4 ? items[i].source == items[one].source && 1000 * i < 1000 * other
                             : true;
    return way == 0   ? mem_printf("{\"what\":\"%s\",\"items\":[%d,%d]}", what, one, other)
           : way == 1 ? mem_printf("{\"what\":\"%s\",\"story\":%d}", what, items[one].story)
           : way == 2 ? mem_printf("{\"what\":\"%s\",\"source\":%d}", what, items[one].source)
           : way == 3 ? mem_printf("{\"what\":\"%s\",\"before_ms\":%d}", what, 1000 * one)
           : way == 4 ? mem_printf("{\"what\":\"%s\",\"source\":%d,\"before_ms\":%d}", what,
                                   items[one].source, 1000 * other)
                      : mem_printf("{\"what\":\"%s\",\"all\":true}", what);
}

static bool changes(const bool *wish, enum mark_kind kind, bool on)
{
    for (int i = 1; i <= head; i++)
        if (items[i].here && wish[i] && items[i].marks[kind] != on)
            return true;
    return false;
}

static void mark(void)
{
    static bool wish[MOST];
    enum mark_kind kind = (enum mark_kind)chance(MARKS);
    bool on = chance(2);
    char *json = choose(mark_what(kind, on), wish);

    if (kind != MARK_STARRED)
        add_groups(wish);
    json_decref(command(command_mark, ask("mark", json), 0));
    free(json);
    if (changes(wish, kind, on))
        expect_marked(kind, on, wish);
}

static void undo(void)
{
    struct model_step *step = NULL;

    if (step_count == 0) {
        command(command_mark_undo, json_object(), APP_DATA);
        return;
    }
    json_decref(command(command_mark_undo, json_object(), 0));
    step = &steps[--step_count];
    for (int i = 1; i <= head; i++)
        if (items[i].here && step->changed[i])
            items[i].marks[step->kind] = !step->on;
}

/* A copy: an original would leave its copies without one, which is not for this test. */
static void delete_copy(void)
{
    int id = some_item();
    char *sql = NULL;

    if (!items[id].copy_of)
        return;
    db_begin(writer.db);
    db_mark_forget(writer.db, (uint64_t)id, (uint64_t)items[id].source);
    ck_assert(db_commit(writer.db));
    sql = mem_printf("DELETE FROM vector WHERE item = %d; DELETE FROM item WHERE id = %d;"
                     "UPDATE story SET items = items - 1, copies = copies - 1,"
                     " last_ms = (SELECT max (time_ms) FROM item WHERE story = %d) WHERE id = %d",
                     id, id, items[id].story, items[id].story);
    sample_exec(&sample, sql);
    free(sql);
    db_begin(writer.db);
    db_facts_again(writer.db, (uint64_t)id);
    ck_assert(db_commit(writer.db));
    items[id].here = false;
}

/* The columns follow the items a step behind; a block that is in them is counted by them. */
static void follow(void)
{
    db_begin(writer.db);
    db_facts_step(writer.db, db_facts_done(writer.db), (uint64_t)head);
    ck_assert(db_commit(writer.db));
}

/* --- what must be so -------------------------------------------------------------------------- */

static void compare_marks(void)
{
    for (int id = 1; id <= head; id++)
        for (enum mark_kind kind = 0; kind < MARKS; kind++)
            if (items[id].here)
                ck_assert_msg(db_mark_has(writer.db, kind, (uint64_t)id) == items[id].marks[kind],
                              "item %d, kind %d", id, (int)kind);
}

static void compare_counts(void)
{
    json_t *counts = ask("counts", "{}");
    int here = 0, unread = 0, figures[MARKS] = {0};

    for (int id = 1; id <= head; id++) {
        here += items[id].here;
        unread += items[id].here && !items[id].marks[MARK_READ] && !items[id].marks[MARK_HIDDEN];
        for (int kind = 0; kind < MARKS; kind++)
            figures[kind] += items[id].here && items[id].marks[kind];
    }
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "items")), here);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "unread")), unread);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "starred")), figures[MARK_STARRED]);
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "hidden")), figures[MARK_HIDDEN]);
    json_decref(counts);
}

static bool is_listed(int id, bool unread, bool starred)
{
    return items[id].here && !items[id].marks[MARK_HIDDEN] &&
           (!unread || !items[id].marks[MARK_READ]) && (!starred || items[id].marks[MARK_STARRED]);
}

static int newest_of(int story)
{
    for (int id = head; id > 0; id--)
        if (items[id].here && items[id].story == story)
            return id;
    return 0;
}

/* The stories that are to be listed, the newest first: their order is that of their newest items.
 */
static int stories_of(bool unread, bool starred, int *out)
{
    static bool listed[MOST];
    int n = 0;

    memset(listed, 0, sizeof(listed));
    for (int id = 1; id <= head; id++)
        if (is_listed(id, unread, starred))
            listed[items[id].story] = true;
    for (int id = head; id > 0; id--)
        if (items[id].here && listed[items[id].story] && newest_of(items[id].story) == id)
            out[n++] = items[id].story;
    return n;
}

static int items_of(bool unread, bool starred, int *out)
{
    int n = 0;

    for (int id = head; id > 0; id--)
        if (is_listed(id, unread, starred))
            out[n++] = id;
    return n;
}

/* All pages of a list, of seven rows each. */
static void compare_list(const char *verb, bool unread, bool starred, const int *wanted, int n)
{
    json_t *args = json_pack("{s:b, s:b, s:i}", "unread", unread, "starred", starred, "limit", 7);
    int at = 0;

    for (bool more = true; more;) {
        char *text = json_dumps(args, 0);
        json_t *page = ask(verb, text), *next = json_object_get(page, "next"), *row = NULL;
        size_t i = 0;

        json_array_foreach(json_object_get(page, verb), i, row)
        {
            ck_assert_msg(at < n, "%s: more than %d", verb, n);
            ck_assert_msg(json_integer_value(json_object_get(row, "id")) == wanted[at],
                          "%s: place %d is %d, not %d", verb, at,
                          (int)json_integer_value(json_object_get(row, "id")), wanted[at]);
            at++;
        }
        more = next != NULL;
        if (json_is_object(next))
            json_object_update(args, next);
        else if (next)
            json_object_set(args, "before", next);
        json_decref(page);
        free(text);
    }
    ck_assert_msg(at == n, "%s: %d, not %d", verb, at, n);
    json_decref(args);
}

static void compare_lists(void)
{
    static int wanted[MOST];
    bool unread = chance(2), starred = chance(3) == 0;

    compare_list("stories", unread, starred, wanted, stories_of(unread, starred, wanted));
    compare_list("items", unread, starred, wanted, items_of(unread, starred, wanted));
}

static void compare_verify(void)
{
    json_t *check = verify_check(db, verify_of("marks"));

    ck_assert_msg(json_is_true(json_object_get(check, "ok")), "%s", json_dumps(check, 0));
    json_decref(check);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void setup(void)
{
    struct buf why = {0};
    enum db_error error;

    sample_open(&sample);
    memset(items, 0, sizeof(items));
    step_count = 0;
    writer = (struct writer){.config = &config, .meta.head = 60};
    writer.db = db_open(sample.path, 1000, &error, &why);
    db = db_read_open(sample.path, 1000, &why);
    ck_assert_ptr_nonnull(writer.db);
    ck_assert_ptr_nonnull(db);
    sample_exec(&sample, "UPDATE vector SET words = 100");
    items[1] = items[3] = items[4] = (struct model_item){.here = true, .source = 1, .words = 100};
    items[1].story = items[4].story = 1;
    items[3].story = 3;
    items[2] =
        (struct model_item){.here = true, .source = 2, .story = 1, .copy_of = 1, .words = 100};
    head = 60;
}

static void teardown(void)
{
    db_read_close(&db);
    db_close(&writer.db);
    reads_answer_free(&answer);
    sample_close(&sample);
}

/* One of many histories; the number of the loop is its seed. */
START_TEST(as_the_model_says)
{
    seed = (unsigned)_i * 7919 + 1;
    for (int i = 0; i < 40; i++)
        arrive();
    for (int i = 0; i < STEPS; i++) {
        int way = chance(10);

        (way < 3 ? arrive : way < 7 ? mark : way < 9 ? undo : delete_copy)();
        if (i % 10 == 0) {
            follow();
            compare_marks();
            compare_counts();
            compare_lists();
        }
    }
    compare_marks();
    compare_counts();
    compare_verify();
    while (step_count > 0)
        undo();
    undo();
    compare_marks();
    compare_verify();
}
END_TEST

/* More than are looked up one by one: each item of source 3 has a copy of source 4. */
START_TEST(many_copies)
{
    json_t *counts = NULL, *marked = NULL;

    sample_exec(&sample, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                         " WHERE i < 3000) INSERT INTO item (id, key, source, guid, revision,"
                         " story, copy_of, time_ms, published_ms, updated_ms, seen_ms, url, title,"
                         " author, language, categories, thumbnail, content, text)"
                         " SELECT 2 * i + 1000 + half.x, randomblob (16), 3 + half.x, i, 1,"
                         " 2 * i + 1000, half.x * (2 * i + 1000), i, 0, 0, 0, '', '', '', '', '',"
                         " '', '', '' FROM n JOIN (SELECT 0 AS x UNION SELECT 1) AS half;"
                         "UPDATE meta SET value = 9000 WHERE name = 'head'");
    writer.meta.head = 9000;
    head = 9000;
    follow();
    follow();
    marked = command(command_mark, ask("mark", "{\"what\":\"read\",\"source\":4}"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(marked, "changed")), 6000);
    counts = ask("counts", "{}");
    ck_assert_int_eq(json_integer_value(json_object_get(counts, "unread")), 4);
    json_decref(marked);
    marked = command(command_mark, ask("mark", "{\"what\":\"hidden\",\"source\":3}"), 0);
    ck_assert_int_eq(json_integer_value(json_object_get(marked, "changed")), 6000);
    json_decref(counts);
    json_decref(marked);
}
END_TEST

START_TEST(sets_as_text)
{
    struct idset *set = idset_create(), *back = NULL;
    struct buf packed = {0}, text = {0}, bytes = {0};

    seed = (unsigned)_i + 1;
    for (int i = 0; i < _i * 50; i++)
        idset_add(set, 1 + (uint64_t)chance(30000));
    mark_pack(set, &packed);
    mark_text(buf_span(&packed), &text);
    ck_assert_int_eq(mark_bytes(buf_span(&text), &bytes), 0);
    ck_assert(span_eq(buf_span(&packed), buf_span(&bytes)));
    back = mark_unpack(buf_span(&bytes), 30000);
    ck_assert_ptr_nonnull(back);
    ck_assert_uint_eq(idset_count(back, 30000), idset_count(set, 30000));
    for (uint64_t id = 0; (id = idset_above(set, id, 30000));)
        ck_assert(idset_has(back, id));
    idset_destroy(&back);
    idset_destroy(&set);
    buf_free(&packed);
    buf_free(&text);
    buf_free(&bytes);
}
END_TEST

START_TEST(what_is_no_set)
{
    static const char *const texts[] = {"", "A", "####", "QUJD", "AA=A", "KLUv/SBkVQAA"};
    struct idset *set = idset_create();
    struct buf bytes = {0}, packed = {0};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        buf_clear(&bytes);
        if (mark_bytes(span_str(texts[i]), &bytes) == 0)
            ck_assert_ptr_null(mark_unpack(buf_span(&bytes), 1000));
    }
    idset_add(set, 9000);
    mark_pack(set, &packed);
    ck_assert_ptr_null(mark_unpack(buf_span(&packed), 1000)); /* above the head */
    idset_destroy(&set);
    buf_free(&bytes);
    buf_free(&packed);
}
END_TEST

START_TEST(wrong_counters_are_found)
{
    json_t *check = NULL;

    sample_exec(&sample, "UPDATE source_count SET items = items + 1 WHERE source = 1");
    sample_exec(&sample, "INSERT INTO mark VALUES (0, 0, zeroblob (512)),"
                         " (1, 0, x'80' || zeroblob (511))");
    check = verify_check(db, verify_of("marks"));
    ck_assert_int_eq(json_integer_value(json_object_get(check, "count")), 3);
    json_decref(check);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("marks");
    TCase *model = tcase_create("model"), *pure = tcase_create("pure"),
          *damage = tcase_create("damage");
    SRunner *runner = srunner_create(suite);
    int failed = 0;

    tcase_set_timeout(model, 120);
    tcase_add_checked_fixture(model, setup, teardown);
    tcase_add_loop_test(model, as_the_model_says, 0, getenv("LONG") ? 100 : 3);
    tcase_add_test(model, many_copies);
    tcase_add_loop_test(pure, sets_as_text, 0, 8);
    tcase_add_test(pure, what_is_no_set);
    tcase_add_checked_fixture(damage, setup, teardown);
    tcase_add_test(damage, wrong_counters_are_found);
    suite_add_tcase(suite, model);
    suite_add_tcase(suite, pure);
    suite_add_tcase(suite, damage);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

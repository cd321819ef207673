/* What weir next has learned, in the store: memory and file say the same, whenever it is loaded,
 * and a rebuild is whole or has not been. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/config.h"
#include "common/mem.h"
#include "storer/db_walk.h"
#include "storer/learn.h"
#include "storer/walk.h"
#include "storer/writer_inner.h"

static char folder[32];
static char *path;
static struct config *config;
static struct writer writer;

static void open_store(void)
{
    enum db_error error = DB_OK;
    struct buf why = {0};

    writer = (struct writer){.config = config};
    writer.db = db_open(path, 1000, &error, &why);
    ck_assert_ptr_nonnull(writer.db);
    buf_free(&why);
    learn_load(&writer);
}

static void close_store(void)
{
    db_close(&writer.db);
    walk_destroy(&writer.walk);
}

static void commit(void)
{
    ck_assert(db_commit(writer.db));
    writer.batch.open = false;
}

static void setup(void)
{
    strcpy(folder, "/tmp/weir-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = mem_printf("%s/weir.db", folder);
    config = config_create();
    config->next_rebuild_after = 5;
    config->next_edges = 16;
    open_store();
}

static void teardown(void)
{
    static const char *const ends[] = {"", "-wal", "-shm"};

    close_store();
    config_destroy(&config);
    for (int i = 0; i < 3; i++) {
        char *file = mem_printf("%s%s", path, ends[i]);

        unlink(file);
        free(file);
    }
    rmdir(folder);
    free(path);
}

/* A story of a source is given, and read or passed over, as the commands do it. */
static void learn(uint64_t story, uint64_t source, enum walk_outcome outcome)
{
    struct walk *walk = writer.walk;
    struct walk_touched touched;

    batch_open(&writer);
    walk_history_add(
        walk->history,
        &(struct walk_place){.item = story, .story = story, .source = source, .from = walk->last});
    walk_learn(walk, outcome, 1000 + (int64_t)story, &touched);
    db_walk_touched(writer.db, &touched);
    db_walk_place(writer.db, walk_history_here(walk->history));
    db_walk_state(writer.db, walk);
    commit();
}

/* The file gives what is in memory. */
static void check_file(void)
{
    struct walk *walk = learn_create(config);
    size_t count = 0, in_file = 0;
    const struct walk_edge *edges = walk_graph_edges(writer.walk->graph, &count);

    db_walk_load(writer.db, walk);
    walk_graph_edges(walk->graph, &in_file);
    ck_assert_uint_eq(in_file, count);
    for (size_t i = 0; i < count; i++) {
        const struct walk_edge *edge = walk_graph_edge(walk->graph, edges[i].from, edges[i].to);

        ck_assert_ptr_nonnull(edge);
        ck_assert_double_eq(edge->base, edges[i].base);
        ck_assert_double_eq(edge->bonus, edges[i].bonus);
        ck_assert_double_eq(edge->penalty, edges[i].penalty);
        ck_assert_int_eq(edge->learned_ms, edges[i].learned_ms);
    }
    walk_graph_nodes(writer.walk->graph, &count);
    walk_graph_nodes(walk->graph, &in_file);
    ck_assert_uint_eq(in_file, count);
    ck_assert_uint_eq(walk->last, writer.walk->last);
    ck_assert_uint_eq(walk_history_last(walk->history), walk_history_last(writer.walk->history));
    ck_assert_uint_eq(walk_graph_differences(walk->graph),
                      walk_graph_differences(writer.walk->graph));
    walk_destroy(&walk);
}

START_TEST(a_rebuild_is_in_the_file_as_in_memory)
{
    uint64_t version = walk_graph_version(writer.walk->graph);
    size_t rebuilt = 0;

    for (uint64_t i = 1; i < 200; i++) {
        learn(i, 1 + i * 7 % 5, i % 3 ? WALK_READ : WALK_BLAMED);
        check_file();
        learn_tend(&writer);
        if (writer.batch.open) {
            commit();
            rebuilt++;
            ck_assert_uint_eq(walk_graph_version(writer.walk->graph), ++version);
            check_file();
        }
        if (i % 50 == 0) {
            close_store();
            open_store();
        }
    }
    ck_assert_uint_gt(rebuilt, 10);
}
END_TEST

START_TEST(a_storer_that_stops_finishes_its_rebuild)
{
    for (uint64_t i = 1; i < 10; i++)
        learn(i, i, WALK_READ);
    learn_tend(&writer);
    ck_assert_ptr_nonnull(writer.walk->rebuild);
    learn(10, 3, WALK_READ); /* goes on meanwhile */
    learn_finish(&writer);
    ck_assert_ptr_null(writer.walk->rebuild);
    commit();
    ck_assert_uint_eq(walk_graph_version(writer.walk->graph), 1);
    ck_assert_double_eq(walk_graph_edge(writer.walk->graph, WALK_GLOBAL, walk_source(3))->bonus, 1);
    check_file();
    learn_finish(&writer); /* nothing is left to be finished */
    ck_assert(!writer.batch.open);
}
END_TEST

START_TEST(a_rebuild_that_was_cut_off_has_not_been)
{
    for (uint64_t i = 1; i < 10; i++)
        learn(i, i, WALK_READ);
    learn_tend(&writer);
    learn_tend(&writer);
    ck_assert(writer.batch.open);
    ck_assert_uint_eq(walk_graph_version(writer.walk->graph), 1);
    db_rollback(writer.db);
    writer.batch.open = false;
    learn_load(&writer); /* as after a transaction that failed */
    ck_assert_uint_eq(walk_graph_version(writer.walk->graph), 0);
    ck_assert_uint_gt(walk_graph_differences(writer.walk->graph), 5);
    check_file();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("learn");
    TCase *all = tcase_create("learn");
    SRunner *runner = NULL;
    int failed = 0;

    tcase_add_checked_fixture(all, setup, teardown);
    tcase_add_test(all, a_rebuild_is_in_the_file_as_in_memory);
    tcase_add_test(all, a_storer_that_stops_finishes_its_rebuild);
    tcase_add_test(all, a_rebuild_that_was_cut_off_has_not_been);
    suite_add_tcase(suite, all);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}

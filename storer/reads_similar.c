/* similar: what is like an item, or the lead of a story. */
#include "common/app.h"
#include "common/clock.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"
#include "storer/search.h"

enum { LIMIT = 20, TEXT_CHARACTERS = 4000 };

/* The item asked for; 0 after reads_fail. */
static uint64_t item_of(struct reads *reads)
{
    int64_t id = reads_arg(reads, "id", 0, 1, INT64_MAX);
    int64_t story = reads_arg(reads, "story", 0, 1, INT64_MAX);
    struct db_rows *rows = NULL;

    if (reads_ok(reads) && (id != 0) == (story != 0))
        reads_fail(reads, APP_USAGE, "id or story: one of them is expected");
    if (!reads_ok(reads) || id)
        return (uint64_t)id;
    rows = db_rows_start(reads->db, "SELECT lead FROM story WHERE id = ?1", "i", story);
    id = db_rows_next(rows) ? db_rows_int(rows, 0) : 0;
    db_rows_end(rows);
    if (!id && db_read_status(reads->db) == DB_READ_OK)
        reads_fail(reads, APP_DATA, "there is no story %lld", (long long)story);
    return (uint64_t)id;
}

/* What an embedder read of it, or nearly so. */
static void read_text(struct search *search, uint64_t id)
{
    struct db_rows *rows = db_rows_start(
        search->reads->db, "SELECT title, substr (text, 1, ?2) FROM item WHERE id = ?1", "ii",
        (int64_t)id, (int64_t)TEXT_CHARACTERS);

    if (db_rows_next(rows)) {
        struct span title = db_rows_text(rows, 0), text = db_rows_text(rows, 1);

        buf_add(&search->title, title.p, title.n);
        buf_add(&search->plain, text.p, text.n);
    } else if (db_read_status(search->reads->db) == DB_READ_OK) {
        reads_fail(search->reads, APP_DATA, "there is no item %llu", (unsigned long long)id);
    }
    db_rows_end(rows);
}

static json_t *similar(struct search *search)
{
    json_t *answer = NULL;

    search->except = item_of(search->reads);
    if (search->except)
        read_text(search, search->except);
    if (!reads_ok(search->reads))
        return NULL;
    search_ask(search);
    search_lap(search, "parse");
    search_vector(search);
    search_fuse(search);
    if (db_read_status(search->reads->db) == DB_READ_OK)
        answer = search_show(search);
    json_object_set_new(answer, "to", json_integer((json_int_t)search->except));
    return answer;
}

json_t *reads_similar(struct reads *reads)
{
    struct search search = {.reads = reads, .mode = SEARCH_VECTORS, .took = json_object()};
    json_t *answer = NULL;

    search.began_us = search.lap_us = clock_mono_us();
    search.limit = reads_arg(reads, "limit", LIMIT, 1, SEARCH_LIST);
    search.explain = json_is_true(json_object_get(reads->args, "explain"));
    if (reads_ok(reads) && db_read_begin(reads->db) == DB_READ_OK)
        answer = similar(&search);
    if (db_read_status(reads->db) != DB_READ_OK) {
        json_decref(answer);
        answer = NULL;
    }
    search_end(&search);
    return answer;
}

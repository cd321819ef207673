/* Sources, with their categories. */
#include "storer/db_read.h"
#include "storer/reads_inner.h"

static const char *state_name(int64_t state)
{
    static const char *const names[] = {"active", "retired", "quarantined"};

    return state >= 0 && state < 3 ? names[state] : "unknown";
}

static json_t *categories_of(struct reads *reads, int64_t source)
{
    json_t *categories = json_array();
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT category.name FROM source_category"
                      " JOIN category ON category.id = source_category.category"
                      " WHERE source_category.source = ?1 ORDER BY category.name",
                      "i", source);

    while (db_rows_next(rows))
        json_array_append_new(categories, reads_text(rows, 0));
    db_rows_end(rows);
    return categories;
}

static json_t *source_of(struct reads *reads, struct db_rows *rows)
{
    static const char *const integers[] = {
        "added_ms",    "next_ms", "interval_ms", "last_fetch_ms", "last_ok_ms",
        "last_new_ms", "items",   "errors",      "suspect",       "quarantines"};
    json_t *source = json_object();

    reads_put_int(source, "id", rows, 0);
    reads_put_text(source, "url", rows, 1);
    reads_put_text(source, "title", rows, 2);
    reads_put_text(source, "link", rows, 3);
    reads_put_text(source, "host", rows, 4);
    json_object_set_new(source, "state", json_string(state_name(db_rows_int(rows, 5))));
    reads_put_text(source, "last_error", rows, 6);
    for (int i = 0; i < 10; i++)
        reads_put_int(source, integers[i], rows, 7 + i);
    json_object_set_new(source, "fetching", json_boolean(db_rows_int(rows, 17)));
    json_object_set_new(source, "categories", categories_of(reads, db_rows_int(rows, 0)));
    return source;
}

json_t *reads_sources(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 1000);
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);
    int64_t id = reads_arg(reads, "id", 0, 1, INT64_MAX);
    json_t *answer = NULL;
    json_t *sources = NULL;
    struct db_rows *rows = NULL;

    if (!reads_ok(reads))
        return NULL;
    answer = json_object();
    sources = json_array();
    rows = db_rows_start(reads->db,
                         "SELECT id, url, CASE WHEN own_title <> '' THEN own_title ELSE title END, "
                         "link, host, state,"
                         " last_error, added_ms, next_ms, interval_ms, last_fetch_ms, last_ok_ms, "
                         "last_new_ms, items,"
                         " errors, suspect, quarantines,"
                         " EXISTS (SELECT 1 FROM fetch WHERE fetch.source = source.id)"
                         " FROM source WHERE id > ?1 AND (?2 = 0 OR id = ?2) ORDER BY id LIMIT ?3",
                         "iii", after, id, limit + 1);
    while (db_rows_next(rows)) {
        json_t *source = source_of(reads, rows);

        if ((int64_t)json_array_size(sources) == limit || !reads_fits(reads, source)) {
            json_decref(source);
            json_object_set_new(answer, "next", json_integer(after));
            break;
        }
        after = db_rows_int(rows, 0);
        json_array_append_new(sources, source);
    }
    db_rows_end(rows);
    json_object_set_new(answer, "sources", sources);
    return answer;
}

/* How much there is, and how much of it is unread, starred, hidden: from the counters of the
 * sources (db_mark.h), so it costs the same whatever the store holds. */
#include "storer/db_read.h"
#include "storer/reads_categories.h"
#include "storer/reads_inner.h"

enum { SOURCES = 1000 }; /* of an answer: the caller asks on */

const char *const reads_figures[READS_FIGURES] = {"items", "unread", "starred", "hidden"};

#define FIGURES                                                                                    \
    "coalesce (sum (n.items), 0), coalesce (sum (n.items - n.done), 0),"                           \
    " coalesce (sum (n.starred), 0), coalesce (sum (n.hidden), 0)"

static void put_figures(json_t *object, struct db_rows *rows, int column)
{
    for (int i = 0; i < READS_FIGURES; i++)
        reads_put_int(object, reads_figures[i], rows, column + i);
}

static void put_totals(struct reads *reads, json_t *answer)
{
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT " FIGURES " FROM source_count AS n", "");

    if (db_rows_next(rows))
        put_figures(answer, rows, 0);
    db_rows_end(rows);
}

static json_t *source_of(struct db_rows *rows)
{
    json_t *source = json_object();

    reads_put_int(source, "id", rows, 0);
    reads_put_text(source, "title", rows, 1);
    put_figures(source, rows, 2);
    return source;
}

static void put_sources(struct reads *reads, json_t *answer, int64_t after, int64_t limit)
{
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT n.source, CASE WHEN s.own_title <> '' THEN s.own_title"
                      " WHEN s.title <> '' THEN s.title ELSE coalesce (s.url, '') END,"
                      " n.items, n.items - n.done, n.starred, n.hidden"
                      " FROM source_count AS n LEFT JOIN source AS s ON s.id = n.source"
                      " WHERE n.source > ?1 AND n.items > 0 ORDER BY n.source LIMIT ?2",
                      "ii", after, limit + 1);

    reads_list(reads, rows, limit, source_of, answer, "sources");
}

json_t *reads_counts(struct reads *reads)
{
    int64_t limit = reads_limit(reads, SOURCES);
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);
    json_t *answer = NULL;

    if (!reads_ok(reads))
        return NULL;
    answer = json_object();
    put_totals(reads, answer);
    json_object_set_new(answer, "categories", reads_categories(reads));
    put_sources(reads, answer, after, limit);
    return answer;
}

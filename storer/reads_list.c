/* The list of items, in the order of their ids, newest first. */
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_filter.h"
#include "storer/reads_inner.h"
#include "storer/reads_target.h"

enum {
    RECENT = 50000, /* items since a time that are gathered by it */
    DENSE = 50,     /* a set that has one item in so many is walked with the items */
    WALK = 40000,   /* what a page may cost: ids looked at */
    ITEM = 10,      /* of reading an item's row, in ids */
};

static json_t *listed_item(struct reads *reads, const struct reads_filter *filter, uint64_t id,
                           int64_t since_ms)
{
    struct db_rows *rows =
        db_rows_start(reads->db,
                      "SELECT id, source, story, copy_of, time_ms, published_ms, seen_ms, title,"
                      " url, author, guid, thumbnail FROM item WHERE id = ?1 AND time_ms >= ?2",
                      "ii", (int64_t)id, since_ms);
    json_t *item = db_rows_next(rows) ? reads_item_fields(rows) : NULL;

    if (item) {
        reads_put_text(item, "thumbnail", rows, 11);
        reads_filter_put(filter, item, id);
    }
    db_rows_end(rows);
    return item;
}

/* Where few items are as new as that, they are gathered; else most are, and each is looked at. */
static void narrow_by_time(struct reads *reads, struct reads_filter *filter, int64_t since_ms)
{
    struct idset *recent = NULL;
    struct db_rows *rows = NULL;
    int64_t n = 0;

    if (since_ms == INT64_MIN)
        return;
    recent = idset_create();
    rows = db_rows_start(reads->db,
                         "SELECT id FROM item INDEXED BY item_time WHERE time_ms >= ?1 LIMIT ?2",
                         "ii", since_ms, (int64_t)RECENT);
    for (; db_rows_next(rows); n++)
        idset_add(recent, (uint64_t)db_rows_int(rows, 0));
    db_rows_end(rows);
    if (n < RECENT)
        reads_filter_and(filter, recent);
    idset_destroy(&recent);
}

/* Ids below one, newest first: of a set, or of the table. */
struct walk {
    const struct reads_filter *filter;
    struct db_rows *rows; /* NULL: the set's own */
    uint64_t at;          /* the last one that was looked at */
    size_t cost;
};

static uint64_t walk_next(struct walk *walk)
{
    if (!walk->rows)
        return walk->at = idset_below(walk->filter->set, walk->at);
    while (walk->cost < WALK && db_rows_next(walk->rows)) {
        walk->at = (uint64_t)db_rows_int(walk->rows, 0);
        walk->cost++;
        if (reads_filter_has(walk->filter, walk->at))
            return walk->at;
    }
    return 0;
}

static void walk_start(struct reads *reads, struct walk *walk)
{
    const struct reads_filter *filter = walk->filter;

    if (!filter->set || filter->count > filter->head / DENSE)
        walk->rows = db_rows_start(reads->db,
                                   "SELECT id FROM item INDEXED BY item_ids WHERE id < ?1"
                                   " ORDER BY id DESC",
                                   "i", (int64_t)walk->at);
}

static void fill(struct reads *reads, struct walk *walk, int64_t limit, int64_t since_ms,
                 json_t *answer)
{
    json_t *list = json_array();
    uint64_t last = walk->at, id = 0;
    bool more = false;

    while (!more && (id = walk_next(walk))) {
        json_t *item = listed_item(reads, walk->filter, id, since_ms);

        walk->cost += ITEM;
        more = walk->cost >= WALK;
        if (item && ((int64_t)json_array_size(list) == limit || !reads_fits(reads, item))) {
            json_decref(item);
            more = true;
            break;
        }
        last = id;
        if (item)
            json_array_append_new(list, item);
    }
    if (id == 0 && walk->cost >= WALK) {
        more = true;
        last = walk->at;
    }
    if (more)
        json_object_set_new(answer, "next", json_integer((json_int_t)last));
    json_object_set_new(answer, "items", list);
}

json_t *reads_items(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 50);
    int64_t source = reads_arg(reads, "source", 0, 1, INT64_MAX);
    int64_t since_ms = reads_arg(reads, "since_ms", INT64_MIN, INT64_MIN, INT64_MAX);
    int64_t before = reads_arg(reads, "before", INT64_MAX, 1, INT64_MAX);
    struct reads_filter filter = {0};
    struct walk walk = {.filter = &filter, .at = (uint64_t)before};
    json_t *answer = NULL;

    if (!reads_ok(reads))
        return NULL;
    if (reads_filter(reads, &filter)) {
        answer = filter.notes ? json_incref(filter.notes) : json_object();
        if (source) {
            struct idset *of_source = reads_of_source(reads, source);

            reads_filter_and(&filter, of_source);
            idset_destroy(&of_source);
        }
        narrow_by_time(reads, &filter, since_ms);
        walk_start(reads, &walk);
        fill(reads, &walk, limit, since_ms, answer);
        if (walk.rows)
            db_rows_end(walk.rows);
    }
    reads_filter_free(&filter);
    return answer;
}

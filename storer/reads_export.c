/* Items with all there is of them, oldest first, for copies elsewhere. */
#include <string.h>

#include "common/app.h"
#include "common/utf8.h"
#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_filter.h"
#include "storer/reads_inner.h"

enum { PAGE_ITEMS = 256, ALL_CANDIDATES = 1000000000 };

/* The columns behind those that stand by their names. */
enum { ID, CATEGORIES = 14, CONTENT, TEXT, FLAGS };

static const char select_item[] =
    "SELECT i.id, i.source, i.story, i.copy_of, i.time_ms, i.published_ms, i.updated_ms,"
    " i.seen_ms, i.guid, i.url, i.title, i.author, i.language, i.thumbnail, i.categories,"
    " i.content, i.text, i.flags, coalesce (s.url, ''), i.source_title"
    " FROM item i LEFT JOIN source s ON s.id = i.source WHERE i.id = ?1";
static const char *const integers[] = {"id",      "source",       "story",      "copy_of",
                                       "time_ms", "published_ms", "updated_ms", "seen_ms"};
static const char *const texts[] = {"guid", "url", "title", "author", "language", "thumbnail"};

/* One a line. */
static json_t *lines_of(struct span text)
{
    json_t *list = json_array();

    while (text.n > 0) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;

        if (n > 0)
            json_array_append_new(list, reads_json(span_of(text.p, n)));
        text = span_after(text, end ? n + 1 : n);
    }
    return list;
}

static json_t *enclosures_of(struct reads *reads, int64_t id)
{
    json_t *list = json_array();
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT url, type, length FROM enclosure WHERE item = ?1 ORDER BY place", "i",
        id);

    while (db_rows_next(rows)) {
        json_t *enclosure = json_object();

        reads_put_text(enclosure, "url", rows, 0);
        reads_put_text(enclosure, "type", rows, 1);
        reads_put_int(enclosure, "length", rows, 2);
        json_array_append_new(list, enclosure);
    }
    db_rows_end(rows);
    return list;
}

/* Cut only where a whole answer could not hold it. */
static void put_content(struct reads *reads, json_t *item, struct db_rows *rows)
{
    size_t longest = reads->limits->json_bytes, room = reads->limits->json_bytes / 8 * 7;
    bool cut = false;

    do {
        struct span content = db_rows_text(rows, CONTENT), text = db_rows_text(rows, TEXT);

        cut = content.n > longest || text.n > longest;
        json_object_set_new(item, "content", reads_json(utf8_clip(content, longest)));
        json_object_set_new(item, "text", reads_json(utf8_clip(text, longest)));
        longest /= 2;
    } while (longest > 0 && json_dumpb(item, NULL, 0, JSON_COMPACT) > room);
    if (cut)
        json_object_set_new(item, "truncated", json_true());
}

static json_t *item_of(struct reads *reads, const struct reads_filter *filter, int64_t id)
{
    struct db_rows *rows = db_rows_start(reads->db, select_item, "i", id);
    json_t *item = NULL;
    int column = ID;

    if (db_rows_next(rows)) {
        item = json_object();
        for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++)
            reads_put_int(item, integers[i], rows, column++);
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
            reads_put_text(item, texts[i], rows, column++);
        json_object_set_new(item, "categories", lines_of(db_rows_text(rows, CATEGORIES)));
        json_object_set_new(item, "cut", json_boolean(db_rows_int(rows, FLAGS) & 1));
        reads_put_text(item, "source_url", rows, FLAGS + 1);
        reads_put_text(item, "source_title", rows, FLAGS + 2);
        json_object_set_new(item, "enclosures", enclosures_of(reads, id));
        reads_filter_put(filter, item, (uint64_t)id);
        put_content(reads, item, rows);
    }
    db_rows_end(rows);
    return item;
}

/* --- which ones ------------------------------------------------------------------------------- */

static void narrow(struct reads *reads, struct reads_filter *filter, const char *sql, int64_t value)
{
    struct idset *set = idset_create();
    struct db_rows *rows = db_rows_start(reads->db, sql, "i", value);

    while (db_rows_next(rows))
        idset_add(set, (uint64_t)db_rows_int(rows, 0));
    db_rows_end(rows);
    reads_filter_and(filter, set);
    idset_destroy(&set);
}

/* Hidden ones are in it, and a common word is looked for to its end: a copy is whole. */
static bool choose(struct reads *reads, struct reads_filter *filter)
{
    const struct reads_limits *limits = reads->limits;
    struct reads_limits wide = *limits;
    int64_t since_ms = reads_arg(reads, "since_ms", 0, 0, INT64_MAX);
    int64_t source = reads_arg(reads, "source", 0, 1, INT64_MAX);
    bool good = false;

    wide.search_candidates = ALL_CANDIDATES;
    reads->limits = &wide;
    json_object_set_new(reads->args, "all", json_true());
    good = reads_ok(reads) && reads_filter(reads, filter);
    if (good && since_ms > 0)
        narrow(reads, filter, "SELECT id FROM item INDEXED BY item_time WHERE time_ms >= ?1",
               since_ms);
    if (good && source > 0)
        narrow(reads, filter, "SELECT id FROM item INDEXED BY item_source WHERE source = ?1",
               source);
    reads->limits = limits;
    return good;
}

/* The next id after this one, up to head; 0: there is none. */
static uint64_t next_of(struct reads *reads, const struct reads_filter *filter, uint64_t after,
                        uint64_t head)
{
    struct db_rows *rows = NULL;
    uint64_t id = 0;

    if (filter->set)
        return idset_above(filter->set, after, head);
    rows = db_rows_start(reads->db,
                         "SELECT id FROM item INDEXED BY item_ids WHERE id > ?1 AND id <= ?2"
                         " ORDER BY id LIMIT 1",
                         "ii", (int64_t)after, (int64_t)head);
    if (db_rows_next(rows))
        id = (uint64_t)db_rows_int(rows, 0);
    db_rows_end(rows);
    return id;
}

static json_t *page(struct reads *reads, const struct reads_filter *filter, uint64_t after,
                    uint64_t head)
{
    int64_t limit = reads_limit(reads, PAGE_ITEMS);
    json_t *answer = json_pack("{s:I}", "upto", (json_int_t)head), *items = json_array();
    uint64_t id = 0;

    if (filter->notes)
        json_object_update(answer, filter->notes);
    while ((id = next_of(reads, filter, after, head)) != 0) {
        json_t *item = item_of(reads, filter, (int64_t)id);

        if (item && ((int64_t)json_array_size(items) == limit || !reads_fits(reads, item))) {
            json_decref(item);
            json_object_set_new(answer, "next", json_integer((json_int_t)after));
            break;
        }
        after = id;
        if (item)
            json_array_append_new(items, item);
    }
    json_object_set_new(answer, "items", items);
    return answer;
}

json_t *reads_export(struct reads *reads)
{
    uint64_t after = (uint64_t)reads_arg(reads, "after", 0, 0, INT64_MAX);
    uint64_t upto = (uint64_t)reads_arg(reads, "upto", INT64_MAX, 0, INT64_MAX);
    struct reads_filter filter = {0};
    json_t *answer = NULL;

    if (reads_ok(reads) && choose(reads, &filter))
        answer = page(reads, &filter, after, upto < filter.head ? upto : filter.head);
    reads_filter_free(&filter);
    if (answer && !reads_ok(reads)) {
        json_decref(answer);
        answer = NULL;
    }
    return answer;
}

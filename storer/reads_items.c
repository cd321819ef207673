/* Items: one in full, the order in which they were committed, those that are dead. */
#include <string.h>

#include "common/app.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "storer/db_read.h"
#include "storer/reads_full.h"
#include "storer/reads_filter.h"
#include "storer/reads_inner.h"

/* Adds `key` in hexadecimal. */
static void put_key(json_t *object, struct db_rows *rows, int column)
{
    struct span blob = db_rows_blob(rows, column);
    struct hash_key key = {0};
    char hex[33];

    if (blob.n == sizeof(key.bytes))
        memcpy(key.bytes, blob.p, blob.n);
    hash_key_hex(&key, hex);
    json_object_set_new(object, "key", json_string(hex));
}

static json_t *list(struct reads *reads, struct db_rows *rows, int64_t limit, const char *name,
                    json_t *(*make)(struct db_rows *rows))
{
    json_t *answer = json_object();

    reads_list(reads, rows, limit, make, answer, name);
    return answer;
}

json_t *reads_item_fields(struct db_rows *rows)
{
    json_t *item = json_object();

    reads_put_int(item, "id", rows, 0);
    reads_put_int(item, "source", rows, 1);
    reads_put_int(item, "story", rows, 2);
    reads_put_int(item, "copy_of", rows, 3);
    reads_put_int(item, "time_ms", rows, 4);
    reads_put_int(item, "published_ms", rows, 5);
    reads_put_int(item, "seen_ms", rows, 6);
    reads_put_text(item, "title", rows, 7);
    reads_put_text(item, "url", rows, 8);
    reads_put_text(item, "author", rows, 9);
    reads_put_text(item, "guid", rows, 10);
    return item;
}

/* --- in the order of commits ------------------------------------------------------------------ */

/* An item's id is given when it is first committed, so ids are the commit order; the sequence moves
 * on when the item is updated. */
static json_t *order_of(struct db_rows *rows)
{
    json_t *item = json_object();

    reads_put_int(item, "id", rows, 0);
    reads_put_int(item, "sequence", rows, 1);
    reads_put_int(item, "source", rows, 2);
    reads_put_int(item, "story", rows, 3);
    reads_put_int(item, "copy_of", rows, 4);
    reads_put_int(item, "time_ms", rows, 5);
    reads_put_text(item, "guid", rows, 6);
    put_key(item, rows, 7);
    return item;
}

json_t *reads_order(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 1000);
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);

    if (!reads_ok(reads))
        return NULL;
    return list(reads,
                db_rows_start(reads->db,
                              "SELECT item.id, coalesce (vector.sequence, 0), item.source,"
                              " item.story, item.copy_of, item.time_ms, item.guid, item.key"
                              " FROM item LEFT JOIN vector ON vector.item = item.id"
                              " WHERE item.id > ?1 ORDER BY item.id LIMIT ?2",
                              "ii", after, limit + 1),
                limit, "items", order_of);
}

static json_t *dead_of(struct db_rows *rows)
{
    json_t *dead = json_object();

    reads_put_int(dead, "id", rows, 0);
    reads_put_int(dead, "source", rows, 1);
    reads_put_int(dead, "died_ms", rows, 2);
    reads_put_int(dead, "tries", rows, 3);
    reads_put_text(dead, "reason", rows, 4);
    reads_put_text(dead, "url", rows, 5);
    reads_put_int(dead, "bytes", rows, 6);
    put_key(dead, rows, 7);
    return dead;
}

json_t *reads_dead(struct reads *reads)
{
    int64_t limit = reads_limit(reads, 1000);
    int64_t after = reads_arg(reads, "after", 0, 0, INT64_MAX);

    if (!reads_ok(reads))
        return NULL;
    return list(reads,
                db_rows_start(reads->db,
                              "SELECT id, source, died_ms, tries, reason, final_url,"
                              " length (content), key FROM dead WHERE id > ?1 ORDER BY id LIMIT ?2",
                              "ii", after, limit + 1),
                limit, "dead", dead_of);
}

/* --- one item --------------------------------------------------------------------------------- */

/* Text of a row, cut before a character where it is longer. */
static json_t *cut(struct db_rows *rows, int column, size_t longest, bool *was_cut)
{
    struct span text = db_rows_text(rows, column);

    *was_cut |= text.n > longest;
    return reads_json(utf8_clip(text, longest));
}

static void put_enclosures(struct reads *reads, json_t *item, int64_t id)
{
    json_t *enclosures = json_array();
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT url, type, length FROM enclosure WHERE item = ?1 ORDER BY place", "i",
        id);

    while (db_rows_next(rows)) {
        json_t *enclosure = json_object();

        reads_put_text(enclosure, "url", rows, 0);
        reads_put_text(enclosure, "type", rows, 1);
        reads_put_int(enclosure, "length", rows, 2);
        json_array_append_new(enclosures, enclosure);
    }
    db_rows_end(rows);
    json_object_set_new(item, "enclosures", enclosures);
}

static void put_vector(struct reads *reads, json_t *item, int64_t id)
{
    struct db_rows *rows = db_rows_start(
        reads->db, "SELECT sequence, model, length (vector), words FROM vector WHERE item = ?1",
        "i", id);

    if (db_rows_next(rows)) {
        reads_put_int(item, "sequence", rows, 0);
        reads_put_text(item, "model", rows, 1);
        reads_put_int(item, "dimensions", rows, 2);
        reads_put_int(item, "words", rows, 3);
    }
    db_rows_end(rows);
}

/* Content and text as far as they fit into an answer. */
static void put_content(struct reads *reads, json_t *item, struct db_rows *rows)
{
    size_t longest = reads->limits->json_bytes / 2;
    bool was_cut = false;

    do {
        was_cut = false;
        json_object_set_new(item, "content", cut(rows, 16, longest, &was_cut));
        json_object_set_new(item, "text", cut(rows, 17, longest, &was_cut));
        longest /= 2;
    } while (longest > 0 && json_dumpb(item, NULL, 0, JSON_COMPACT) > reads->limits->json_bytes);
    json_object_set_new(item, "truncated", json_boolean(was_cut));
}

static void put_marks(struct reads *reads, json_t *item, uint64_t id)
{
    struct reads_filter filter;

    reads_filter_marks(reads, &filter);
    reads_filter_put(&filter, item, id);
    reads_filter_free(&filter);
}

static json_t *whole_of(struct reads *reads, struct db_rows *rows)
{
    int64_t flags = db_rows_int(rows, 15);
    json_t *item = reads_item_fields(rows);

    reads_put_int(item, "updated_ms", rows, 11);
    reads_put_text(item, "language", rows, 12);
    reads_put_text(item, "categories", rows, 13);
    reads_put_text(item, "thumbnail", rows, 14);
    json_object_set_new(item, "cut", json_boolean(flags & 1));
    put_marks(reads, item, (uint64_t)db_rows_int(rows, 0));
    reads_put_int(item, "wanted", rows, 18);
    put_key(item, rows, 19);
    put_enclosures(reads, item, db_rows_int(rows, 0));
    put_vector(reads, item, db_rows_int(rows, 0));
    reads_put_full(reads, item, db_rows_int(rows, 0));
    put_content(reads, item, rows);
    return item;
}

json_t *reads_item(struct reads *reads)
{
    int64_t id = reads_id(reads);
    struct db_rows *rows = NULL;
    json_t *item = NULL;

    if (!reads_ok(reads))
        return NULL;
    rows = db_rows_start(reads->db,
                         "SELECT id, source, story, copy_of, time_ms, published_ms, seen_ms, title,"
                         " url, author, guid, updated_ms, language, categories, thumbnail, flags,"
                         " content, text, wanted, key FROM item WHERE id = ?1",
                         "i", id);
    if (db_rows_next(rows))
        item = whole_of(reads, rows);
    db_rows_end(rows);
    if (!item && db_read_status(reads->db) == DB_READ_OK)
        reads_fail(reads, APP_DATA, "there is no item %lld", (long long)id);
    return item;
}

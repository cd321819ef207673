#include "storer/db_item.h"

#include "common/msg.h"
#include "storer/db_facts.h"
#include "storer/db_inner.h"

void db_item_find(struct db *db, struct span key, struct db_item *out)
{
    sqlite3_stmt *s = db_get(db, SQL_item_find);

    *out = (struct db_item){0};
    db_blob(s, 1, key);
    if (!db_row(db, s))
        return;
    *out = (struct db_item){
        .id = db_get_uint(s, 0),
        .revision = db_get_uint(s, 1),
        .story = db_get_uint(s, 2),
        .copy_of = db_get_uint(s, 3),
        .time_ms = db_get_int(s, 4),
        .wanted = db_get_int(s, 5),
        .wanted_tries = db_get_uint(s, 6),
        .seen_ms = db_get_int(s, 7),
    };
    db_done(s);
}

static void index_text(struct db *db, uint64_t id, uint64_t source, const struct msg_item *item)
{
    sqlite3_stmt *s = db_get(db, SQL_item_fts_add);

    db_uint(s, 1, id);
    db_text(s, 2, item->title);
    db_text(s, 3, item->text);
    db_text(s, 4, item->author);
    db_uint(s, 5, source);
    db_text(s, 6, item->categories);
    db_run(db, s);
}

static void add_enclosures(struct db *db, uint64_t id, const struct msg_item *item)
{
    const struct msg_enclosure *enclosures = item->enclosures.at;

    for (size_t i = 0; i < item->enclosures.count; i++) {
        sqlite3_stmt *s = db_get(db, SQL_item_enclosure);

        db_uint(s, 1, id);
        db_uint(s, 2, i);
        db_text(s, 3, enclosures[i].url);
        db_text(s, 4, enclosures[i].type);
        db_uint(s, 5, enclosures[i].length);
        db_run(db, s);
    }
}

void db_item_add(struct db *db, const struct db_item *at, uint64_t source, struct span key,
                 const struct msg_item *item)
{
    sqlite3_stmt *s = db_get(db, SQL_item_add);

    db_uint(s, 1, at->id);
    db_blob(s, 2, key);
    db_uint(s, 3, source);
    db_text(s, 4, item->guid);
    db_uint(s, 5, item->revision);
    db_uint(s, 6, at->story);
    db_uint(s, 7, at->copy_of);
    db_int(s, 8, at->time_ms);
    db_int(s, 9, item->published_ms);
    db_int(s, 10, item->updated_ms);
    db_int(s, 11, at->seen_ms);
    db_text(s, 12, item->url);
    db_text(s, 13, item->title);
    db_text(s, 14, item->author);
    db_text(s, 15, item->language);
    db_text(s, 16, item->categories);
    db_text(s, 17, item->thumbnail);
    db_uint(s, 18, item->cut);
    db_int(s, 19, at->wanted);
    db_text(s, 20, item->content);
    db_text(s, 21, item->text);
    db_run(db, s);
    index_text(db, at->id, source, item);
    add_enclosures(db, at->id, item);
}

void db_item_update(struct db *db, const struct db_item *at, uint64_t source,
                    const struct msg_item *item)
{
    sqlite3_stmt *s = db_get(db, SQL_item_fts_gone);

    /* The index keeps no text: it must be told what it held before the row changes. */
    db_uint(s, 1, at->id);
    db_run(db, s);
    s = db_get(db, SQL_item_update);
    db_uint(s, 1, at->id);
    db_uint(s, 2, item->revision);
    db_int(s, 3, item->published_ms);
    db_int(s, 4, item->updated_ms);
    db_text(s, 5, item->url);
    db_text(s, 6, item->title);
    db_text(s, 7, item->author);
    db_text(s, 8, item->language);
    db_text(s, 9, item->categories);
    db_text(s, 10, item->thumbnail);
    db_uint(s, 11, item->cut);
    db_int(s, 12, at->wanted);
    db_text(s, 13, item->content);
    db_text(s, 14, item->text);
    db_run(db, s);
    index_text(db, at->id, source, item);
    s = db_get(db, SQL_item_no_enclosures);
    db_uint(s, 1, at->id);
    db_run(db, s);
    add_enclosures(db, at->id, item);
    db_facts_again(db, at->id);
}

void db_item_wanted_at(struct db *db, uint64_t id, int64_t wanted_ms, uint64_t tries)
{
    sqlite3_stmt *s = db_get(db, SQL_item_wanted_at);

    db_uint(s, 1, id);
    db_int(s, 2, wanted_ms);
    db_uint(s, 3, tries);
    db_run(db, s);
}

/* --- wanted --- */

static void wanted_of(sqlite3_stmt *s, struct db_wanted *row)
{
    row->id = db_get_uint(s, 0);
    row->key = db_get_blob(s, 1);
    row->source = db_get_uint(s, 2);
    row->tries = db_get_uint(s, 17);
    row->item = (struct msg_item){
        .revision = db_get_uint(s, 3),
        .guid = db_get_text(s, 4),
        .url = db_get_text(s, 5),
        .title = db_get_text(s, 6),
        .author = db_get_text(s, 7),
        .language = db_get_text(s, 8),
        .categories = db_get_text(s, 9),
        .content = db_get_text(s, 10),
        .text = db_get_text(s, 11),
        .thumbnail = db_get_text(s, 12),
        .published_ms = db_get_int(s, 13),
        .updated_ms = db_get_int(s, 14),
        .seen_ms = db_get_int(s, 15),
        .cut = db_get_uint(s, 16) & 1,
    };
}

void db_wanted_rows(struct db *db, sqlite3_stmt *s, db_wanted_fn *fn, void *arg)
{
    struct db_wanted row;
    bool more = true;

    while (more && db_row(db, s)) {
        wanted_of(s, &row);
        more = fn(arg, &row);
    }
    if (!more)
        db_done(s);
}

void db_wanted_each(struct db *db, int64_t due_ms, db_wanted_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_item_wanted);

    db_int(s, 1, due_ms);
    db_wanted_rows(db, s, fn, arg);
}

uint64_t db_wanted_count(struct db *db)
{
    return db_number(db, db_get(db, SQL_item_wanted_count));
}

int64_t db_wanted_next(struct db *db)
{
    return (int64_t)db_number(db, db_get(db, SQL_item_wanted_next));
}

/* Vectors and stories. */
#include <string.h>

#include "common/msg.h"
#include "storer/db_inner.h"
#include "storer/db_item.h"

void db_vector_write(struct db *db, enum db_sql which, uint64_t item, uint64_t sequence,
                     const struct msg_vector *vector)
{
    sqlite3_stmt *s = db_get(db, which);

    db_uint(s, 1, item);
    db_uint(s, 2, sequence);
    db_text(s, 3, vector->model);
    db_blob(s, 4, vector->vector);
    db_blob(s, 5, vector->signature);
    db_uint(s, 6, vector->words);
    db_uint(s, 7, vector->url_key);
    db_uint(s, 8, vector->title_key);
    db_blob(s, 9, vector->figures);
    db_blob(s, 10, vector->terms);
    db_run(db, s);
}

void db_vector_add(struct db *db, uint64_t item, uint64_t sequence, const struct msg_vector *vector)
{
    db_vector_write(db, SQL_vector_add, item, sequence, vector);
}

void db_vector_put(struct db *db, uint64_t item, uint64_t sequence, const struct msg_vector *vector)
{
    db_vector_write(db, SQL_vector_put, item, sequence, vector);
}

void db_story_add(struct db *db, uint64_t id, int64_t time_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_story_add);

    db_uint(s, 1, id);
    db_int(s, 2, time_ms);
    db_run(db, s);
}

void db_story_join(struct db *db, uint64_t id, uint64_t source, bool copy, int64_t time_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_story_has_source);
    bool known = false;

    db_uint(s, 1, id);
    db_uint(s, 2, source);
    known = db_row(db, s);
    if (known)
        db_done(s);
    s = db_get(db, SQL_story_join);
    db_uint(s, 1, id);
    db_int(s, 2, copy);
    db_int(s, 3, !known);
    db_int(s, 4, time_ms);
    db_run(db, s);
}

static uint64_t count_of(struct db *db, enum db_sql which, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, which);

    db_uint(s, 1, id);
    return db_number(db, s);
}

uint64_t db_story_originals(struct db *db, uint64_t id)
{
    return count_of(db, SQL_story_originals, id);
}

uint64_t db_story_items(struct db *db, uint64_t id)
{
    return count_of(db, SQL_story_items, id);
}

static void move_item(struct db *db, const struct db_item *at)
{
    sqlite3_stmt *s = db_get(db, SQL_item_story);

    db_uint(s, 1, at->id);
    db_uint(s, 2, at->story);
    db_uint(s, 3, at->copy_of);
    db_run(db, s);
}

void db_item_join(struct db *db, const struct db_item *at, uint64_t source, uint64_t former)
{
    sqlite3_stmt *s = db_get(db, SQL_story_end);

    db_uint(s, 1, former);
    db_run(db, s);
    db_story_join(db, at->story, source, at->copy_of != 0, at->time_ms);
    move_item(db, at);
    if (at->copy_of != 0)
        return;
    s = db_get(db, SQL_story_lead);
    db_uint(s, 1, at->story);
    db_uint(s, 2, at->id);
    db_run(db, s);
}

uint64_t db_item_source(struct db *db, uint64_t item, int64_t *time_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_item_source);
    uint64_t source = 0;

    db_uint(s, 1, item);
    if (db_row(db, s)) {
        source = db_get_uint(s, 0);
        *time_ms = db_get_int(s, 1);
        db_done(s);
    }
    return source;
}

/* --- traits --- */

static void traits_of(sqlite3_stmt *s, struct db_traits *out)
{
    *out = (struct db_traits){
        .id = db_get_uint(s, 0),
        .sequence = db_get_uint(s, 1),
        .story = db_get_uint(s, 2),
        .copy_of = db_get_uint(s, 3),
        .time_ms = db_get_int(s, 4),
        .model = db_get_text(s, 5),
        .vector = db_get_blob(s, 6),
        .signature = db_get_blob(s, 7),
        .words = db_get_uint(s, 8),
        .url_key = db_get_uint(s, 9),
        .title_key = db_get_uint(s, 10),
        .figures = db_get_blob(s, 11),
        .seen_ms = db_get_int(s, 12),
        .terms = db_get_blob(s, 13),
    };
}

static bool each_traits(struct db *db, sqlite3_stmt *s, db_traits_fn *fn, void *arg)
{
    struct db_traits traits;
    bool any = false;

    while (db_row(db, s)) {
        traits_of(s, &traits);
        fn(arg, &traits);
        any = true;
    }
    return any;
}

uint32_t db_vector_terms(struct db *db, uint64_t item,
                         uint8_t terms[TRAITS_TERMS_MAX * TRAITS_TERM])
{
    sqlite3_stmt *s = db_get(db, SQL_vector_terms);
    uint32_t count = 0;

    db_uint(s, 1, item);
    if (!db_row(db, s))
        return 0;
    struct span read = db_get_blob(s, 0);
    if (read.n % TRAITS_TERM == 0 && read.n <= (size_t)TRAITS_TERMS_MAX * TRAITS_TERM) {
        count = (uint32_t)(read.n / TRAITS_TERM);
        if (count > 0)
            memcpy(terms, read.p, read.n);
    }
    db_done(s);
    return count;
}

bool db_traits_of(struct db *db, uint64_t item, db_traits_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_vector_of);

    db_uint(s, 1, item);
    return each_traits(db, s, fn, arg);
}

void db_traits_latest(struct db *db, int64_t most, db_traits_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_vector_latest);

    db_int(s, 1, most);
    each_traits(db, s, fn, arg);
}

void db_traits_members(struct db *db, uint64_t story, db_traits_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_vector_members);

    db_uint(s, 1, story);
    each_traits(db, s, fn, arg);
}

#include "storer/db_import.h"

#include "storer/db_inner.h"
#include "storer/db_source.h"

uint64_t db_import_source(struct db *db, struct span url, struct span title, int64_t now_ms,
                          uint64_t *fetch)
{
    struct db_source_new fresh = {.url = url, .title = title, .now_ms = now_ms};
    enum db_source_state state = DB_SOURCE_ACTIVE;
    uint64_t id = db_source_find(db, url, (struct span){0}, &state);
    sqlite3_stmt *s = NULL;

    if (id == 0)
        id = db_source_add(db, &fresh);
    s = db_get(db, SQL_import_source);
    db_uint(s, 1, id);
    db_run(db, s);
    s = db_get(db, SQL_import_open);
    db_uint(s, 1, id);
    *fetch = db_number(db, s);
    return db->error == DB_OK ? id : 0;
}

uint64_t db_import_fetch(struct db *db, uint64_t source, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_import_fetch);

    db_uint(s, 1, source);
    db_int(s, 2, now_ms);
    db_run(db, s);
    return db->error == DB_OK ? (uint64_t)sqlite3_last_insert_rowid(db->handle) : 0;
}

void db_import_batch(struct db *db, uint64_t fetch, uint64_t source, size_t items, size_t kept,
                     int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_import_batch);

    db_uint(s, 1, fetch);
    db_uint(s, 2, source);
    db_int(s, 3, now_ms);
    db_uint(s, 4, items);
    db_run(db, s);
    s = db_get(db, SQL_import_trim);
    db_uint(s, 1, kept);
    db_run(db, s);
}

void db_import_stored(struct db *db, uint64_t fetch, uint64_t items)
{
    sqlite3_stmt *s = db_get(db, SQL_import_stored);

    db_uint(s, 1, fetch);
    db_uint(s, 2, items);
    db_run(db, s);
}

void db_import_dead(struct db *db, uint64_t fetch)
{
    sqlite3_stmt *s = db_get(db, SQL_import_dead);

    db_uint(s, 1, fetch);
    db_run(db, s);
}

void db_import_done(struct db *db, uint64_t fetch, uint64_t stored, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_import_done);

    db_uint(s, 1, fetch);
    db_uint(s, 2, stored);
    db_int(s, 3, now_ms);
    db_run(db, s);
}

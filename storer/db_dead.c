/* Dead letters, and their way back into the journal. */
#include "common/msg.h"
#include "storer/db_fetch.h"
#include "storer/db_inner.h"

void db_dead_add(struct db *db, uint64_t fetch, const uint8_t *key, uint64_t tries, bool with_body,
                 const char *reason, int64_t now_ms)
{
    bool right = with_body && db_fetch_body_right(db, fetch);
    sqlite3_stmt *s = db_get(db, SQL_dead_add);

    db_uint(s, 1, fetch);
    db_blob(s, 2, span_of(key, MSG_KEY));
    db_int(s, 3, now_ms);
    db_uint(s, 4, tries);
    db_text(s, 5, span_str(reason));
    db_int(s, 6, right);
    db_run(db, s);
}

bool db_dead_next(struct db *db, struct db_dead *out)
{
    sqlite3_stmt *s = db_get(db, SQL_dead_next);
    struct span key;

    if (!db_row(db, s))
        return false;
    key = db_get_blob(s, 2);
    *out = (struct db_dead){
        .id = db_get_uint(s, 0), .source = db_get_uint(s, 1), .bytes = db_get_uint(s, 3)};
    memcpy(out->key, key.p, key.n < MSG_KEY ? key.n : MSG_KEY);
    db_done(s);
    return true;
}

uint64_t db_dead_revive(struct db *db, const struct db_dead *dead, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_revive);
    uint64_t fetch = 0;

    db_uint(s, 1, dead->id);
    db_int(s, 2, now_ms);
    db_run(db, s);
    fetch = (uint64_t)sqlite3_last_insert_rowid(db->handle);
    s = db_get(db, SQL_fetch_revive_body);
    db_uint(s, 1, dead->id);
    if (db_row(db, s)) {
        db_fetch_body(db, fetch, db_get_uint(s, 0), db_get_blob(s, 1));
        db_done(s);
    }
    db_fetch_keys(db, fetch, dead->key, 1);
    s = db_get(db, SQL_dead_end);
    db_uint(s, 1, dead->id);
    db_run(db, s);
    return fetch;
}

int64_t db_dead_ask(struct db *db, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, id ? SQL_dead_find : SQL_dead_ask_all);

    if (id) {
        db_uint(s, 1, id);
        if (!db_row(db, s))
            return -1;
        db_done(s);
        s = db_get(db, SQL_dead_ask);
        db_uint(s, 1, id);
    }
    db_run(db, s);
    return db->error == DB_OK ? sqlite3_changes(db->handle) : 0;
}

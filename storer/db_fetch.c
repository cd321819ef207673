#include "storer/db_fetch.h"

#include "common/msg.h"
#include "storer/db_blob.h"
#include "storer/db_inner.h"
#include "storer/pack.h"

uint64_t db_fetch_lease(struct db *db, uint64_t source, bool hi, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_lease);

    db_uint(s, 1, source);
    db_int(s, 2, hi ? 0 : 1);
    db_int(s, 3, now_ms);
    db_run(db, s);
    return db->error == DB_OK ? (uint64_t)sqlite3_last_insert_rowid(db->handle) : 0;
}

void db_fetch_accept(struct db *db, uint64_t fetch, const struct msg_report *report,
                     int64_t next_ms, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_accept);

    db_uint(s, 1, fetch);
    db_int(s, 2, now_ms);
    db_text(s, 3, report->etag);
    db_text(s, 4, report->last_modified);
    db_uint(s, 5, report->body_hash);
    db_text(s, 6, report->final_url);
    db_text(s, 7, report->content_type);
    db_int(s, 8, next_ms);
    db_int(s, 9, report->seen_ms);
    db_uint(s, 10, report->entries);
    db_text(s, 11, report->feed_title);
    db_text(s, 12, report->feed_link);
    db_run(db, s);
}

void db_fetch_keys(struct db *db, uint64_t fetch, const uint8_t *keys, size_t count)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_item);

    for (size_t i = 0; i < count && db->error == DB_OK; i++) {
        db_uint(s, 1, fetch);
        db_blob(s, 2, span_of(keys + i * MSG_KEY, MSG_KEY));
        db_run(db, s);
    }
}

void db_fetch_body(struct db *db, uint64_t fetch, uint64_t bytes, struct span body)
{
    uint8_t hash[DB_BLOB_HASH] = {0};
    sqlite3_stmt *s = NULL;

    if (!db_blob_put_as_is(db, body, bytes, hash))
        return;
    s = db_get(db, SQL_fetch_body);
    db_uint(s, 1, fetch);
    db_blob(s, 2, span_of(hash, sizeof(hash)));
    db_run(db, s);
}

bool db_fetch_body_right(struct db *db, uint64_t fetch)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_body_get);
    bool right = false;

    db_uint(s, 1, fetch);
    if (!db_row(db, s))
        return false;
    right = pack_is(db_get_blob(s, 0), db_get_blob(s, 1));
    db_done(s);
    return right;
}

void db_fetch_try(struct db *db, uint64_t fetch, const uint8_t *key, uint64_t tries, uint64_t alone)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_item_try);

    db_uint(s, 1, fetch);
    db_blob(s, 2, span_of(key, MSG_KEY));
    db_uint(s, 3, tries);
    db_uint(s, 4, alone);
    db_run(db, s);
}

void db_fetch_sent(struct db *db, uint64_t fetch, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_sent);

    db_uint(s, 1, fetch);
    db_int(s, 2, now_ms);
    db_run(db, s);
}

void db_fetch_item_end(struct db *db, uint64_t fetch, const uint8_t *key)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_item_end);

    db_uint(s, 1, fetch);
    db_blob(s, 2, span_of(key, MSG_KEY));
    db_run(db, s);
}

void db_fetch_end(struct db *db, uint64_t fetch)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_end);

    db_uint(s, 1, fetch);
    db_run(db, s);
}

/* --- reading --- */

bool db_fetch_waiting(struct db *db, uint64_t fetch, struct buf *space,
                      struct db_fetch_waiting *out)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_waiting);

    db_uint(s, 1, fetch);
    if (!db_row(db, s))
        return false;
    db_keep(space, &out->etag, db_get_text(s, 0));
    db_keep(space, &out->last_modified, db_get_text(s, 1));
    out->body_hash = db_get_uint(s, 2);
    out->next_ms = db_get_int(s, 3);
    out->seen_ms = db_get_int(s, 4);
    db_keep(space, &out->title, db_get_text(s, 5));
    db_keep(space, &out->link, db_get_text(s, 6));
    db_done(s);
    db_kept(space, &out->etag);
    db_kept(space, &out->last_modified);
    db_kept(space, &out->title);
    db_kept(space, &out->link);
    return true;
}

bool db_fetch_replay(struct db *db, uint64_t fetch, struct buf *space, struct msg_job *job,
                     struct span *body)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_replay);

    db_uint(s, 1, fetch);
    if (!db_row(db, s))
        return false;
    if (!pack_is(db_get_blob(s, 4), db_get_blob(s, 5))) {
        db_done(s);
        return false;
    }
    db_keep(space, &job->final_url, db_get_text(s, 0));
    db_keep(space, &job->content_type, db_get_text(s, 1));
    job->seen_ms = db_get_int(s, 2);
    db_keep(space, &job->url, db_get_text(s, 3));
    db_keep(space, body, db_get_blob(s, 4));
    db_done(s);
    db_kept(space, &job->final_url);
    db_kept(space, &job->content_type);
    db_kept(space, &job->url);
    db_kept(space, body);
    return true;
}

void db_fetch_each(struct db *db, void (*fn)(void *arg, const struct db_fetch *fetch), void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_all);

    while (db_row(db, s)) {
        struct db_fetch fetch = {
            .id = db_get_uint(s, 0),
            .source = db_get_uint(s, 1),
            .accepted = db_get_int(s, 2) != 0,
            .hi = db_get_int(s, 3) == 0,
            .entries = db_get_uint(s, 4),
            .revived = db_get_int(s, 5) != 0,
            .body_bytes = db_get_uint(s, 6),
        };
        fn(arg, &fetch);
    }
}

void db_fetch_each_key(struct db *db, uint64_t fetch,
                       void (*fn)(void *arg, const uint8_t *key, uint64_t tries, uint64_t alone),
                       void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_fetch_items);

    db_uint(s, 1, fetch);
    while (db_row(db, s)) {
        struct span key = db_get_blob(s, 0);

        if (key.n == MSG_KEY)
            fn(arg, (const uint8_t *)key.p, db_get_uint(s, 1), db_get_uint(s, 2));
    }
}

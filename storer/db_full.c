#include "storer/db_full.h"

#include "storer/db_blob.h"
#include "storer/db_inner.h"

void db_full_get(struct db *db, uint64_t item, struct buf *space, struct db_full *out)
{
    sqlite3_stmt *s = db_get(db, SQL_full_get);

    *out = (struct db_full){0};
    db_uint(s, 1, item);
    if (!db_row(db, s))
        return;
    out->state = (enum db_full_state)db_get_int(s, 0);
    out->asked_ms = db_get_int(s, 1);
    out->until_ms = db_get_int(s, 2);
    out->got_ms = db_get_int(s, 3);
    out->retry_ms = db_get_int(s, 4);
    db_keep(space, &out->hash, db_get_blob(s, 5));
    db_keep(space, &out->error, db_get_text(s, 6));
    db_keep(space, &out->final_url, db_get_text(s, 7));
    db_done(s);
    db_kept(space, &out->hash);
    db_kept(space, &out->error);
    db_kept(space, &out->final_url);
}

bool db_full_subject(struct db *db, uint64_t item, struct buf *space, struct db_full_subject *out)
{
    sqlite3_stmt *s = db_get(db, SQL_full_subject);

    *out = (struct db_full_subject){0};
    db_uint(s, 1, item);
    if (!db_row(db, s))
        return false;
    out->source = db_get_uint(s, 0);
    db_keep(space, &out->url, db_get_text(s, 1));
    db_keep(space, &out->source_url, db_get_text(s, 2));
    db_keep(space, &out->options, db_get_text(s, 3));
    db_done(s);
    db_kept(space, &out->url);
    db_kept(space, &out->source_url);
    db_kept(space, &out->options);
    return true;
}

void db_full_asked(struct db *db, uint64_t item, int64_t now_ms, int64_t until_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_full_asked);

    db_uint(s, 1, item);
    db_int(s, 2, now_ms);
    db_int(s, 3, until_ms);
    db_run(db, s);
}

bool db_full_got(struct db *db, uint64_t item, struct span article, struct span final_url,
                 int64_t now_ms)
{
    uint8_t hash[DB_BLOB_HASH];
    sqlite3_stmt *s = NULL;

    if (!db_blob_put(db, article, now_ms, hash))
        return false;
    s = db_get(db, SQL_full_got); /* a trigger lets the blob go that was here */
    db_uint(s, 1, item);
    db_blob(s, 2, span_of(hash, sizeof(hash)));
    db_text(s, 3, final_url);
    db_int(s, 4, now_ms);
    db_run(db, s);
    return true;
}

void db_full_failed(struct db *db, uint64_t item, struct span error, int64_t retry_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_full_failed);

    db_uint(s, 1, item);
    db_text(s, 2, error);
    db_int(s, 3, retry_ms);
    db_run(db, s);
}

void db_full_each(struct db *db,
                  void (*fn)(void *arg, uint64_t item, struct span url, int64_t until_ms),
                  void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_full_fetching);

    while (db_row(db, s))
        fn(arg, db_get_uint(s, 0), db_get_text(s, 1), db_get_int(s, 2));
}

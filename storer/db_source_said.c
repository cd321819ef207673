#include "storer/db_source_said.h"

#include "common/msg.h"
#include "storer/db_inner.h"

bool db_source_said(struct db *db, uint64_t id, struct buf *space, struct db_source_said *out)
{
    sqlite3_stmt *s = db_get(db, SQL_source_said);

    db_uint(s, 1, id);
    if (!db_row(db, s))
        return false;
    db_keep(space, &out->url, db_get_text(s, 0));
    db_keep(space, &out->credentials, db_get_text(s, 1));
    db_keep(space, &out->options, db_get_text(s, 2));
    db_keep(space, &out->etag, db_get_text(s, 3));
    db_keep(space, &out->last_modified, db_get_text(s, 4));
    out->body_hash = db_get_uint(s, 5);
    out->distrust = db_get_int(s, 6) != 0;
    db_keep(space, &out->moved_url, db_get_text(s, 7));
    out->moved_times = db_get_uint(s, 8);
    out->moved_since_ms = db_get_int(s, 9);
    db_done(s);
    db_kept(space, &out->url);
    db_kept(space, &out->credentials);
    db_kept(space, &out->options);
    db_kept(space, &out->etag);
    db_kept(space, &out->last_modified);
    db_kept(space, &out->moved_url);
    return true;
}

void db_source_rhythm(struct db *db, uint64_t id, const struct msg_report *report)
{
    sqlite3_stmt *s = db_get(db, SQL_source_rhythm);

    db_uint(s, 1, id);
    db_int(s, 2, report->mean_gap_ms);
    db_int(s, 3, report->ttl_ms);
    db_uint(s, 4, report->skip_hours);
    db_uint(s, 5, report->skip_days);
    db_run(db, s);
}

void db_source_distrust(struct db *db, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, SQL_source_distrust);

    db_uint(s, 1, id);
    db_run(db, s);
}

void db_source_moving(struct db *db, uint64_t id, struct span url, uint64_t times, int64_t since_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_source_moving);

    db_uint(s, 1, id);
    db_text(s, 2, url);
    db_uint(s, 3, times);
    db_int(s, 4, since_ms);
    db_run(db, s);
}

void db_source_move(struct db *db, uint64_t id, const struct db_source_place *place)
{
    sqlite3_stmt *s = db_get(db, SQL_source_move);

    db_uint(s, 1, id);
    db_text(s, 2, place->url);
    db_text(s, 3, place->host);
    db_text(s, 4, place->credentials);
    db_text(s, 5, place->options);
    db_text(s, 6, place->note);
    db_run(db, s);
}

void db_source_alternates(struct db *db, uint64_t id, struct span json)
{
    sqlite3_stmt *s = db_get(db, SQL_source_alternates);

    db_uint(s, 1, id);
    db_text(s, 2, json);
    db_run(db, s);
}

static void pass_on(struct db *db, enum db_sql what, uint64_t id, uint64_t into)
{
    sqlite3_stmt *s = db_get(db, what);

    db_uint(s, 1, id);
    db_uint(s, 2, into);
    db_run(db, s);
}

void db_source_merge(struct db *db, uint64_t id, uint64_t into, struct span note)
{
    sqlite3_stmt *s = NULL;

    pass_on(db, SQL_source_merge_categories, id, into);
    pass_on(db, SQL_source_merge_own, id, into);
    s = db_get(db, SQL_source_uncategorise);
    db_uint(s, 1, id);
    db_run(db, s);
    s = db_get(db, SQL_source_merge);
    db_uint(s, 1, id);
    db_text(s, 2, note);
    db_run(db, s);
}

void db_source_gone(struct db *db, uint64_t id, int64_t now_ms, struct span words)
{
    sqlite3_stmt *s = db_get(db, SQL_source_gone);

    db_uint(s, 1, id);
    db_int(s, 2, now_ms);
    db_text(s, 3, words);
    db_run(db, s);
}

void db_source_restore(struct db *db, uint64_t id, int64_t next_ms, uint64_t errors)
{
    sqlite3_stmt *s = db_get(db, SQL_source_restore);

    db_uint(s, 1, id);
    db_int(s, 2, next_ms);
    db_uint(s, 3, errors);
    db_run(db, s);
}

#include "storer/db_source_set.h"

#include "storer/db_inner.h"

bool db_source_set_row(struct db *db, uint64_t id, struct buf *url, struct buf *options,
                       enum db_source_state *state)
{
    sqlite3_stmt *s = db_get(db, SQL_source_set_row);
    struct span text;

    db_uint(s, 1, id);
    if (!db_row(db, s))
        return false;
    text = db_get_text(s, 0);
    buf_add(url, text.p, text.n);
    text = db_get_text(s, 1);
    buf_add(options, text.p, text.n);
    *state = (enum db_source_state)db_get_int(s, 2);
    db_done(s);
    return true;
}

void db_source_set_title(struct db *db, uint64_t id, struct span title)
{
    sqlite3_stmt *s = db_get(db, SQL_source_set_title);

    db_uint(s, 1, id);
    db_text(s, 2, title);
    db_run(db, s);
}

void db_source_set_keep(struct db *db, uint64_t id, bool days, int64_t limit)
{
    sqlite3_stmt *s = db_get(db, days ? SQL_source_set_keep_days : SQL_source_set_keep_items);

    db_uint(s, 1, id);
    db_int(s, 2, limit);
    db_run(db, s);
}

void db_source_set_interval(struct db *db, uint64_t id, int64_t interval_ms, int64_t next_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_source_set_interval);

    db_uint(s, 1, id);
    db_int(s, 2, interval_ms);
    db_int(s, 3, next_ms);
    db_run(db, s);
    s = db_get(db, SQL_fetch_set_interval);
    db_uint(s, 1, id);
    db_int(s, 2, next_ms);
    db_run(db, s);
}

void db_source_set_options(struct db *db, uint64_t id, struct span options, struct span credentials,
                           int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_source_set_options);

    db_uint(s, 1, id);
    db_text(s, 2, options);
    db_text(s, 3, credentials);
    db_int(s, 4, now_ms);
    db_run(db, s);
    s = db_get(db, SQL_fetch_set_options);
    db_uint(s, 1, id);
    db_int(s, 2, now_ms);
    db_run(db, s);
}

void db_source_set_no_category(struct db *db, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, SQL_source_uncategorise);

    db_uint(s, 1, id);
    db_run(db, s);
}

#include "storer/db_source.h"

#include "common/msg.h"
#include "storer/db_forget.h"
#include "storer/db_inner.h"

static void source_of(sqlite3_stmt *s, struct db_source *out)
{
    struct span host = db_get_text(s, 1);

    *out = (struct db_source){
        .id = db_get_uint(s, 0),
        .next_ms = db_get_int(s, 2),
        .state = (enum db_source_state)db_get_int(s, 3),
        .expected = db_get_uint(s, 4),
        .errors = db_get_uint(s, 5),
        .suspect = db_get_uint(s, 6),
        .quarantines = db_get_uint(s, 7),
        .interval_ms = db_get_int(s, 8),
        .fetch = db_get_uint(s, 9),
        .gap_ms = db_get_int(s, 10),
        .ttl_ms = db_get_int(s, 11),
        .skip_hours = db_get_uint(s, 12),
        .skip_days = db_get_uint(s, 13),
        .last_ok_ms = db_get_int(s, 14),
    };
    memcpy(out->host, host.p, host.n < sizeof(out->host) ? host.n : sizeof(out->host) - 1);
}

void db_source_each(struct db *db, void (*fn)(void *arg, const struct db_source *source), void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_source_all);
    struct db_source source;

    while (db_row(db, s)) {
        source_of(s, &source);
        fn(arg, &source);
    }
}

bool db_source_get(struct db *db, uint64_t id, struct db_source *out)
{
    sqlite3_stmt *s = db_get(db, SQL_source_one);

    db_uint(s, 1, id);
    if (!db_row(db, s))
        return false;
    source_of(s, out);
    db_done(s);
    return true;
}

/* --- jobs --- */

static struct span known_of(struct db *db, uint64_t id, const struct db_source_asking *asking,
                            struct buf *space)
{
    int64_t most = asking->known_max;
    sqlite3_stmt *s = most > 0 ? db_get(db, SQL_source_known) : NULL;
    size_t at = space->len;

    db_uint(s, 1, id);
    db_int(s, 2, most);
    while (db_row(db, s)) {
        struct span key = db_get_blob(s, 0);

        if (key.n != MSG_KEY)
            continue;
        buf_add(space, key.p, key.n);
        msg_put_u64(space, db_get_uint(s, 1));
    }
    db_forgotten_known(db, id, asking->forgotten_since_ms, (uint64_t)most, space);
    return span_of((const char *)(uintptr_t)at, space->len - at);
}

bool db_source_job(struct db *db, uint64_t id, const struct db_source_asking *asking,
                   struct buf *space, struct msg_job *job, struct span *options)
{
    sqlite3_stmt *s = db_get(db, SQL_source_job);

    db_uint(s, 1, id);
    db_int(s, 2, asking->recheck_before_ms);
    if (!db_row(db, s))
        return false;
    db_keep(space, &job->url, db_get_text(s, 0));
    db_keep(space, &job->etag, db_get_text(s, 1));
    db_keep(space, &job->last_modified, db_get_text(s, 2));
    job->body_hash = db_get_uint(s, 3);
    db_keep(space, options, db_get_text(s, 4));
    job->discover = db_get_uint(s, 5);
    db_done(s);
    job->known = known_of(db, id, asking, space);
    if (db_forgotten_due(db, id, asking->forgotten_since_ms)) {
        job->etag = job->last_modified = (struct span){0};
        job->body_hash = 0;
    }
    db_kept(space, &job->url);
    db_kept(space, &job->etag);
    db_kept(space, &job->last_modified);
    db_kept(space, options);
    db_kept(space, &job->known);
    return true;
}

/* --- adding and removing --- */

uint64_t db_source_find(struct db *db, struct span url, struct span credentials,
                        enum db_source_state *state)
{
    sqlite3_stmt *s = db_get(db, SQL_source_find);
    uint64_t id = 0;

    db_text(s, 1, url);
    db_text(s, 2, credentials);
    if (db_row(db, s)) {
        id = db_get_uint(s, 0);
        *state = (enum db_source_state)db_get_int(s, 1);
        db_done(s);
    }
    return id;
}

uint64_t db_source_add(struct db *db, const struct db_source_new *source)
{
    sqlite3_stmt *s = db_get(db, SQL_source_add);

    db_text(s, 1, source->url);
    db_text(s, 2, source->credentials);
    db_text(s, 3, source->options);
    db_text(s, 4, source->host);
    db_text(s, 5, source->title);
    db_int(s, 6, source->now_ms);
    db_int(s, 7, source->interval_ms);
    db_run(db, s);
    return db->error == DB_OK ? (uint64_t)sqlite3_last_insert_rowid(db->handle) : 0;
}

void db_source_revive(struct db *db, uint64_t id, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_source_revive);

    db_uint(s, 1, id);
    db_int(s, 2, now_ms);
    db_run(db, s);
}

bool db_source_retire(struct db *db, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, SQL_source_retire);

    db_uint(s, 1, id);
    db_run(db, s);
    if (db->error != DB_OK || sqlite3_changes(db->handle) == 0)
        return false;
    s = db_get(db, SQL_source_uncategorise);
    db_uint(s, 1, id);
    db_run(db, s);
    return true;
}

void db_source_category(struct db *db, uint64_t id, struct span category)
{
    sqlite3_stmt *s = db_get(db, SQL_category_find);
    uint64_t found = 0;

    db_text(s, 1, category);
    if (db_row(db, s)) {
        found = db_get_uint(s, 0);
        db_done(s);
    } else {
        s = db_get(db, SQL_category_add);
        db_text(s, 1, category);
        db_run(db, s);
        found = (uint64_t)sqlite3_last_insert_rowid(db->handle);
    }
    s = db_get(db, SQL_source_in_category);
    db_uint(s, 1, id);
    db_uint(s, 2, found);
    db_run(db, s);
}

/* --- what became of a fetch --- */

void db_source_read(struct db *db, uint64_t id, const struct db_source_read *read)
{
    sqlite3_stmt *s = db_get(db, SQL_source_read);

    db_uint(s, 1, id);
    db_text(s, 2, read->etag);
    db_text(s, 3, read->last_modified);
    db_uint(s, 4, read->body_hash);
    db_int(s, 5, read->next_ms);
    db_int(s, 6, read->now_ms);
    db_text(s, 7, read->title);
    db_text(s, 8, read->link);
    db_uint(s, 9, read->expected);
    db_run(db, s);
}

void db_source_same(struct db *db, uint64_t id, const struct db_source_read *read)
{
    sqlite3_stmt *s = db_get(db, SQL_source_same);

    db_uint(s, 1, id);
    db_text(s, 2, read->etag);
    db_text(s, 3, read->last_modified);
    db_int(s, 4, read->next_ms);
    db_int(s, 5, read->now_ms);
    db_uint(s, 6, read->expected);
    db_int(s, 7, read->whole);
    db_run(db, s);
}

void db_source_failed(struct db *db, uint64_t id, int64_t next_ms, int64_t now_ms,
                      struct span error)
{
    sqlite3_stmt *s = db_get(db, SQL_source_failed);

    db_uint(s, 1, id);
    db_int(s, 2, next_ms);
    db_int(s, 3, now_ms);
    db_text(s, 4, error);
    db_run(db, s);
}

void db_source_suspect(struct db *db, const struct db_source *source, struct span error)
{
    sqlite3_stmt *s = db_get(db, SQL_source_suspect);

    db_uint(s, 1, source->id);
    db_uint(s, 2, source->suspect);
    db_int(s, 3, (int64_t)source->state);
    db_int(s, 4, source->next_ms);
    db_uint(s, 5, source->quarantines);
    db_text(s, 6, error);
    db_run(db, s);
}

void db_source_items(struct db *db, uint64_t id, uint64_t stored, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_source_items);

    db_uint(s, 1, id);
    db_uint(s, 2, stored);
    db_int(s, 3, now_ms);
    db_run(db, s);
}

/* Items that go. */
#include "storer/db_forget.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/msg.h"
#include "storer/db_facts.h"
#include "storer/db_inner.h"

static void run_one(struct db *db, enum db_sql which, uint64_t value)
{
    sqlite3_stmt *s = db_get(db, which);

    db_uint(s, 1, value);
    db_run(db, s);
}

static bool is_any(struct db *db, sqlite3_stmt *s)
{
    bool found = db_row(db, s);

    if (found)
        db_done(s);
    return found;
}

/* --- which ------------------------------------------------------------------------------------ */

bool db_doomed_of(struct db *db, uint64_t item, struct db_doomed *out)
{
    sqlite3_stmt *s = db_get(db, SQL_doomed_of);
    struct span key;

    *out = (struct db_doomed){0};
    db_uint(s, 1, item);
    if (!db_row(db, s))
        return false;
    *out = (struct db_doomed){.id = db_get_uint(s, 0),
                              .source = db_get_uint(s, 2),
                              .revision = db_get_uint(s, 3),
                              .story = db_get_uint(s, 4),
                              .copy_of = db_get_uint(s, 5),
                              .seen_ms = db_get_int(s, 6),
                              .bytes = db_get_uint(s, 7)};
    key = db_get_blob(s, 1);
    memcpy(out->key, key.p, key.n < MSG_KEY ? key.n : MSG_KEY);
    db_done(s);
    return true;
}

size_t db_doomed_after(struct db *db, uint64_t item, uint64_t source, struct db_doomed *out,
                       size_t most)
{
    sqlite3_stmt *s = db_get(db, source ? SQL_doomed_of_source : SQL_doomed_after);
    size_t n = 0;

    if (source)
        db_uint(s, 1, source);
    db_uint(s, source ? 2 : 1, item);
    db_uint(s, source ? 3 : 2, most);
    while (n < most && db_row(db, s))
        out[n++] = (struct db_doomed){
            .id = db_get_uint(s, 0), .source = db_get_uint(s, 1), .seen_ms = db_get_int(s, 2)};
    db_done(s);
    return n;
}

bool db_doomed_source(struct db *db, uint64_t after, uint64_t items_limit,
                      struct db_doomed_source *out)
{
    sqlite3_stmt *s = db_get(db, SQL_doomed_sources);

    db_uint(s, 1, after);
    db_uint(s, 2, items_limit);
    if (!db_row(db, s))
        return false;
    *out = (struct db_doomed_source){.id = db_get_uint(s, 0),
                                     .keep_days = db_get_int(s, 1),
                                     .keep_items = db_get_int(s, 2),
                                     .items = db_get_uint(s, 3)};
    db_done(s);
    return true;
}

bool db_doomed_own(struct db *db, uint64_t source)
{
    sqlite3_stmt *s = db_get(db, SQL_doomed_own);

    db_uint(s, 1, source);
    return is_any(db, s);
}

bool db_doomed_busy(struct db *db, uint64_t item)
{
    sqlite3_stmt *s = db_get(db, SQL_doomed_busy);

    db_uint(s, 1, item);
    return is_any(db, s);
}

/* --- going ------------------------------------------------------------------------------------ */

void db_forget_rows(struct db *db, const struct db_doomed *item, uint64_t sequence, int64_t now_ms)
{
    sqlite3_stmt *s = NULL;

    run_one(db, SQL_item_fts_gone, item->id); /* it must be told what it held */
    run_one(db, SQL_forget_item, item->id);
    db_facts_again(db, item->id);
    run_one(db, SQL_forget_source, item->source);
    s = db_get(db, SQL_forget_tombstone);
    db_uint(s, 1, sequence);
    db_uint(s, 2, item->id);
    db_blob(s, 3, span_of(item->key, MSG_KEY));
    db_int(s, 4, now_ms);
    db_run(db, s);
    s = db_get(db, SQL_forget_key);
    db_blob(s, 1, span_of(item->key, MSG_KEY));
    db_uint(s, 2, item->source);
    db_uint(s, 3, item->revision);
    db_int(s, 4, now_ms);
    db_run(db, s);
}

static void set_copy(struct db *db, uint64_t item, uint64_t story, uint64_t copy_of)
{
    sqlite3_stmt *s = db_get(db, SQL_item_story);

    db_uint(s, 1, item);
    db_uint(s, 2, story);
    db_uint(s, 3, copy_of);
    db_run(db, s);
}

void db_forget_copies(struct db *db, const struct db_doomed *item, db_forget_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_forget_copies);
    uint64_t *copies = NULL;
    size_t count = 0;

    /* Walked first and changed after: a statement must not meet its own changes. */
    db_uint(s, 1, item->id);
    while (db_row(db, s)) {
        copies = mem_realloc(copies, count + 1, sizeof(*copies));
        copies[count++] = db_get_uint(s, 0);
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t copy_of = i == 0 ? 0 : copies[0];

        set_copy(db, copies[i], item->story, copy_of);
        fn(arg, copies[i], copy_of);
    }
    free(copies);
}

bool db_forget_story(struct db *db, uint64_t story)
{
    run_one(db, SQL_forget_story, story);
    if (db_changes(db) > 0)
        return true;
    run_one(db, SQL_forget_recount, story);
    return false;
}

/* --- keys that stay known --------------------------------------------------------------------- */

bool db_forgotten_seen(struct db *db, struct span key, uint64_t revision, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_forgotten_find);

    db_blob(s, 1, key);
    if (!is_any(db, s))
        return false;
    s = db_get(db, SQL_forgotten_shown);
    db_blob(s, 1, key);
    db_uint(s, 2, revision);
    db_int(s, 3, now_ms);
    db_run(db, s);
    return true;
}

void db_forgotten_known(struct db *db, uint64_t source, int64_t since_ms, uint64_t most,
                        struct buf *space)
{
    sqlite3_stmt *s = db_get(db, SQL_forgotten_known);

    db_uint(s, 1, source);
    db_int(s, 2, since_ms);
    db_uint(s, 3, most);
    while (db_row(db, s)) {
        struct span key = db_get_blob(s, 0);

        if (key.n != MSG_KEY)
            continue;
        buf_add(space, key.p, key.n);
        msg_put_u64(space, db_get_uint(s, 1));
    }
}

bool db_forgotten_due(struct db *db, uint64_t source, int64_t before_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_forgotten_due);

    db_uint(s, 1, source);
    db_int(s, 2, before_ms);
    db_uint(s, 3, 1);
    return is_any(db, s);
}

static bool is_among(struct span keys, const uint8_t *key)
{
    for (size_t i = 0; i + MSG_KEY <= keys.n; i += MSG_KEY)
        if (memcmp(keys.p + i, key, MSG_KEY) == 0)
            return true;
    return false;
}

struct missing {
    uint8_t key[MSG_KEY];
    bool again;
};

size_t db_forgotten_read(struct db *db, uint64_t source, int64_t before_ms, struct span keys,
                         size_t most)
{
    sqlite3_stmt *s = db_get(db, SQL_forgotten_due);
    struct missing *missing = mem_calloc(most + 1, sizeof(*missing));
    size_t count = 0, ended = 0;

    db_uint(s, 1, source);
    db_int(s, 2, before_ms);
    db_uint(s, 3, most);
    while (db_row(db, s)) {
        struct span key = db_get_blob(s, 0);

        if (key.n != MSG_KEY || is_among(keys, (const uint8_t *)key.p))
            continue; /* it comes, and is known */
        memcpy(missing[count].key, key.p, MSG_KEY);
        missing[count++].again = db_get_int(s, 1) > 0;
    }
    for (size_t i = 0; i < count; i++) {
        s = db_get(db, missing[i].again ? SQL_forgotten_end : SQL_forgotten_missed);
        db_blob(s, 1, span_of(missing[i].key, MSG_KEY));
        db_run(db, s);
        ended += missing[i].again;
    }
    free(missing);
    return ended;
}

size_t db_tombstone_sweep(struct db *db, int64_t before_ms, size_t most)
{
    sqlite3_stmt *s = db_get(db, SQL_tombstone_sweep);

    db_int(s, 1, before_ms);
    db_uint(s, 2, most);
    db_run(db, s);
    return db_changes(db);
}

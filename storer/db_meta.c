/* The table meta. */
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "common/hash.h"
#include "storer/db_inner.h"

#define META(M)                                                                                    \
    M(epoch)                                                                                       \
    M(head)                                                                                        \
    M(accepted)                                                                                    \
    M(stored)                                                                                      \
    M(updated)                                                                                     \
    M(known)                                                                                       \
    M(dead) M(gone) M(paused) M(file) M(next_below) M(next_total) M(next_done) M(next_failed)
#define META_TEXT(M) M(model) M(model_next)

static uint64_t get(struct db *db, const char *name)
{
    sqlite3_stmt *s = db_get(db, SQL_meta_get);

    db_text(s, 1, span_str(name));
    return db_number(db, s);
}

static void put(struct db *db, const char *name, uint64_t value)
{
    sqlite3_stmt *s = db_get(db, SQL_meta_put);

    db_text(s, 1, span_str(name));
    db_uint(s, 2, value);
    db_run(db, s);
}

static void get_text(struct db *db, const char *name, char out[DB_MODEL])
{
    sqlite3_stmt *s = db_get(db, SQL_meta_get);
    struct span text = {0};

    out[0] = '\0';
    db_text(s, 1, span_str(name));
    if (!db_row(db, s))
        return;
    text = db_get_text(s, 0);
    if (text.n < DB_MODEL) {
        memcpy(out, text.p, text.n);
        out[text.n] = '\0';
    }
    db_done(s);
}

static void put_text(struct db *db, const char *name, const char *value)
{
    sqlite3_stmt *s = db_get(db, SQL_meta_put);

    db_text(s, 1, span_str(name));
    db_text(s, 2, span_str(value));
    db_run(db, s);
}

uint64_t db_epoch(void)
{
    uint64_t epoch = 0;

    while (epoch == 0) {
        if (getrandom(&epoch, sizeof(epoch), 0) != (ssize_t)sizeof(epoch))
            epoch = 0;
        epoch &= INT64_MAX; /* SQLite's integers are signed */
    }
    return epoch;
}

static uint64_t identity(const char *path)
{
    struct stat st = {0};
    uint64_t parts[2] = {0};

    if (stat(path, &st) != 0)
        return 0;
    parts[0] = st.st_dev;
    parts[1] = st.st_ino;
    return hash_64(parts, sizeof(parts)) & INT64_MAX;
}

bool db_meta_load(struct db *db, const char *path, struct db_meta *meta)
{
    uint64_t file = identity(path);
    struct db_meta before = db->saved;

#define GET(name) db->saved.name = get(db, #name);
    META(GET)
#define GET_TEXT(name) get_text(db, #name, db->saved.name);
    META_TEXT(GET_TEXT)
    if (db->error == DB_OK && before.epoch == db->saved.epoch && db->saved.head < before.head)
        db_note(db, DB_CORRUPT, "commits that were made are gone from it");
    if (db->error != DB_OK) {
        db->saved = before;
        return false;
    }
    *meta = db->saved;
    if (meta->epoch != 0 && meta->file == file)
        return true;
    meta->epoch = db_epoch();
    meta->file = file;
    db_begin(db);
    db_meta_save(db, meta);
    if (!db_commit(db))
        return false;
    db_meta_saved(db, meta);
    return true;
}

void db_meta_save(struct db *db, const struct db_meta *meta)
{
#define PUT(name)                                                                                  \
    if (meta->name != db->saved.name)                                                              \
        put(db, #name, meta->name);
    META(PUT)
#define PUT_TEXT(name)                                                                             \
    if (strcmp(meta->name, db->saved.name) != 0)                                                   \
        put_text(db, #name, meta->name);
    META_TEXT(PUT_TEXT)
}

void db_meta_saved(struct db *db, const struct db_meta *meta)
{
    db->saved = *meta;
}

bool db_probe(struct db *db, int64_t now_ms)
{
    db_begin(db);
    put(db, "probed", (uint64_t)now_ms);
    return db_commit(db);
}

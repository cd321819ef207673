#include "storer/db_blob.h"

#include <string.h>

#include "common/hash.h"
#include "storer/db_inner.h"
#include "storer/pack.h"

enum { KIND_PLAIN, KIND_PACKED }; /* of which bytes the hash is */

static bool has(struct db *db, enum db_sql which, struct span hash)
{
    sqlite3_stmt *s = db_get(db, which);
    bool found = false;

    db_blob(s, 1, hash);
    found = db_row(db, s);
    if (found)
        db_done(s);
    return found;
}

void db_blob_let_go(struct db *db, const uint8_t *hash, int64_t now_ms)
{
    sqlite3_stmt *s = db_get(db, SQL_blob_let_go);

    db_blob(s, 1, span_of(hash, DB_BLOB_HASH));
    db_int(s, 2, now_ms);
    db_run(db, s);
}

/* Nothing happens where the same content is there already. */
static void add(struct db *db, const uint8_t *hash, int kind, uint64_t bytes, struct span packed)
{
    sqlite3_stmt *s = db_get(db, SQL_blob_add);

    db_blob(s, 1, span_of(hash, DB_BLOB_HASH));
    db_int(s, 2, kind);
    db_uint(s, 3, bytes);
    db_blob(s, 4, packed);
    db_run(db, s);
}

/* What is there already is loose, too: its last referrer may have let it go, and be swept before
 * the new one is written. */
static bool keep(struct db *db, struct span plain, struct span packed, int64_t now_ms,
                 uint8_t hash[DB_BLOB_HASH])
{
    struct hash_key key = hash_128(plain.p, plain.n);

    memcpy(hash, key.bytes, DB_BLOB_HASH);
    add(db, hash, KIND_PLAIN, plain.n, packed);
    db_blob_let_go(db, hash, now_ms);
    return db->error == DB_OK;
}

bool db_blob_put(struct db *db, struct span plain, int64_t now_ms, uint8_t hash[DB_BLOB_HASH])
{
    struct buf packed = {0};
    bool kept = false;

    if (plain.n > PACK_BYTES_MOST)
        return false;
    pack_make(plain, &packed);
    kept = keep(db, plain, buf_span(&packed), now_ms, hash);
    buf_free(&packed);
    return kept;
}

bool db_blob_put_packed(struct db *db, struct span packed, uint64_t bytes, int64_t now_ms,
                        uint8_t hash[DB_BLOB_HASH])
{
    struct buf plain = {0};
    bool kept =
        pack_open(packed, bytes, &plain) && keep(db, buf_span(&plain), packed, now_ms, hash);

    buf_free(&plain);
    return kept;
}

bool db_blob_put_as_is(struct db *db, struct span packed, uint64_t bytes,
                       uint8_t hash[DB_BLOB_HASH])
{
    pack_address(packed, hash);
    add(db, hash, KIND_PACKED, bytes, packed);
    return db->error == DB_OK;
}

bool db_blob_get(struct db *db, const uint8_t *hash, struct buf *plain)
{
    sqlite3_stmt *s = db_get(db, SQL_blob_get);
    bool found = false;

    buf_clear(plain);
    db_blob(s, 1, span_of(hash, DB_BLOB_HASH));
    if (!db_row(db, s))
        return false;
    found = pack_open(db_get_blob(s, 1), db_get_uint(s, 0), plain);
    db_done(s);
    if (found) {
        struct hash_key key = hash_128(plain->data, plain->len);

        found = memcmp(key.bytes, hash, DB_BLOB_HASH) == 0;
    }
    if (!found)
        buf_clear(plain);
    return found;
}

static bool next_loose(struct db *db, int64_t before_ms, uint8_t hash[DB_BLOB_HASH])
{
    sqlite3_stmt *s = db_get(db, SQL_blob_loose);
    struct span found;

    db_int(s, 1, before_ms);
    if (!db_row(db, s))
        return false;
    found = db_get_blob(s, 0);
    memset(hash, 0, DB_BLOB_HASH);
    memcpy(hash, found.p, found.n < DB_BLOB_HASH ? found.n : DB_BLOB_HASH);
    db_done(s);
    return true;
}

size_t db_blob_sweep(struct db *db, int64_t before_ms, size_t most, size_t *gone)
{
    uint8_t hash[DB_BLOB_HASH] = {0};
    struct span key = span_of(hash, DB_BLOB_HASH);
    size_t looked = 0;

    for (; looked < most && next_loose(db, before_ms, hash); looked++) {
        sqlite3_stmt *s = db_get(db, SQL_blob_looked);

        db_blob(s, 1, key);
        db_run(db, s);
        if (has(db, SQL_blob_used, key))
            continue;
        s = db_get(db, SQL_blob_gone);
        db_blob(s, 1, key);
        db_run(db, s);
        *gone += db_changes(db);
    }
    return looked;
}

void db_blob_moved(struct db *db)
{
    uint8_t hash[DB_BLOB_HASH] = {0};

    for (;;) {
        sqlite3_stmt *moved = db_get(db, SQL_blob_moved), *s = NULL;

        if (!db_row(db, moved))
            return;
        db_blob_put_as_is(db, db_get_blob(moved, 3), db_get_uint(moved, 2), hash);
        s = db_get(db, SQL_blob_moved_body);
        db_blob(s, 1, db_get_blob(moved, 1));
        db_blob(s, 2, span_of(hash, DB_BLOB_HASH));
        db_run(db, s);
        s = db_get(db, SQL_blob_gone);
        db_blob(s, 1, db_get_blob(moved, 1));
        db_run(db, s);
        db_done(moved);
    }
}

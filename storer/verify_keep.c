/* The checks of what keeping leaves: tombstones, keys that stay known, contents. */
#include "common/hash.h"
#include "storer/db_read.h"
#include "storer/pack.h"
#include "storer/verify_inner.h"

void verify_gone(struct verify *verify)
{
    verify_rows(verify, "SELECT printf ('key %s was deleted and is that of item %d',"
                        " lower (hex (forgotten.key)), item.id) FROM forgotten"
                        " JOIN item ON item.key = forgotten.key");
    verify_rows(verify, "SELECT printf ('tombstone %d is later than the last sequence, %d',"
                        " sequence, (SELECT value FROM meta WHERE name = 'head')) FROM tombstone"
                        " WHERE sequence > coalesce"
                        " ((SELECT value FROM meta WHERE name = 'head'), 0)");
    verify_rows(verify, "SELECT printf ('%d items were stored, %d of them deleted, and there are"
                        " %d', stored, gone, items) FROM (SELECT"
                        " coalesce ((SELECT value FROM meta WHERE name = 'stored'), 0) AS stored,"
                        " coalesce ((SELECT value FROM meta WHERE name = 'gone'), 0) AS gone,"
                        " (SELECT count (*) FROM item) AS items) WHERE stored - gone <> items");
}

static bool is_of(struct span hash, struct span packed, uint64_t bytes, struct buf *plain)
{
    struct hash_key key;

    if (!pack_open(packed, bytes, plain))
        return false;
    key = hash_128(plain->data, plain->len);
    return span_eq(hash, span_of(key.bytes, sizeof(key.bytes)));
}

/* Each is what its hash says. */
static void wrong_contents(struct verify *verify)
{
    struct db_rows *rows =
        db_rows_start(verify->db, "SELECT id, hash, bytes, data, kind FROM blob ORDER BY id", "");
    struct buf plain = {0};

    while (db_rows_next(rows)) {
        struct span hash = db_rows_blob(rows, 1), packed = db_rows_blob(rows, 3);
        bool as_it_came = db_rows_int(rows, 4) == 1;

        if (as_it_came ? !pack_is(packed, hash)
                       : !is_of(hash, packed, (uint64_t)db_rows_int(rows, 2), &plain))
            verify_problem(verify, "content %lld is not what its hash says",
                           (long long)db_rows_int(rows, 0));
    }
    db_rows_end(rows);
    buf_free(&plain);
}

void verify_contents(struct verify *verify)
{
    wrong_contents(verify);
    verify_rows(verify, "SELECT printf ('content %d is nobody''s, and does not wait to be looked"
                        " at', id) FROM blob WHERE NOT EXISTS"
                        " (SELECT 1 FROM blob_loose WHERE blob_loose.hash = blob.hash)"
                        " AND NOT EXISTS"
                        " (SELECT 1 FROM full_text WHERE full_text.hash = blob.hash)"
                        " AND NOT EXISTS (SELECT 1 FROM body WHERE body.hash = blob.hash)");
    verify_rows(verify, "SELECT printf ('the response of fetch %d is not there', fetch) FROM body"
                        " WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.hash = body.hash)");
}

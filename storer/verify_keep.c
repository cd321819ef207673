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

/* Each is what its hash says. */
static void wrong_contents(struct verify *verify)
{
    struct db_rows *rows =
        db_rows_start(verify->db, "SELECT id, hash, bytes, data FROM blob ORDER BY id", "");
    struct buf plain = {0};

    while (db_rows_next(rows)) {
        bool right = pack_open(db_rows_blob(rows, 3), (uint64_t)db_rows_int(rows, 2), &plain);
        struct hash_key key = hash_128(plain.data, plain.len);

        if (!right || !span_eq(db_rows_blob(rows, 1), span_of(key.bytes, sizeof(key.bytes))))
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
                        " (SELECT 1 FROM full_text WHERE full_text.hash = blob.hash)");
}

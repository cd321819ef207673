#include "storer/reads_blob.h"

#include "common/hash.h"
#include "storer/db_read.h"
#include "storer/pack.h"

bool reads_blob(struct db_read *db, struct span hash, struct buf *plain)
{
    struct db_rows *rows =
        db_rows_start(db, "SELECT bytes, data FROM blob WHERE hash = ?1", "b", &hash);
    bool found = db_rows_next(rows) &&
                 pack_open(db_rows_blob(rows, 1), (uint64_t)db_rows_int(rows, 0), plain);

    db_rows_end(rows);
    if (found) {
        struct hash_key key = hash_128(plain->data, plain->len);

        found = span_eq(hash, span_of(key.bytes, sizeof(key.bytes)));
    }
    if (!found)
        buf_clear(plain);
    return found;
}

#include "storer/reads_marks.h"

#include "storer/db_read.h"
#include "storer/idset.h"
#include "storer/reads_inner.h"

struct idset *reads_mark_set(struct reads *reads, enum mark_kind kind)
{
    struct idset *set = idset_create();
    struct db_rows *rows =
        db_rows_start(reads->db, "SELECT block, bits FROM mark WHERE kind = ?1 ORDER BY block", "i",
                      (int64_t)kind);

    while (db_rows_next(rows)) {
        struct span bits = db_rows_blob(rows, 1);

        if (bits.n == IDSET_BYTES)
            idset_add_block(set, (uint64_t)db_rows_int(rows, 0), bits.p);
    }
    db_rows_end(rows);
    return set;
}

uint64_t reads_head(struct reads *reads)
{
    return (uint64_t)db_read_meta(reads->db, "head", 0);
}

/* Table mark_step: what was marked, so that it can be taken back. */
#include "storer/db_inner.h"
#include "storer/db_mark.h"

uint64_t db_mark_step_add(struct db *db, const struct db_mark_step *step, struct span packed,
                          uint64_t most, uint64_t most_bytes)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_step_add);
    uint64_t id = 0;

    db_int(s, 1, step->made_ms);
    db_uint(s, 2, step->kind);
    db_uint(s, 3, step->on);
    db_uint(s, 4, step->items);
    db_blob(s, 5, packed);
    db_run(db, s);
    id = db_number(db, db_get(db, SQL_mark_step_newest));
    s = db_get(db, SQL_mark_step_trim);
    db_uint(s, 1, most);
    db_uint(s, 2, most_bytes);
    db_run(db, s);
    return id;
}

struct db_mark_step db_mark_step_last(struct db *db, struct buf *packed)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_step_last);
    struct db_mark_step step = {0};
    struct span bits = {0};

    buf_clear(packed);
    if (!db_row(db, s))
        return step;
    step = (struct db_mark_step){
        .id = db_get_uint(s, 0),
        .made_ms = db_get_int(s, 1),
        .kind = (enum mark_kind)db_get_uint(s, 2),
        .on = db_get_uint(s, 3) != 0,
        .items = db_get_uint(s, 4),
    };
    bits = db_get_blob(s, 5);
    buf_add(packed, bits.p, bits.n);
    db_done(s);
    return step;
}

void db_mark_step_end(struct db *db, uint64_t id)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_step_end);

    db_uint(s, 1, id);
    db_run(db, s);
}

/* import.state: see import.h. */
#include "common/app.h"
#include "storer/db_read.h"
#include "storer/reads_inner.h"

json_t *reads_import_state(struct reads *reads)
{
    int64_t fetch = reads_arg(reads, "fetch", 0, 1, INT64_MAX);
    struct db_rows *rows = NULL;
    json_t *state = NULL;

    if (!reads_ok(reads))
        return NULL;
    rows = db_rows_start(reads->db,
                         "SELECT source, items, stored, known, dead, at_ms, done_ms"
                         " FROM import_batch WHERE fetch = ?1",
                         "i", fetch);
    if (db_rows_next(rows)) {
        state = json_pack("{s:I}", "fetch", (json_int_t)fetch);
        reads_put_int(state, "source", rows, 0);
        reads_put_int(state, "items", rows, 1);
        reads_put_int(state, "stored", rows, 2);
        reads_put_int(state, "known", rows, 3);
        reads_put_int(state, "dead", rows, 4);
        reads_put_int(state, "at_ms", rows, 5);
        json_object_set_new(state, "done", json_boolean(db_rows_int(rows, 6) > 0));
    }
    db_rows_end(rows);
    if (!state && db_read_status(reads->db) == DB_READ_OK)
        reads_fail(reads, APP_DATA, "there is no import of fetch %lld", (long long)fetch);
    return state;
}

#include "storer/db_next.h"

#include <string.h>

#include "common/msg.h"
#include "storer/db_inner.h"

static bool any(struct db *db, sqlite3_stmt *s)
{
    bool found = db_row(db, s);

    if (found)
        db_done(s);
    return found;
}

static void run_one(struct db *db, enum db_sql which, uint64_t value)
{
    sqlite3_stmt *s = db_get(db, which);

    db_uint(s, 1, value);
    db_run(db, s);
}

/* --- one item --------------------------------------------------------------------------------- */

enum db_next_state db_next_state(struct db *db, uint64_t item, uint64_t *tries)
{
    sqlite3_stmt *s = db_get(db, SQL_next_owed);
    int64_t due_ms = 0;

    *tries = 0;
    db_uint(s, 1, item);
    if (db_row(db, s)) {
        due_ms = db_get_int(s, 0);
        *tries = db_get_uint(s, 1);
        db_done(s);
        return due_ms > 0 ? DB_NEXT_OWED : DB_NEXT_FAILED;
    }
    s = db_get(db, SQL_next_has);
    db_uint(s, 1, item);
    return any(db, s) ? DB_NEXT_DONE : DB_NEXT_NONE;
}

void db_next_want(struct db *db, uint64_t item, int64_t due_ms, uint64_t tries)
{
    sqlite3_stmt *s = db_get(db, SQL_next_want);

    db_uint(s, 1, item);
    db_int(s, 2, due_ms);
    db_uint(s, 3, tries);
    db_run(db, s);
}

void db_next_retry(struct db *db)
{
    db_run(db, db_get(db, SQL_next_retry));
}

void db_next_put(struct db *db, uint64_t item, const struct msg_vector *vector)
{
    db_vector_write(db, SQL_next_put, item, 0,
                    vector); /* it has the sequence of the one that serves */
    run_one(db, SQL_next_paid, item);
}

void db_next_fail(struct db *db, uint64_t item, const char *model)
{
    sqlite3_stmt *s = db_get(db, SQL_next_bare);

    db_uint(s, 1, item);
    db_text(s, 2, span_str(model));
    db_run(db, s);
    db_next_want(db, item, 0, 0);
}

void db_next_forget(struct db *db, uint64_t item)
{
    run_one(db, SQL_next_forget, item);
}

void db_next_sequence(struct db *db, uint64_t item, uint64_t sequence)
{
    sqlite3_stmt *s = db_get(db, SQL_next_sequence);

    db_uint(s, 1, item);
    db_uint(s, 2, sequence);
    db_run(db, s);
}

/* --- many ------------------------------------------------------------------------------------- */

void db_next_each_due(struct db *db, int64_t now_ms, db_wanted_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_next_due);

    db_int(s, 1, now_ms);
    db_wanted_rows(db, s, fn, arg);
}

void db_next_each_below(struct db *db, uint64_t id, db_wanted_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_next_fresh);

    db_uint(s, 1, id);
    db_wanted_rows(db, s, fn, arg);
}

bool db_next_owed(struct db *db)
{
    return any(db, db_get(db, SQL_next_waits));
}

uint64_t db_next_items(struct db *db)
{
    return db_number(db, db_get(db, SQL_next_items));
}

/* Names change, rows do not move: it takes the same short time whatever the tables hold.
 * Statements are prepared anew by SQLite itself, here and in readers. */
void db_next_switch(struct db *db)
{
    db_execute(db, "ALTER TABLE vector RENAME TO vector_former;"
                   "ALTER TABLE vector_next RENAME TO vector;"
                   "ALTER TABLE vector_former RENAME TO vector_next");
}

bool db_next_sweep(struct db *db, size_t most, int64_t wanted_ms)
{
    sqlite3_stmt *s = NULL;
    size_t swept = 0;

    run_one(db, SQL_next_sweep, most);
    swept = db_changes(db);
    s = db_get(db, SQL_next_sweep_want);
    db_uint(s, 1, most);
    db_int(s, 2, wanted_ms);
    db_run(db, s);
    run_one(db, SQL_next_sweep_owed, most);
    return swept + db_changes(db) > 0;
}

void db_next_model(struct db *db, char model[DB_MODEL])
{
    sqlite3_stmt *s = db_get(db, SQL_next_model);
    struct span name = {0};

    model[0] = '\0';
    if (!db_row(db, s))
        return;
    name = db_get_text(s, 0);
    if (name.n < DB_MODEL) {
        memcpy(model, name.p, name.n);
        model[name.n] = '\0';
    }
    db_done(s);
}

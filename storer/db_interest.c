#include "storer/db_interest.h"

#include "storer/db_inner.h"

/* max (kind, ..) in the statement: starred is the greater one. */
_Static_assert(MARK_READ < MARK_STARRED, "starring outlasts reading");

void db_interest_put(struct db *db, uint64_t item, enum mark_kind kind, int64_t at_ms, int64_t most)
{
    sqlite3_stmt *s = db_get(db, SQL_interest_put);

    db_uint(s, 1, item);
    db_int(s, 2, kind);
    db_int(s, 3, at_ms);
    db_run(db, s);
    s = db_get(db, SQL_interest_trim);
    db_int(s, 1, kind);
    db_int(s, 2, most);
    db_run(db, s);
}

void db_interest_end(struct db *db, uint64_t item, enum mark_kind kind)
{
    sqlite3_stmt *s = db_get(db, SQL_interest_end);

    db_uint(s, 1, item);
    db_int(s, 2, kind);
    db_run(db, s);
}

/* Marks and copies: an original and its copies are a group. */
#include "storer/db_inner.h"
#include "storer/db_mark.h"
#include "storer/idset.h"

enum { GROUP = 64 }; /* copies of a group whose words are looked at, the latest */

void db_mark_late_copies(struct db *db, struct idset *set, uint64_t head)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_late_copies);

    db_uint(s, 1, head);
    while (db_row(db, s))
        if (idset_has(set, db_get_uint(s, 1)))
            idset_add(set, db_get_uint(s, 0));
}

static uint64_t words_of(struct db *db, uint64_t item)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_words);
    uint64_t words = 0;

    db_uint(s, 1, item);
    words = db_number(db, s);
    return words > 0 ? words : 1; /* one without words is marked all the same */
}

uint64_t db_mark_words(struct db *db, enum mark_kind kind, uint64_t original)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_group);
    uint64_t most = 0;

    db_uint(s, 1, original);
    db_uint(s, 2, GROUP);
    while (db_row(db, s)) {
        uint64_t id = db_get_uint(s, 0);
        uint64_t words = db_mark_has(db, kind, id) ? words_of(db, id) : 0;

        most = words > most ? words : most;
    }
    return most;
}

bool db_mark_group(struct db *db, uint64_t item, struct idset *set)
{
    sqlite3_stmt *s = db_get(db, SQL_mark_original);
    uint64_t original = 0;

    db_uint(s, 1, item);
    original = db_number(db, s);
    if (original == 0)
        return false;
    s = db_get(db, SQL_mark_group);
    db_uint(s, 1, original);
    db_int(s, 2, INT64_MAX);
    while (db_row(db, s))
        idset_add(set, db_get_uint(s, 0));
    return true;
}

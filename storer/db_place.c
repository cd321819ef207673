/* Where items stand: the first columns of their rows, without text and vector. */
#include "storer/db_inner.h"
#include "storer/db_item.h"
#include "storer/places.h"

static bool each_place(struct db *db, sqlite3_stmt *s, db_place_fn *fn, void *arg)
{
    bool any = false;

    while (db_row(db, s)) {
        struct place place = {
            .id = db_get_uint(s, 0),
            .story = db_get_uint(s, 1),
            .copy_of = db_get_uint(s, 2),
            .time_ms = db_get_int(s, 3),
            .seen_ms = db_get_int(s, 4),
            .originals = db_get_int(s, 5),
        };

        fn(arg, &place);
        any = true;
    }
    return any;
}

bool db_place_of(struct db *db, uint64_t item, db_place_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_place_of);

    db_uint(s, 1, item);
    return each_place(db, s, fn, arg);
}

void db_places_below(struct db *db, uint64_t item, int64_t most, db_place_fn *fn, void *arg)
{
    sqlite3_stmt *s = db_get(db, SQL_places_below);

    db_uint(s, 1, item);
    db_int(s, 2, most);
    each_place(db, s, fn, arg);
}

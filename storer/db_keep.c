#include "storer/db_keep.h"

#include "storer/db_inner.h"

static uint64_t pragma(struct db *db, const char *text)
{
    sqlite3_stmt *s = NULL;
    uint64_t value = 0;

    if (db->error == DB_OK && sqlite3_prepare_v2(db->handle, text, -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        value = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return value;
}

uint64_t db_keep_free(struct db *db)
{
    return pragma(db, "PRAGMA freelist_count") * db->page_bytes;
}

uint64_t db_keep_used(struct db *db)
{
    uint64_t all = pragma(db, "PRAGMA page_count") * db->page_bytes, free = db_keep_free(db);

    return all > free ? all - free : 0;
}

uint64_t db_keep_blobs(struct db *db)
{
    return db_number(db, db_get(db, SQL_keep_blob_bytes));
}

uint64_t db_keep_loose(struct db *db, bool responses)
{
    sqlite3_stmt *s = db_get(db, SQL_keep_loose_bytes);

    db_int(s, 1, responses);
    return db_number(db, s);
}

size_t db_keep_full_texts(struct db *db, struct db_keep_full *out, size_t most, size_t skip)
{
    sqlite3_stmt *s = db_get(db, SQL_keep_full_text);
    size_t n = 0;

    db_uint(s, 1, most);
    db_uint(s, 2, skip);
    while (n < most && db_row(db, s))
        out[n++] = (struct db_keep_full){
            .item = db_get_uint(s, 0), .got_ms = db_get_int(s, 1), .bytes = db_get_uint(s, 2)};
    db_done(s);
    return n;
}

void db_keep_full_end(struct db *db, uint64_t item)
{
    sqlite3_stmt *s = db_get(db, SQL_keep_full_text_end);

    db_uint(s, 1, item);
    db_run(db, s);
}

/* As FTS5 documents it: a merge that changed fewer than two rows did nothing. */
bool db_keep_merge(struct db *db, int pages)
{
    sqlite3_stmt *s = db_get(db, SQL_keep_merge);
    int before = sqlite3_total_changes(db->handle);

    db_int(s, 1, pages);
    db_run(db, s);
    return db->error == DB_OK && sqlite3_total_changes(db->handle) - before >= 2;
}

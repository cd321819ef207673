/* Inside the database module: statements, binding, reading.  For the writer's connection only. */
#ifndef WEIR_STORER_DB_INNER_H
#define WEIR_STORER_DB_INNER_H

#include <sqlite3.h>

#include "common/buf.h"
#include "storer/db.h"

enum db_sql {
#define Q(name, ...) SQL_##name,
#include "storer/db_sql.def"
#undef Q
    SQLS
};

struct db {
    sqlite3 *handle;
    sqlite3_stmt *statements[SQLS];
    bool open; /* a transaction */
    enum db_error error;
    char *why;
    struct db_meta saved;
    char *path;
    int64_t busy_ms;
    uint64_t page_bytes;
    uint64_t log_pages, log_back; /* of the log after the last commit, and written back */
    bool doubt;                   /* see db_log.h */
};

enum db_error db_class(int code);
/* Notes the first error of a transaction. */
void db_fail(struct db *db, int code);
/* The same for what SQLite does not call one. */
void db_note(struct db *db, enum db_error error, const char *why);

/* --- opening: db.c, for db_log.c.  0, or -1 with the error noted. --- */
int db_open_handle(struct db *db, int64_t busy_ms);
/* Finalizes what was prepared. */
void db_close_handle(struct db *db);
int db_check_ours(struct db *db, struct buf *why);
/* Opens the handle and makes it ready to write: pragmas, migrations (stop as in db_open_unless). */
int db_prepare(struct db *db, bool (*stop)(void), struct buf *why);

/* A statement ready to be bound, or NULL after an error: every helper below takes NULL. */
sqlite3_stmt *db_get(struct db *db, enum db_sql which);

/* Text and bytes are borrowed until db_run or the last db_row. */
void db_int(sqlite3_stmt *s, int place, int64_t value);
void db_uint(sqlite3_stmt *s, int place, uint64_t value);
void db_text(sqlite3_stmt *s, int place, struct span text);
void db_blob(sqlite3_stmt *s, int place, struct span bytes);

/* Runs a statement that gives no rows. */
void db_run(struct db *db, sqlite3_stmt *s);
/* The next row; false after the last one, which also resets the statement. */
bool db_row(struct db *db, sqlite3_stmt *s);
/* Resets a statement whose rows were not all read. */
void db_done(sqlite3_stmt *s);

int64_t db_get_int(sqlite3_stmt *s, int column);
uint64_t db_get_uint(sqlite3_stmt *s, int column);
/* Borrowed until the next db_row, db_run or db_done of this statement. */
struct span db_get_text(sqlite3_stmt *s, int column);
struct span db_get_blob(sqlite3_stmt *s, int column);

/* Text of a row that must outlive it: appended to space.  The buffer moves while it grows, so *out
 * is an offset, until db_kept () turns it into a span once all of it is there. */
void db_keep(struct buf *space, struct span *out, struct span text);
void db_kept(const struct buf *space, struct span *text);

/* Rows changed by the last statement that was run. */
size_t db_changes(const struct db *db);
/* The number that a statement gives in its only row; 0 where it has none. */
uint64_t db_number(struct db *db, sqlite3_stmt *s);
/* Runs statements that are not kept; 0, or -1 with the error noted. */
int db_execute(struct db *db, const char *text);
/* Writes a vector by a statement with the parameters of vector_add. */
struct msg_vector;
void db_vector_write(struct db *db, enum db_sql which, uint64_t item, uint64_t sequence,
                     const struct msg_vector *vector);
/* db_wanted_fn for the rows of a statement with the columns of item_wanted. */
struct db_wanted;
void db_wanted_rows(struct db *db, sqlite3_stmt *s,
                    bool (*fn)(void *arg, const struct db_wanted *row), void *arg);

#endif

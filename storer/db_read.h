/* A read-only connection to the store, and the rows of a query.  One thread owns a connection.  A
 * query is stopped inside SQLite when the connection's watch says so (sqlite3_progress_handler). */
#ifndef WEIR_STORER_DB_READ_H
#define WEIR_STORER_DB_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct db_read;
struct db_rows;

enum db_read_status {
    DB_READ_OK,
    DB_READ_STOPPED, /* by the watch */
    DB_READ_FAILED,  /* db_read_error () says why */
};

/* Asked every few thousand steps of SQLite's machine; true stops the query. */
typedef bool db_read_watch_fn(void *arg);

/* Opens the file and reads its schema's version.  NULL with a sentence in error where the file is
 * missing, is no store, is damaged at its start, or was made by a newer program. */
struct db_read *db_read_open(const char *path, int64_t busy_ms, struct buf *error);
void db_read_close(struct db_read **db);

/* fn NULL: nothing stops a query. */
void db_read_watch(struct db_read *db, db_read_watch_fn *fn, void *arg);

/* Everything between the two sees one state of the store.  A read that fails to begin says so in
 * the status; end is always allowed. */
enum db_read_status db_read_begin(struct db_read *db);
void db_read_end(struct db_read *db);

/* What happened since db_read_begin, or the last db_rows_start outside of it. */
enum db_read_status db_read_status(const struct db_read *db);
const char *db_read_error(const struct db_read *db);
/* Asks the watch, for work between queries: true where it stopped this one, or something before
 * did. */
bool db_read_stopped(struct db_read *db);

/* Starts a query.  sql is a constant that lives on: prepared statements are kept by its address.
 * kinds has a letter for each parameter: i int64_t, t const char * (NUL-terminated), b struct span
 *, p a pointer for a function of storer/db_*.c.  A statement that fails gives no rows, and the
 *status says why.  The result is never NULL and is given back with db_rows_end; texts and blobs
 *given must live until then. */
struct db_rows *db_rows_start(struct db_read *db, const char *sql, const char *kinds, ...);
/* The next row; false at the end, when stopped, and after a failure. */
bool db_rows_next(struct db_rows *rows);
int64_t db_rows_int(struct db_rows *rows, int column);
/* Borrowed until the next row. */
struct span db_rows_text(struct db_rows *rows, int column);
struct span db_rows_blob(struct db_rows *rows, int column);
void db_rows_end(struct db_rows *rows);

/* The first column of the first row; none where there is no row. */
int64_t db_read_int(struct db_read *db, const char *sql, int64_t none);
/* An integer of meta; none where there is no such name. */
int64_t db_read_meta(struct db_read *db, const char *name, int64_t none);

/* --- for storer/db_read_*.c only ----------------------------------------------------------------
 */

struct sqlite3;
struct sqlite3 *db_read_handle(struct db_read *db);
/* Takes the status over from the connection's last error. */
void db_read_fail(struct db_read *db, int code);

#endif

#include "storer/db_read.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>

#include "common/mem.h"
#include "storer/db_rank.h"
#include "storer/db_schema.h"

enum {
    STEPS = 2000,    /* of SQLite's machine between two looks at the watch: some 50 us */
    STATEMENTS = 48, /* kept prepared */
};

struct db_rows {
    struct db_read *db;
    const char *sql;
    sqlite3_stmt *stmt;
    bool in_use;
    bool failed;
};

struct db_read {
    sqlite3 *handle;
    db_read_watch_fn *watch;
    void *watch_arg;
    enum db_read_status status;
    struct buf error;
    struct db_rows kept[STATEMENTS];
};

static int look(void *arg)
{
    struct db_read *db = arg;

    return db->watch && db->watch(db->watch_arg);
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Of the schema: the file is opened all the same, and every query tells of it. */
static bool is_damage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT;
}

static int open_handle(struct db_read *db, const char *path, int64_t busy_ms)
{
    int code = sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

    if (code != SQLITE_OK)
        return code;
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite3_busy_timeout(db->handle, (int)busy_ms);
    sqlite3_progress_handler(db->handle, STEPS, look, db);
    /* Sorters and the text check's tables stay off the disk; with SQLite's own 2 MiB of pages a
     * search reads the same pages again and again, which doubles its CPU in a large store. */
    code = sqlite3_exec(db->handle, "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384", NULL,
                        NULL, NULL);
    return is_damage(code) ? SQLITE_OK : code;
}

static int check_version(struct db_read *db, const char *path, struct buf *error)
{
    int64_t version = db_read_int(db, "PRAGMA user_version", -1);
    int code = SQLITE_OK;

    if (version < 0) {
        buf_printf(error, "%s: %s", path, db_read_error(db));
        return -1;
    }
    if (version == 0 || version > db_schema_newest()) {
        buf_printf(error, "%s: %s (schema version %lld, this program knows 1 to %d)", path,
                   version ? "made by a newer program" : "not a store", (long long)version,
                   db_schema_newest());
        return -1;
    }
    code = db_rank_register(db->handle);
    if (code == SQLITE_OK || is_damage(code))
        return 0;
    buf_printf(error, "%s: %s", path, sqlite3_errmsg(db->handle));
    return -1;
}

struct db_read *db_read_open(const char *path, int64_t busy_ms, struct buf *error)
{
    struct db_read *db = mem_calloc(1, sizeof(*db));
    int code = open_handle(db, path, busy_ms);

    if (code != SQLITE_OK) {
        buf_printf(error, "%s: %s", path,
                   db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
        db_read_close(&db);
        return NULL;
    }
    if (check_version(db, path, error))
        db_read_close(&db);
    return db;
}

void db_read_close(struct db_read **db)
{
    if (!db || !*db)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        sqlite3_finalize((*db)->kept[i].stmt);
    sqlite3_close((*db)->handle);
    buf_free(&(*db)->error);
    free(*db);
    *db = NULL;
}

void db_read_watch(struct db_read *db, db_read_watch_fn *fn, void *arg)
{
    db->watch = fn;
    db->watch_arg = arg;
}

struct sqlite3 *db_read_handle(struct db_read *db)
{
    return db->handle;
}

/* --- status ----------------------------------------------------------------------------------- */

void db_read_fail(struct db_read *db, int code)
{
    if (db->status != DB_READ_OK) /* the first failure is the cause of the others */
        return;
    db->status = (code & 0xff) == SQLITE_INTERRUPT ? DB_READ_STOPPED : DB_READ_FAILED;
    buf_clear(&db->error);
    buf_adds(&db->error, sqlite3_errmsg(db->handle));
}

enum db_read_status db_read_status(const struct db_read *db)
{
    return db->status;
}

bool db_read_stopped(struct db_read *db)
{
    if (db->status == DB_READ_OK && look(db))
        db_read_fail(db, SQLITE_INTERRUPT);
    return db->status != DB_READ_OK;
}

const char *db_read_error(const struct db_read *db)
{
    return db->error.data ? db->error.data : "";
}

static void forget_status(struct db_read *db)
{
    db->status = DB_READ_OK;
    buf_clear(&db->error);
}

enum db_read_status db_read_begin(struct db_read *db)
{
    int code = 0;

    forget_status(db);
    code = sqlite3_exec(db->handle, "BEGIN", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        db_read_fail(db, code);
    return db->status;
}

void db_read_end(struct db_read *db)
{
    /* A stopped statement may have ended the transaction already. */
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* --- rows ------------------------------------------------------------------------------------- */

/* The kept statement of this text, else a free place; statements in use are left alone. */
static struct db_rows *place_of(struct db_read *db, const char *sql)
{
    struct db_rows *idle = NULL;

    for (size_t i = 0; i < STATEMENTS; i++) {
        struct db_rows *rows = &db->kept[i];

        if (!rows->in_use && rows->sql == sql)
            return rows;
        if (!rows->in_use && (!idle || (idle->sql && !rows->sql)))
            idle = rows;
    }
    if (!idle)
        abort(); /* more queries open at once than any caller has: a bug */
    sqlite3_finalize(idle->stmt);
    *idle = (struct db_rows){.db = db};
    return idle;
}

static void bind(struct db_rows *rows, const char *kinds, va_list args)
{
    for (int i = 1; kinds[i - 1]; i++) {
        if (kinds[i - 1] == 'i') {
            sqlite3_bind_int64(rows->stmt, i, va_arg(args, int64_t));
        } else if (kinds[i - 1] == 'p') {
            sqlite3_bind_pointer(rows->stmt, i, va_arg(args, void *), "weir", NULL);
        } else if (kinds[i - 1] == 't') {
            sqlite3_bind_text(rows->stmt, i, va_arg(args, const char *), -1, SQLITE_STATIC);
        } else {
            struct span *span = va_arg(args, struct span *);

            sqlite3_bind_blob64(rows->stmt, i, span->p, span->n, SQLITE_STATIC);
        }
    }
}

struct db_rows *db_rows_start(struct db_read *db, const char *sql, const char *kinds, ...)
{
    struct db_rows *rows = place_of(db, sql);
    va_list args;
    int code = SQLITE_OK;

    if (sqlite3_get_autocommit(db->handle))
        forget_status(db);
    rows->in_use = true;
    rows->failed = false;
    if (!rows->stmt)
        code =
            sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &rows->stmt, NULL);
    if (code != SQLITE_OK) {
        db_read_fail(db, code);
        rows->failed = true;
        return rows;
    }
    rows->sql = sql;
    va_start(args, kinds);
    bind(rows, kinds, args);
    va_end(args);
    return rows;
}

bool db_rows_next(struct db_rows *rows)
{
    int code = 0;

    if (rows->failed || rows->db->status != DB_READ_OK)
        return false;
    code = sqlite3_step(rows->stmt);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        db_read_fail(rows->db, code);
    rows->failed = true;
    return false;
}

int64_t db_rows_int(struct db_rows *rows, int column)
{
    return sqlite3_column_int64(rows->stmt, column);
}

struct span db_rows_text(struct db_rows *rows, int column)
{
    const void *p = sqlite3_column_text(rows->stmt, column);

    return span_of(p, p ? (size_t)sqlite3_column_bytes(rows->stmt, column) : 0);
}

struct span db_rows_blob(struct db_rows *rows, int column)
{
    const void *p = sqlite3_column_blob(rows->stmt, column);

    return span_of(p, p ? (size_t)sqlite3_column_bytes(rows->stmt, column) : 0);
}

void db_rows_end(struct db_rows *rows)
{
    if (rows->stmt) {
        sqlite3_reset(rows->stmt);
        sqlite3_clear_bindings(rows->stmt);
    }
    rows->in_use = false;
}

int64_t db_read_int(struct db_read *db, const char *sql, int64_t none)
{
    struct db_rows *rows = db_rows_start(db, sql, "");
    int64_t value = db_rows_next(rows) ? db_rows_int(rows, 0) : none;

    db_rows_end(rows);
    return value;
}

int64_t db_read_meta(struct db_read *db, const char *name, int64_t none)
{
    struct db_rows *rows = db_rows_start(db, "SELECT value FROM meta WHERE name = ?1", "t", name);
    int64_t value = db_rows_next(rows) ? db_rows_int(rows, 0) : none;

    db_rows_end(rows);
    return value;
}

#include "storer/db_inner.h"

#include <errno.h>
#include <stdlib.h>

#include "common/mem.h"

static const char *const texts[] = {
#define Q(name, ...) __VA_ARGS__,
#include "storer/db_sql.def"
#undef Q
};

enum db_error db_class(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return DB_OK;
    case SQLITE_FULL:
        return DB_FULL;
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL:
        return DB_IO;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return DB_LOCKED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return DB_CORRUPT;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return DB_OPEN;
    case SQLITE_INTERRUPT:
        return DB_STOPPED;
    default:
        return DB_BUG;
    }
}

enum db_error db_open_error(int system)
{
    switch (system) {
    case ENOSPC:
    case EDQUOT:
        return DB_FULL;
    case EROFS:
    case EIO:
    case EMFILE:
    case ENFILE:
        return DB_IO;
    default:
        return DB_OPEN;
    }
}

/* What can leave less on the disk than was reported; a handle that was opened for reading alone
 * needs another one, too, and one that saw damage is not to be believed. */
static bool is_doubtful(int code)
{
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC ||
           code == SQLITE_IOERR_TRUNCATE || (code & 0xff) == SQLITE_READONLY ||
           (code & 0xff) == SQLITE_CORRUPT;
}

void db_note(struct db *db, enum db_error error, const char *why)
{
    if (db->error != DB_OK)
        return;
    db->error = error;
    free(db->why);
    db->why = mem_strdup(why);
}

void db_fail(struct db *db, int code)
{
    enum db_error class = db_class(code);
    char *why = NULL;

    if (db->error != DB_OK)
        return;
    if (class == DB_OPEN)
        class = db_open_error(sqlite3_system_errno(db->handle));
    /* What a file's own calls gave is not the connection's error. */
    why = mem_printf("%s (%d)",
                     (sqlite3_errcode(db->handle) & 0xff) == (code & 0xff)
                         ? sqlite3_errmsg(db->handle)
                         : sqlite3_errstr(code),
                     code);
    db->doubt = db->doubt || is_doubtful(code);
    db_note(db, class, why);
    free(why);
}

sqlite3_stmt *db_get(struct db *db, enum db_sql which)
{
    int code = SQLITE_OK;

    if (db->error != DB_OK)
        return NULL;
    if (!db->statements[which]) {
        code = sqlite3_prepare_v3(db->handle, texts[which], -1, SQLITE_PREPARE_PERSISTENT,
                                  &db->statements[which], NULL);
        if (code != SQLITE_OK) {
            db_fail(db, code);
            return NULL;
        }
    }
    return db->statements[which];
}

void db_int(sqlite3_stmt *s, int place, int64_t value)
{
    if (s)
        sqlite3_bind_int64(s, place, value);
}

void db_uint(sqlite3_stmt *s, int place, uint64_t value)
{
    db_int(s, place, (int64_t)value);
}

void db_text(sqlite3_stmt *s, int place, struct span text)
{
    if (s)
        sqlite3_bind_text64(s, place, text.n ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
}

void db_blob(sqlite3_stmt *s, int place, struct span bytes)
{
    if (s)
        sqlite3_bind_blob64(s, place, bytes.n ? bytes.p : "", bytes.n, SQLITE_STATIC);
}

void db_run(struct db *db, sqlite3_stmt *s)
{
    int code = SQLITE_OK;

    if (!s)
        return;
    code = sqlite3_step(s);
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        db_fail(db, code);
    sqlite3_reset(s);
}

bool db_row(struct db *db, sqlite3_stmt *s)
{
    int code = SQLITE_OK;

    if (!s)
        return false;
    code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        db_fail(db, code);
    sqlite3_reset(s);
    return false;
}

void db_done(sqlite3_stmt *s)
{
    if (s)
        sqlite3_reset(s);
}

uint64_t db_number(struct db *db, sqlite3_stmt *s)
{
    uint64_t number = 0;

    if (db_row(db, s)) {
        number = db_get_uint(s, 0);
        db_done(s);
    }
    return number;
}

int64_t db_get_int(sqlite3_stmt *s, int column)
{
    return sqlite3_column_int64(s, column);
}

uint64_t db_get_uint(sqlite3_stmt *s, int column)
{
    return (uint64_t)sqlite3_column_int64(s, column);
}

struct span db_get_text(sqlite3_stmt *s, int column)
{
    const void *p = sqlite3_column_text(s, column);

    return span_of(p, (size_t)sqlite3_column_bytes(s, column));
}

struct span db_get_blob(sqlite3_stmt *s, int column)
{
    const void *p = sqlite3_column_blob(s, column);

    return span_of(p, (size_t)sqlite3_column_bytes(s, column));
}

void db_keep(struct buf *space, struct span *out, struct span text)
{
    *out = span_of((const char *)(uintptr_t)space->len, text.n);
    buf_add(space, text.p, text.n);
}

void db_kept(const struct buf *space, struct span *text)
{
    text->p = text->n ? space->data + (uintptr_t)text->p : NULL;
}

int db_execute(struct db *db, const char *text)
{
    int code = sqlite3_exec(db->handle, text, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        db_fail(db, code);
    return code == SQLITE_OK ? 0 : -1;
}

size_t db_changes(const struct db *db)
{
    return db->error == DB_OK ? (size_t)sqlite3_changes(db->handle) : 0;
}

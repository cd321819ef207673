/* Opening, migrating, transactions. */
#include "storer/db.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/db_blob.h"
#include "storer/db_inner.h"
#include "storer/db_log.h"
#include "storer/db_schema.h"

static int version_of(struct db *db)
{
    sqlite3_stmt *s = NULL;
    int version = -1;
    int code = sqlite3_prepare_v2(db->handle, "PRAGMA user_version", -1, &s, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code == SQLITE_ROW)
        version = sqlite3_column_int(s, 0);
    else
        db_fail(db, code);
    sqlite3_finalize(s);
    return version;
}

static bool has_tables(struct db *db)
{
    sqlite3_stmt *s = NULL;
    int code = sqlite3_prepare_v2(db->handle, "SELECT 1 FROM sqlite_master", -1, &s, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(s);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        db_fail(db, code);
    sqlite3_finalize(s);
    return code == SQLITE_ROW;
}

static uint64_t page_bytes(struct db *db)
{
    sqlite3_stmt *s = NULL;
    uint64_t bytes = 4096;

    if (sqlite3_prepare_v2(db->handle, "PRAGMA page_size", -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        bytes = (uint64_t)sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return bytes;
}

/* Before anything is written: a file that is not for this program stays as it is. */
int db_check_ours(struct db *db, struct buf *why)
{
    int version = version_of(db);

    if (version > db_schema_newest()) {
        buf_printf(why, "its schema has version %d, this program knows %d; use the newer program",
                   version, db_schema_newest());
        db->error = DB_NEWER;
    } else if (version == 0 && has_tables(db)) {
        buf_adds(why, "a database of another program");
        db->error = DB_OPEN;
    }
    return db->error == DB_OK ? 0 : -1;
}

typedef bool stop_fn(void);

enum { ASK_EVERY = 20000, TELL_MS = 5000 }; /* steps of SQLite's machine: a few milliseconds */
enum { BODIES_MOVE = 4 };                   /* the version of db_blob_moved () */

struct migration {
    stop_fn *stop;
    int version;
    int64_t began_ms, told_ms;
};

/* A large store takes minutes: whoever waits is told that it goes on. */
static int look(void *arg)
{
    struct migration *migration = arg;
    int64_t now_ms = clock_mono_ms();

    if (now_ms - migration->told_ms >= TELL_MS) {
        migration->told_ms = now_ms;
        log_notice("migrating", "to=%d newest=%d for_ms=%" PRId64, migration->version,
                   db_schema_newest(), now_ms - migration->began_ms);
    }
    return migration->stop && migration->stop();
}

static int migrate(struct db *db, stop_fn *stop)
{
    struct migration migration = {.stop = stop,
                                  .version = version_of(db),
                                  .began_ms = clock_mono_ms(),
                                  .told_ms = clock_mono_ms()};

    sqlite3_progress_handler(db->handle, ASK_EVERY, look, &migration);
    while (db->error == DB_OK && migration.version < db_schema_newest()) {
        char *set = mem_printf("PRAGMA user_version = %d", ++migration.version);

        db_begin(db);
        if (db_execute(db, db_schema(migration.version)) == 0 && migration.version == BODIES_MOVE)
            db_blob_moved(db);
        if (db->error == DB_OK)
            db_execute(db, set);
        free(set);
        FAULT(migration_written);
        if (!db_commit(db))
            break;
        FAULT(migration_committed);
    }
    sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    return db->error == DB_OK ? 0 : -1;
}

/* Readers never wait for the writer in WAL mode; FULL makes each commit survive a power cut.  Where
 * SQLite was built to overwrite what is deleted with zeros, each merge of the full-text index would
 * be written twice; FAST overwrites what costs no further write. */
static const char pragmas[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                              "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                              "PRAGMA cache_size = -32768; PRAGMA journal_size_limit = 67108864;"
                              "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;";

int db_open_handle(struct db *db, int64_t busy_ms)
{
    int code = sqlite3_open_v2(db->path, &db->handle,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                   SQLITE_OPEN_EXRESCODE,
                               NULL);

    if (code != SQLITE_OK) {
        db_fail(db, code);
        return -1;
    }
    sqlite3_busy_timeout(db->handle, (int)busy_ms);
    return 0;
}

void db_close_handle(struct db *db)
{
    /* Closing writes the log back and deletes it, where nobody else has the file open. */
    if (db->doubt && db->handle)
        sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    for (int i = 0; i < SQLS; i++) {
        sqlite3_finalize(db->statements[i]);
        db->statements[i] = NULL;
    }
    sqlite3_close(db->handle);
    db->handle = NULL;
    db->log_pages = db->log_back = 0;
}

int db_prepare(struct db *db, bool (*stop)(void), struct buf *why)
{
    if (db_open_handle(db, db->busy_ms) || db_check_ours(db, why) || db_execute(db, pragmas) ||
        migrate(db, stop))
        return -1;
    db->page_bytes = page_bytes(db);
    db_log_watch(db);
    return db->error == DB_OK ? 0 : -1;
}

/* The log of a process that was killed, perhaps after a flush that failed.  Neither a full disk nor
 * another program that has the file open should keep the store from being opened and read. */
static int recover_log(struct db *db, struct buf *why)
{
    if (db_log_recover(db, why) == 0)
        return 0;
    if (db->error != DB_FULL && db->error != DB_LOCKED)
        return -1;
    db->error = DB_OK;
    db->doubt = false;
    return 0;
}

struct db *db_open(const char *path, int64_t busy_ms, enum db_error *error, struct buf *why)
{
    return db_open_unless(NULL, path, busy_ms, error, why);
}

struct db *db_open_unless(bool (*stop)(void), const char *path, int64_t busy_ms,
                          enum db_error *error, struct buf *why)
{
    struct db *db = mem_calloc(1, sizeof(*db));

    *error = DB_OK;
    db->path = mem_strdup(path);
    db->busy_ms = busy_ms;
    if (recover_log(db, why) == 0 && db_prepare(db, stop, why) == 0)
        return db;
    *error = db->error;
    if (why->len == 0)
        buf_adds(why, db_why(db));
    db_close(&db);
    return NULL;
}

void db_close(struct db **db)
{
    if (!db || !*db)
        return;
    db_rollback(*db);
    db_close_handle(*db);
    free((*db)->path);
    free((*db)->why);
    free(*db);
    *db = NULL;
}

void db_patience(struct db *db, int64_t busy_ms)
{
    db->busy_ms = busy_ms;
    if (db->handle)
        sqlite3_busy_timeout(db->handle, (int)busy_ms);
}

void db_begin(struct db *db)
{
    if (!db->open && db_execute(db, "BEGIN IMMEDIATE") == 0)
        db->open = true;
}

bool db_commit(struct db *db)
{
    if (db->error == DB_OK && db->open && db_execute(db, "COMMIT") == 0)
        db->open = false;
    return db->error == DB_OK;
}

void db_rollback(struct db *db)
{
    for (int i = 0; i < SQLS; i++)
        if (db->statements[i])
            sqlite3_reset(db->statements[i]);
    /* Some errors have rolled back already. */
    if (db->handle && !sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    db->open = false;
    db->error = DB_OK;
}

enum db_error db_error(const struct db *db)
{
    return db->error;
}

const char *db_why(const struct db *db)
{
    return db->why ? db->why : "";
}

bool db_may_pass(enum db_error error)
{
    return error == DB_FULL || error == DB_IO || error == DB_LOCKED;
}

const char *db_error_name(enum db_error error)
{
    static const char *const names[] = {
        [DB_OK] = "ok",
        [DB_FULL] = "disk_full",
        [DB_IO] = "io_error",
        [DB_LOCKED] = "locked",
        [DB_CORRUPT] = "corrupt",
        [DB_NEWER] = "newer_schema",
        [DB_OPEN] = "cannot_open",
        [DB_BUG] = "error",
        [DB_STOPPED] = "stopped",
    };

    return names[error];
}

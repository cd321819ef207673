#include "storer/db_log.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "common/mem.h"
#include "storer/db_inner.h"

enum {
    FRAME_HEAD = 24, /* bytes before each page of the log (sqlite.org/fileformat2.html, 4.1) */
    LOG_HEAD = 32,
    CHUNK = 1 << 16,  /* SQLite's unix VFS writes at most 128 KiB at once */
    READERS_MS = 100, /* what readers may take to end while the log is cut */
    ALONE_MS = 200,   /* what others may take to close the file */
};

/* --- writing back ----------------------------------------------------------------------------- */

static int on_commit(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct db *db = arg;

    (void)handle;
    (void)name;
    if ((uint64_t)pages < db->log_pages) /* it was begun anew */
        db->log_back = 0;
    db->log_pages = (uint64_t)pages;
    return SQLITE_OK;
}

void db_log_watch(struct db *db)
{
    sqlite3_wal_hook(db->handle, on_commit, db); /* in place of SQLite's own automatic */
}

uint64_t db_log_pages(const struct db *db)
{
    return db->log_pages;
}

uint64_t db_log_bytes(const struct db *db)
{
    return db->log_pages ? LOG_HEAD + db->log_pages * (db->page_bytes + FRAME_HEAD) : 0;
}

uint64_t db_log_waiting(const struct db *db)
{
    return db->log_pages - db->log_back;
}

bool db_log_write_back(struct db *db, bool cut, uint64_t *left)
{
    int all = 0, done = 0, code = SQLITE_OK;

    *left = db->log_pages;
    sqlite3_busy_timeout(db->handle, READERS_MS);
    code = sqlite3_wal_checkpoint_v2(db->handle, NULL,
                                     cut ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE,
                                     &all, &done);
    sqlite3_busy_timeout(db->handle, (int)db->busy_ms);
    /* Readers, or another program's write-back: tried again after a later commit. */
    if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
        return true;
    if (code != SQLITE_OK) {
        db_fail(db, code);
        return false;
    }
    *left = all > done && done >= 0 ? (uint64_t)(all - done) : 0;
    if (cut)
        db->log_pages = 0;
    db->log_back = db->log_pages > *left ? db->log_pages - *left : 0;
    return true;
}

/* --- making sure ------------------------------------------------------------------------------ */

/* Writes the same bytes again, so that the kernel cannot take them for written, and flushes. */
static int write_again(sqlite3 *handle)
{
    sqlite3_file *log = NULL;
    sqlite3_int64 size = 0, n = 0;
    char *bytes = mem_alloc(CHUNK);
    int code = sqlite3_file_control(handle, NULL, SQLITE_FCNTL_JOURNAL_POINTER, &log);

    if (code == SQLITE_OK && log && log->pMethods)
        code = log->pMethods->xFileSize(log, &size);
    for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += n) {
        n = size - at < CHUNK ? size - at : CHUNK;
        code = log->pMethods->xRead(log, bytes, (int)n, at);
        if (code == SQLITE_OK)
            code = log->pMethods->xWrite(log, bytes, (int)n, at);
    }
    if (code == SQLITE_OK && size > 0)
        code = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    free(bytes);
    return code;
}

static bool has_log(const struct db *db)
{
    struct stat st = {0};
    char *path = mem_printf("%s-wal", db->path);
    bool has = stat(path, &st) == 0 && st.st_size > 0;

    free(path);
    return has;
}

/* In exclusive mode the index of the log is this connection's own and is made from the log. */
static int recover(struct db *db, struct buf *why)
{
    int code = SQLITE_OK;

    if (db_open_handle(db, ALONE_MS) || db_execute(db, "PRAGMA locking_mode = EXCLUSIVE") ||
        db_check_ours(db, why))
        return -1;
    code = write_again(db->handle);
    if (code == SQLITE_OK)
        code = sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code != SQLITE_OK)
        db_fail(db, code);
    return db->error == DB_OK ? 0 : -1;
}

int db_log_recover(struct db *db, struct buf *why)
{
    int code = 0;

    if (!has_log(db))
        return 0;
    db->doubt = true;
    code = recover(db, why);
    db_close_handle(db);
    if (code == 0)
        db->doubt = false;
    return code;
}

bool db_in_doubt(const struct db *db)
{
    return db->doubt;
}

bool db_reopen(struct db *db)
{
    struct buf why = {0};
    bool open = false;

    db_rollback(db);
    db_close_handle(db);
    open = db_log_recover(db, &why) == 0 && db_prepare(db, NULL, &why) == 0;
    /* Where the file system can only be read, SQLite opens the file for that, and says nothing. */
    if (open && sqlite3_db_readonly(db->handle, "main") == 1) {
        db_note(db, DB_IO, "the file can only be read");
        open = false;
    }
    if (!open)
        db_close_handle(db);
    db->doubt = !open;
    buf_free(&why);
    return open;
}

/* SQLite's online backup, from a connection that holds one state of the store: it would begin anew
 * with every commit of another one otherwise. */
#include "storer/db_backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/mem.h"

enum { BUSY_MS = 5000 };

struct db_backup {
    sqlite3 *from, *to;
    sqlite3_backup *run;
    bool fresh;
    int64_t done, all;
};

static int fail(sqlite3 *handle, const char *path, int code, struct buf *why)
{
    buf_printf(why, "%s: %s", path, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
    return -1;
}

/* Everything this connection reads from now on is of one state. */
static int hold_state(struct db_backup *backup)
{
    int code =
        sqlite3_exec(backup->from, "BEGIN; SELECT count (*) FROM sqlite_master", NULL, NULL, NULL);

    return code;
}

static int open_both(struct db_backup *backup, const char *from, const char *to, struct buf *why)
{
    int code =
        sqlite3_open_v2(from, &backup->from, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
    int file = -1;

    if (code == SQLITE_OK)
        sqlite3_busy_timeout(backup->from, BUSY_MS);
    if (code == SQLITE_OK)
        code = hold_state(backup);
    if (code != SQLITE_OK)
        return fail(backup->from, from, code, why);
    file = open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) {
        buf_printf(why, "%s: %m", to);
        return -1;
    }
    close(file);
    code = sqlite3_open_v2(to, &backup->to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return fail(backup->to, to, code, why);
    backup->run = sqlite3_backup_init(backup->to, "main", backup->from, "main");
    return backup->run ? 0 : fail(backup->to, to, SQLITE_ERROR, why);
}

struct db_backup *db_backup_open(const char *from, const char *to, bool fresh, struct buf *why)
{
    struct db_backup *backup = mem_calloc(1, sizeof(*backup));

    backup->fresh = fresh;
    if (open_both(backup, from, to, why))
        db_backup_close(&backup);
    return backup;
}

/* The header says that there is a log beside it; a backup is one file. */
static int finish(struct db_backup *backup, struct buf *why)
{
    const char *sql = backup->fresh ? "PRAGMA journal_mode = DELETE; UPDATE meta SET value = 0"
                                      " WHERE name = 'file'"
                                    : "PRAGMA journal_mode = DELETE";
    int code = sqlite3_backup_finish(backup->run);

    backup->run = NULL;
    if (code == SQLITE_OK)
        code = sqlite3_exec(backup->to, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        buf_printf(why, "%s", sqlite3_errmsg(backup->to));
        return -1;
    }
    return 0;
}

enum db_backup_status db_backup_step(struct db_backup *backup, int pages, struct buf *why)
{
    int code = sqlite3_backup_step(backup->run, pages);

    backup->all = sqlite3_backup_pagecount(backup->run);
    backup->done = backup->all - sqlite3_backup_remaining(backup->run);
    if (code == SQLITE_OK || code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return DB_BACKUP_MORE;
    if (code == SQLITE_DONE)
        return finish(backup, why) == 0 ? DB_BACKUP_DONE : DB_BACKUP_FAILED;
    buf_printf(why, "%s", sqlite3_errstr(code));
    return DB_BACKUP_FAILED;
}

void db_backup_progress(const struct db_backup *backup, int64_t *done, int64_t *all)
{
    *done = backup->done;
    *all = backup->all;
}

void db_backup_close(struct db_backup **backup)
{
    if (!backup || !*backup)
        return;
    if ((*backup)->run)
        sqlite3_backup_finish((*backup)->run);
    sqlite3_close((*backup)->to);
    sqlite3_close((*backup)->from);
    free(*backup);
    *backup = NULL;
}

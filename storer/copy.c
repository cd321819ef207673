#include "storer/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/mem.h"
#include "storer/db.h"
#include "storer/db_backup.h"
#include "storer/db_read.h"
#include "storer/verify.h"

enum { STEP_PAGES = 1024, BUSY_MS = 5000 };

struct copy {
    copy_fn *fn;
    void *arg;
    const char *phase;
    int64_t done, all;
    bool given_up;
};

static bool go_on(struct copy *copy)
{
    copy->given_up =
        copy->given_up || (copy->fn && copy->fn(copy->arg, copy->phase, copy->done, copy->all));
    return !copy->given_up;
}

static bool must_stop(void *arg)
{
    return !go_on(arg);
}

static int give_up(struct buf *why)
{
    buf_clear(why);
    buf_adds(why, "it was given up");
    return APP_LEFT;
}

static int write_pages(struct copy *copy, const char *from, const char *to, bool fresh,
                       struct buf *why)
{
    struct db_backup *backup = db_backup_open(from, to, fresh, why);
    enum db_backup_status status = backup ? DB_BACKUP_MORE : DB_BACKUP_FAILED;

    copy->phase = "copying";
    while (status == DB_BACKUP_MORE && go_on(copy)) {
        status = db_backup_step(backup, STEP_PAGES, why);
        db_backup_progress(backup, &copy->done, &copy->all);
    }
    db_backup_close(&backup);
    if (copy->given_up)
        return give_up(why);
    return status == DB_BACKUP_DONE ? 0 : APP_IO;
}

static int migrate(const char *path, struct buf *why)
{
    enum db_error error = DB_OK;
    struct db *db = db_open(path, BUSY_MS, &error, why);

    db_close(&db);
    return error == DB_OK ? 0 : APP_DATA;
}

static bool is_good(const json_t *check, struct buf *why)
{
    const char *problem = json_string_value(json_array_get(json_object_get(check, "problems"), 0));

    if (json_is_true(json_object_get(check, "ok")))
        return true;
    buf_printf(why, "%s: %s", json_string_value(json_object_get(check, "name")),
               problem ? problem : "not made");
    return false;
}

static int check_all(struct copy *copy, const char *path, struct buf *why)
{
    struct db_read *db = db_read_open(path, BUSY_MS, why);
    bool good = db != NULL;

    copy->phase = "verifying";
    copy->all = (int64_t)verify_count();
    if (db)
        db_read_watch(db, must_stop, copy);
    for (copy->done = 0; good && go_on(copy) && copy->done < copy->all; copy->done++) {
        json_t *check = verify_check(db, (size_t)copy->done);

        good = !check || is_good(check, why); /* NULL: it was stopped */
        json_decref(check);
    }
    db_read_close(&db);
    if (copy->given_up)
        return give_up(why);
    return good ? 0 : APP_DATA;
}

/* The name is on the disk, too, when this is through. */
static int give_name(const char *temp, const char *to, struct buf *why)
{
    char *folder = mem_strdup(to);
    int dir = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code = renameat2(AT_FDCWD, temp, AT_FDCWD, to, RENAME_NOREPLACE);

    if (code != 0 && errno == EINVAL) /* a file system that cannot do it */
        code = access(to, F_OK) == 0 ? (errno = EEXIST, -1) : rename(temp, to);
    if (code == 0 && dir >= 0)
        code = fsync(dir);
    if (code != 0)
        buf_printf(why, "%s: %m", to);
    if (dir >= 0)
        close(dir);
    free(folder);
    return code ? APP_IO : 0;
}

int copy_store(const char *from, const char *to, bool fresh, copy_fn *fn, void *arg,
               struct buf *why)
{
    struct copy copy = {.fn = fn, .arg = arg};
    char *temp = mem_printf("%s.partial-%d", to, (int)getpid());
    int code = 0;

    if (access(to, F_OK) == 0) {
        buf_printf(why, "%s is there already; it is not overwritten", to);
        free(temp);
        return APP_USAGE;
    }
    unlink(temp);
    code = write_pages(&copy, from, temp, fresh, why);
    if (code == 0 && fresh)
        code = migrate(temp, why);
    if (code == 0)
        code = check_all(&copy, temp, why);
    if (code == 0)
        code = give_name(temp, to, why);
    if (code)
        unlink(temp);
    free(temp);
    return code;
}

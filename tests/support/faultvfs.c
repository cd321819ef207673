/* Loaded with LD_PRELOAD, it becomes SQLite's default VFS, around the one that was: every read,
 * write, flush and open may fail, or take long, as the control file $FAULTVFS says. */
#include "tests/support/faultvfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

struct file {
    sqlite3_file base; /* SQLite's view of it */
    struct shadow *shadow;
    int kind;
    sqlite3_file *real; /* behind this struct */
};

static struct control nothing, *control = &nothing;
static sqlite3_vfs *real_vfs, vfs;

/* --- faults ----------------------------------------------------------------------------------- */

static void count(int64_t *field)
{
    __atomic_add_fetch(field, 1, __ATOMIC_SEQ_CST);
}

/* Takes one from what is left; false where nothing was. */
static bool take(int64_t *field)
{
    int64_t left = __atomic_load_n(field, __ATOMIC_SEQ_CST);

    while (left > 0 && !__atomic_compare_exchange_n(field, &left, left - 1, false, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST))
        ;
    return left > 0;
}

/* The error that this call is to have, or 0; errno is set. */
static int fault(int kind, const int64_t *field)
{
    int error = (int)__atomic_load_n(field, __ATOMIC_SEQ_CST);
    int64_t files = __atomic_load_n(&control->files, __ATOMIC_SEQ_CST);

    if (!error || (files && !(files & kind)) || take(&control->skip))
        return 0;
    if (__atomic_load_n(&control->times, __ATOMIC_SEQ_CST) >= 0 && !take(&control->times))
        return 0;
    count(&control->failed);
    errno = error;
    return error;
}

static void pass_cut(void)
{
    if (__atomic_load_n(&control->cut, __ATOMIC_SEQ_CST) > 0 &&
        __atomic_sub_fetch(&control->cut, 1, __ATOMIC_SEQ_CST) == 0)
        shadow_cut(control);
}

/* --- a file ----------------------------------------------------------------------------------- */

static struct file *of(sqlite3_file *base)
{
    return (struct file *)base;
}

static int do_close(sqlite3_file *base)
{
    return of(base)->real->pMethods->xClose(of(base)->real);
}

static int do_read(sqlite3_file *base, void *into, int bytes, sqlite3_int64 at)
{
    struct file *file = of(base);

    count(&control->reads);
    if (fault(file->kind, &control->read_errno))
        return errno == EIO ? SQLITE_IOERR_CORRUPTFS : SQLITE_IOERR_READ;
    return file->real->pMethods->xRead(file->real, into, bytes, at);
}

static int write_real(struct file *file, const void *from, int bytes, sqlite3_int64 at)
{
    if (file->shadow)
        shadow_write(file->shadow, file->real, at, bytes);
    return file->real->pMethods->xWrite(file->real, from, bytes, at);
}

static int do_write(sqlite3_file *base, const void *from, int bytes, sqlite3_int64 at)
{
    struct file *file = of(base);
    int error = fault(file->kind, &control->write_errno);
    int code = SQLITE_OK;

    count(&control->writes);
    if (!error)
        code = write_real(file, from, bytes, at);
    if (error && bytes > 1) /* as real disks do: a part of it arrives */
        write_real(file, from, bytes / 2, at);
    pass_cut();
    errno = error ? error : errno;
    return error ? error == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE : code;
}

static int do_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct file *file = of(base);
    int64_t error = __atomic_load_n(&control->write_errno, __ATOMIC_SEQ_CST);

    /* A full disk still lets a file become shorter. */
    if (error != ENOSPC && fault(file->kind, &control->write_errno))
        return SQLITE_IOERR_TRUNCATE;
    if (file->shadow)
        shadow_truncate(file->shadow, file->real, size);
    return file->real->pMethods->xTruncate(file->real, size);
}

static int do_sync(sqlite3_file *base, int flags)
{
    struct file *file = of(base);
    int64_t ms = __atomic_load_n(&control->sync_ms, __ATOMIC_SEQ_CST);
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    int error = fault(file->kind, &control->sync_errno);

    count(&control->syncs);
    if (ms > 0)
        nanosleep(&wait, NULL);
    pass_cut();
    if (file->shadow && (!error || control->forget))
        shadow_sync(file->shadow, file->real, !error);
    if (error) {
        errno = error;
        return SQLITE_IOERR_FSYNC;
    }
    /* Where a cut is simulated the shadow says what is on the disk. */
    return file->shadow ? SQLITE_OK : file->real->pMethods->xSync(file->real, flags);
}

#define PASS(name, parameters, ...)                                                                \
    static int do_##name parameters                                                                \
    {                                                                                              \
        struct file *file = of(base);                                                              \
                                                                                                   \
        return file->real->pMethods->x##name(__VA_ARGS__);                                         \
    }

PASS(FileSize, (sqlite3_file * base, sqlite3_int64 *size), file->real, size)
PASS(Lock, (sqlite3_file * base, int lock), file->real, lock)
PASS(Unlock, (sqlite3_file * base, int lock), file->real, lock)
PASS(CheckReservedLock, (sqlite3_file * base, int *out), file->real, out)
PASS(FileControl, (sqlite3_file * base, int verb, void *arg), file->real, verb, arg)
PASS(SectorSize, (sqlite3_file * base), file->real)
PASS(DeviceCharacteristics, (sqlite3_file * base), file->real)
PASS(ShmMap, (sqlite3_file * base, int region, int bytes, int extend, void volatile **at),
     file->real, region, bytes, extend, at)
PASS(ShmLock, (sqlite3_file * base, int from, int n, int flags), file->real, from, n, flags)
PASS(ShmUnmap, (sqlite3_file * base, int gone), file->real, gone)

static void do_ShmBarrier(sqlite3_file *base)
{
    of(base)->real->pMethods->xShmBarrier(of(base)->real);
}

/* Version 2: nothing is read past us by mmap. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = do_close,
    .xRead = do_read,
    .xWrite = do_write,
    .xTruncate = do_truncate,
    .xSync = do_sync,
    .xFileSize = do_FileSize,
    .xLock = do_Lock,
    .xUnlock = do_Unlock,
    .xCheckReservedLock = do_CheckReservedLock,
    .xFileControl = do_FileControl,
    .xSectorSize = do_SectorSize,
    .xDeviceCharacteristics = do_DeviceCharacteristics,
    .xShmMap = do_ShmMap,
    .xShmLock = do_ShmLock,
    .xShmBarrier = do_ShmBarrier,
    .xShmUnmap = do_ShmUnmap,
};

/* --- the file system -------------------------------------------------------------------------- */

static int kind_of(int flags)
{
    if (flags & SQLITE_OPEN_MAIN_DB)
        return FAULT_DB;
    return flags & SQLITE_OPEN_WAL ? FAULT_LOG : 0;
}

static int do_open(sqlite3_vfs *self, const char *name, sqlite3_file *base, int flags, int *out)
{
    struct file *file = of(base);
    int code = SQLITE_OK;

    (void)self;
    memset(file, 0, sizeof(*file));
    file->kind = kind_of(flags);
    file->real = (sqlite3_file *)(file + 1);
    count(&control->opens);
    if (fault(file->kind, &control->open_errno))
        return SQLITE_CANTOPEN;
    code = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
    if (code == SQLITE_OK)
        file->base.pMethods = &methods;
    if (code == SQLITE_OK && file->kind && control->shadow)
        file->shadow = shadow_of(name, control);
    return code;
}

static int do_delete(sqlite3_vfs *self, const char *name, int sync)
{
    (void)self;
    shadow_delete(name);
    return real_vfs->xDelete(real_vfs, name, sync);
}

static void map_control(void)
{
    const char *path = getenv("FAULTVFS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = MAP_FAILED;

    if (fd >= 0)
        at = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (at == MAP_FAILED)
        abort(); /* a test that asks for faults and gets none proves nothing */
    control = at;
}

__attribute__((constructor)) static void begin(void)
{
    map_control();
    real_vfs = sqlite3_vfs_find(NULL);
    if (!real_vfs)
        abort();
    vfs = *real_vfs; /* the other calls do not look at which VFS they are made through */
    vfs.pNext = NULL;
    vfs.zName = "fault";
    vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
    vfs.xOpen = do_open;
    vfs.xDelete = do_delete;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
        abort();
}

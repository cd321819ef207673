/* A disk that fails on request, between SQLite and the real one: see README.md, faultvfs. */
#ifndef WEIR_TESTS_FAULTVFS_H
#define WEIR_TESTS_FAULTVFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* The control file, mapped by every process: FIELDS numbers of 8 bytes, in this order (weirlib's
 * Disk knows it, too). */
struct control {
    int64_t write_errno, read_errno, sync_errno, open_errno; /* 0: as the real disk does */
    int64_t sync_ms;                                         /* what a flush takes */
    int64_t files;  /* which files fail, as the sum of FAULT_DB, FAULT_LOG; 0 = all */
    int64_t skip;   /* so many calls that would fail pass first */
    int64_t times;  /* so many fail, then none until it is set again; -1 = all */
    int64_t forget; /* 1: a failed flush leaves its pages clean in memory and not on the disk */
    int64_t shadow; /* 1 at the start of a process: remember what is not flushed */
    int64_t cut;    /* the power is cut at the n-th write or flush from now; 0 = never */
    int64_t seed;   /* of what a cut leaves */
    /* What happened. */
    int64_t writes, reads, syncs, opens, failed, cuts, dirty, dropped, torn;
};

enum { FAULT_DB = 1, FAULT_LOG = 2 };

/* --- faultvfs_disk.c: what would be on the disk --- */
struct shadow; /* of one file */

/* The one of this path; lives until the process ends. */
struct shadow *shadow_of(const char *path, struct control *control);
/* Before a write, a truncation: keeps what the disk has there.  file: the real one. */
void shadow_write(struct shadow *shadow, sqlite3_file *file, int64_t at, int64_t bytes);
void shadow_truncate(struct shadow *shadow, sqlite3_file *file, int64_t size);
/* After a flush; done: it succeeded, else the pages count as clean, and are not on the disk. */
void shadow_sync(struct shadow *shadow, sqlite3_file *file, bool done);
void shadow_delete(const char *path);
/* The power is cut: every file becomes what its disk has, and the process ends by SIGKILL. */
_Noreturn void shadow_cut(struct control *control);

#endif

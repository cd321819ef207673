/* The store: one SQLite file, one writing connection (DESIGN 12).  Only storer/db*.c know SQLite.
 *
 * Errors stick, as with a FILE: after the first failure of a transaction every further step does
 * nothing, db_commit () fails, and db_rollback () takes everything back.  So callers look once, at
 * the end. */
#ifndef WEIR_STORER_DB_H
#define WEIR_STORER_DB_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct db;

enum db_error {
    DB_OK,
    DB_FULL,    /* no room on the disk: try again later */
    DB_IO,      /* the disk or file system failed: try again later */
    DB_LOCKED,  /* another program holds the file: try again later */
    DB_CORRUPT, /* the file is damaged, or no database */
    DB_NEWER,   /* the schema is newer than this program */
    DB_OPEN,    /* the file cannot be opened or made */
    DB_BUG,     /* anything else */
    DB_STOPPED, /* the migration was broken off; the file is as the last whole step left it */
};

/* Opens or makes the file (its folder must exist) and brings the schema to the newest version, each
 * step in a transaction of its own.  NULL with *error and a sentence added to why. */
struct db *db_open(const char *path, int64_t busy_ms, enum db_error *error, struct buf *why);
/* The same; while it migrates, `stop` is asked every few milliseconds, and true breaks it off. */
struct db *db_open_unless(bool (*stop)(void), const char *path, int64_t busy_ms,
                          enum db_error *error, struct buf *why);
void db_close(struct db **db);
/* How long to wait for another program's lock from now on. */
void db_patience(struct db *db, int64_t busy_ms);

void db_begin(struct db *db);
/* true: everything since db_begin is on the disk.  false: db_error () says why; roll back. */
bool db_commit(struct db *db);
/* Ends the transaction, if there is one, and forgets the error. */
void db_rollback(struct db *db);

/* The first error since db_begin or db_rollback. */
enum db_error db_error(const struct db *db);
/* Its words; borrowed until the next error. */
const char *db_why(const struct db *db);
/* Whether waiting can help. */
bool db_may_pass(enum db_error error);
/* Of a file that cannot be opened or made, by errno: that the disk, or the process's table of
 * files, is full for now is another matter than that it is not there. */
enum db_error db_open_error(int system);
const char *db_error_name(enum db_error error);

enum { DB_MODEL = 101 }; /* bytes of a model's name, with its end */

/* The table meta. */
struct db_meta {
    uint64_t epoch; /* of this store; never 0 */
    uint64_t head;  /* last sequence given */
    uint64_t accepted, stored, updated, known, dead;
    uint64_t gone; /* of those stored, items that were deleted since */
    uint64_t paused;
    uint64_t file;        /* identity of the file, so that a copy is noticed */
    char model[DB_MODEL]; /* whose vectors serve; "" in a store that was never opened with one */
    char model_next[DB_MODEL]; /* whose vectors are being made; "" = none */
    uint64_t next_below;       /* items with this id or a higher one were asked for them */
    uint64_t next_total, next_done, next_failed; /* items */
};

/* Makes an epoch where there is none, or where the file is not the one it was made for (a copy, a
 * backup put back), in a transaction of its own.  DB_CORRUPT: after an earlier load of the same
 * store its head is lower than it was, as where a damaged log was cut. */
bool db_meta_load(struct db *db, const char *path, struct db_meta *meta);
/* Writes what differs from the last load or save.  Part of the open transaction; call
 * db_meta_saved () once that was committed. */
void db_meta_save(struct db *db, const struct db_meta *meta);
void db_meta_saved(struct db *db, const struct db_meta *meta);
/* Whether the store can be written to again: a small transaction of its own.  false: db_error ()
 * says why; roll back. */
bool db_probe(struct db *db, int64_t now_ms);
/* A fresh random epoch. */
uint64_t db_epoch(void);

#endif

/* What becomes of the ring when the disk fails, is slow, or the store's log cannot be written back.
 *
 * An error that may pass pauses the ring: what came is kept, nothing more is read, and every
 * storer.disk_retry_ms the store is tried, until it can be written to.  It is told once when a
 * pause begins, when its cause changes, and when it ends.  An error that waiting cannot mend ends
 * the process, with 78 where a person has to see to the file. */
#ifndef WEIR_STORER_DISK_H
#define WEIR_STORER_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/db.h"

struct buf;
struct writer;

/* The part of the writer's state that is disk.c's. */
struct disk {
    int64_t paused_ms; /* monotonic: since when; 0 = it is not */
    char *why;         /* of the pause; NULL before the first */
    int64_t commit_ms; /* what the last commit took */
    int64_t slow_since_ms, slow_at_ms;
    uint64_t slow_count;
    int in_the_way; /* tries running that others kept the store from being opened alone */
    int64_t log_next_ms;
    bool log_held; /* the log is too large: nothing new is issued */
    int damaged;   /* tries, not long ago, that found the file damaged */
    int64_t damaged_ms;
};

/* The transaction, or a write-back, has failed: rolls back and pauses, or ends the process. */
void disk_failed(struct writer *writer);
/* During a pause: tries again where it is time for that. */
void disk_retry(struct writer *writer);
/* A commit took so long. */
void disk_timed(struct writer *writer, int64_t took_ms);
/* Writes the log back where that is due.  Call outside a transaction. */
void disk_tend(struct writer *writer);
void disk_figures(const struct writer *writer, struct buf *json);
void disk_free(struct writer *writer);

/* The exit code for a store that cannot be opened or read. */
int disk_exit(enum db_error error);
/* What a person can do about an error. */
const char *disk_advice(enum db_error error);

#endif

/* Backups while the storer runs: an actor of its own copies the store and verifies the copy, so the
 * writer goes on, and no deadline of queries applies.  One at a time. */
#ifndef WEIR_STORER_BACKUP_H
#define WEIR_STORER_BACKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct backup;
struct buf;

struct backup *backup_create(const char *store);
/* Gives up what runs, and waits for it to end.  Takes NULL. */
void backup_destroy(struct backup **backup);

/* Begins one to this absolute path.  NULL; or words that say why it cannot. */
const char *backup_start(struct backup *backup, const char *path);
/* Gives up the one that runs.  false: none does. */
bool backup_stop(struct backup *backup);
/* Takes what the actor says.  true: one has just ended. */
bool backup_tend(struct backup *backup);

struct backup_figures {
    uint64_t number;   /* of the backup; 0: there was none yet */
    const char *phase; /* "copying", "verifying"; "" when it has ended */
    int64_t done, all; /* pages; or checks */
    int code;          /* of one that has ended: 0, or as copy_store () says */
    const char *path, *why;
    int64_t took_ms;
};
/* Borrowed until the next call of this module. */
const struct backup_figures *backup_figures(const struct backup *backup);

#endif

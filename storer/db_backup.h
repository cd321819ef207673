/* Copies of a whole store: one state of it, while others read and write it. */
#ifndef WEIR_STORER_DB_BACKUP_H
#define WEIR_STORER_DB_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct db_backup;

enum db_backup_status { DB_BACKUP_MORE, DB_BACKUP_DONE, DB_BACKUP_FAILED };

/* Begins to copy the store `from`, which is not changed, to a file that must not be there.  The
 * state copied is that of this moment; the store's log is not cut until the copy is whole.  fresh:
 * the copy is to be a store of its own, with an epoch that is made when it is opened.  NULL with a
 * sentence added to why. */
struct db_backup *db_backup_open(const char *from, const char *to, bool fresh, struct buf *why);
/* Copies so many pages.  DONE: the copy is on the disk whole, one file without a log.  FAILED: with
 * a sentence added to why; a disk that is full, and so on. */
enum db_backup_status db_backup_step(struct db_backup *backup, int pages, struct buf *why);
/* Pages of the whole, and those copied. */
void db_backup_progress(const struct db_backup *backup, int64_t *done, int64_t *all);
/* Takes NULL.  The file stays, whole or not. */
void db_backup_close(struct db_backup **backup);

#endif

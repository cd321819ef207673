/* The write-ahead log of the store: written back into the file, and made sure of after a failure.
 *
 * Commits are safe once the log was flushed; writing back only makes it short again.  It is done
 * here, not by SQLite on its own at a commit, because SQLite tells nobody when that fails. */
#ifndef WEIR_STORER_DB_LOG_H
#define WEIR_STORER_DB_LOG_H

#include <stdbool.h>
#include <stdint.h>

struct db;

/* Pages at which the log is written back: as SQLite's own default; and waits no longer for a quiet
 * moment. */
enum { DB_LOG_RIPE = 1000, DB_LOG_LATE = 4000 };

/* Pages in the log after the last commit; 0 before the first one. */
uint64_t db_log_pages(const struct db *db);
uint64_t db_log_bytes(const struct db *db);

/* Of these, not known to be written back. */
uint64_t db_log_waiting(const struct db *db);

/* Writes back what can be without waiting for readers; cut: all of it, and cuts the file, where
 * readers allow it within a moment.  Call outside a transaction.  *left: pages that had to stay.
 * false: the disk failed, db_error () says how; roll back. */
bool db_log_write_back(struct db *db, bool cut, uint64_t *left);

/* After a flush that failed nobody knows what of the log and of the file is on the disk: the
 * kernel may hold pages for clean that never got there, and SQLite counts pages as written back
 * that were not flushed (a partial write-back is flushed only with the last part).  So the file is
 * closed, the log read anew by a connection that is alone with it, written once more and flushed,
 * and then written back whole. */
bool db_in_doubt(const struct db *db);
/* Does that.  false: db_error () says why, nothing is open; call it again later.  DB_LOCKED: some
 * connection, here or elsewhere, still has the file open. */
bool db_reopen(struct db *db);

/* --- for storer/db*.c only --- */

/* Opens alone, if there is a log, makes sure of it and closes.  0, or -1 with the error noted. */
struct buf;
int db_log_recover(struct db *db, struct buf *why);
/* To be called for each connection that writes. */
void db_log_watch(struct db *db);

#endif

/* Sizes, and the other things that are swept: full texts, the text index.  For the sweep. */
#ifndef WEIR_STORER_DB_KEEP_H
#define WEIR_STORER_DB_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

/* Bytes of the file that are in use: free pages, which are filled again first, do not count. */
uint64_t db_keep_used(struct db *db);
/* Free pages, in bytes. */
uint64_t db_keep_free(struct db *db);
/* Bytes of all full texts (db_blob.h), and of those that were let go; responses: the responses of
 * fetches among these, too. */
uint64_t db_keep_blobs(struct db *db);
uint64_t db_keep_loose(struct db *db, bool responses);

struct db_keep_full {
    uint64_t item, bytes;
    int64_t got_ms;
};
/* Full texts that are not being fetched, the oldest first, without the first `skip`. */
size_t db_keep_full_texts(struct db *db, struct db_keep_full *out, size_t most, size_t skip);
/* It is absent from now on. */
void db_keep_full_end(struct db *db, uint64_t item);

/* Merges about so many pages of the text index, in which deleted items leave their words until
 * then.  false: there was nothing to merge. */
bool db_keep_merge(struct db *db, int pages);

#endif

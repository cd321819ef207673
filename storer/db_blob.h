/* Contents by their hash: the same bytes are kept once, compressed, and are verified when they are
 * read.  Who refers to a content keeps its hash in a table of its own, which is named in
 * SQL_blob_used.  Writing calls belong to the open transaction. */
#ifndef WEIR_STORER_DB_BLOB_H
#define WEIR_STORER_DB_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct db;

enum { DB_BLOB_HASH = 16 };

/* Keeps the bytes and writes their XXH3-128 to hash.  Until somebody refers to it, it stays 30 s.
 * false: the statement failed (db_error), or more than PACK_BYTES_MOST bytes. */
bool db_blob_put(struct db *db, struct span plain, int64_t now_ms, uint8_t hash[DB_BLOB_HASH]);
/* The same for a zstd frame of so many plain bytes, kept as it is.  false, too, where it is none.
 */
bool db_blob_put_packed(struct db *db, struct span packed, uint64_t bytes, int64_t now_ms,
                        uint8_t hash[DB_BLOB_HASH]);
/* Keeps a zstd frame of so many plain bytes under the address of the packed ones (pack.h), not
 * unpacked and not looked at.  Whoever puts it refers to it in the same transaction.  false: the
 * statement failed. */
bool db_blob_put_as_is(struct db *db, struct span packed, uint64_t bytes,
                       uint8_t hash[DB_BLOB_HASH]);
/* Writes the plain bytes of a content that db_blob_put or db_blob_put_packed kept.  false: it is
 * not there, or is not what its hash says; plain is empty. */
bool db_blob_get(struct db *db, const uint8_t *hash, struct buf *plain);
/* Somebody refers to it no longer: it goes by and by, unless somebody else does. */
void db_blob_let_go(struct db *db, const uint8_t *hash, int64_t now_ms);

/* Looks at up to so many that were let go before then, and deletes those that nothing refers to.
 * Returns how many it looked at: fewer than most, there are none left; *gone: how many went. */
size_t db_blob_sweep(struct db *db, int64_t before_ms, size_t most, size_t *gone);

/* In the migration that moves responses here: those without their address get it, and their
 * referrers, too. */
void db_blob_moved(struct db *db);

#endif

/* Contents by their hash (storer/db_blob.h), for verbs that read. */
#ifndef WEIR_STORER_READS_BLOB_H
#define WEIR_STORER_READS_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct db_read;

/* Writes the plain bytes of the content with this hash (16 bytes).  false: it is not there, or is
 * not what its hash says; plain is empty. */
bool reads_blob(struct db_read *db, struct span hash, struct buf *plain);

#endif

/* Sets of items as bytes: for each block its number (8 bytes, lowest first) and its bits, all of it
 * compressed (zstd); and these bytes as text (base64, RFC 4648, 4), for messages.  Pure. */
#ifndef WEIR_STORER_MARK_PACK_H
#define WEIR_STORER_MARK_PACK_H

#include <stdint.h>

#include "common/buf.h"

struct idset;

/* Appends a set that is not complemented. */
void mark_pack(const struct idset *set, struct buf *out);
/* The set of these bytes; the caller's.  NULL: they are none, or name an id above head. */
struct idset *mark_unpack(struct span packed, uint64_t head);

/* Appends bytes as text. */
void mark_text(struct span bytes, struct buf *out);
/* Appends the bytes of a text; -1: it is none. */
int mark_bytes(struct span text, struct buf *out);

#endif

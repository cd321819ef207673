/* Compression of what the store keeps (zstd, RFC 8878).  Pure. */
#ifndef WEIR_STORER_PACK_H
#define WEIR_STORER_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/* Longer contents are no content of ours: a damaged length must not make a large buffer. */
enum { PACK_BYTES_MOST = 256 << 20, PACK_ADDRESS = 16 };

/* Writes one frame; packed's former content goes. */
void pack_make(struct span plain, struct buf *packed);
/* Writes the plain bytes of a frame that holds exactly so many; plain's former content goes.
 * false: it is damaged, or of another length, and plain is empty. */
bool pack_open(struct span packed, uint64_t bytes, struct buf *plain);
/* The address of a content that is kept as it came, and need not be unpacked for it: XXH3-128 of
 * the packed bytes, with a seed of its own, so that it is never that of the same bytes as plain
 * ones.
 */
void pack_address(struct span packed, uint8_t address[PACK_ADDRESS]);
/* Whether it is the address of these packed bytes. */
bool pack_is(struct span packed, struct span address);

#endif

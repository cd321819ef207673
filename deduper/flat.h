/* The flat engine: every query passes over one bit a dimension of every entry, and compares the
 * int8 vectors of those that come near.  Exact for what passes; nothing to tune or to balance. */
#ifndef WEIR_DEDUPER_FLAT_H
#define WEIR_DEDUPER_FLAT_H

#include <stddef.h>
#include <stdint.h>

struct engine;

/* dims > 0; slots are 0..capacity-1.  Memory comes by and by, in blocks, and is kept. */
struct engine *flat_create(uint32_t dims, size_t capacity);

#endif

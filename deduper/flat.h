/* The flat engine: a search passes once over one bit a dimension of every entry, for all its
 * queries together, and compares the int8 vectors of those that come near.  Exact for what passes;
 * nothing to tune or to balance.
 *
 * With apart_max all entries pass that differ in so few sign bits.  With ENGINE_NO_LIMIT the
 * FLAT_COMPARED nearest by sign bits pass, and all others as near as the last of them: sign bits
 * tell the angle with an error of about sqrt (dims) / 2 bits (Charikar 2002), so a few of the true
 * nearest may be missed (tests/bench/index shows the share).  Both are functions of the set of
 * entries. */
#ifndef WEIR_DEDUPER_FLAT_H
#define WEIR_DEDUPER_FLAT_H

#include <stddef.h>
#include <stdint.h>

struct engine;

enum { FLAT_COMPARED = 2048 };

/* dims > 0; slots are 0..capacity-1.  Memory comes by and by, in blocks, and is kept. */
struct engine *flat_create(uint32_t dims, size_t capacity);

#endif

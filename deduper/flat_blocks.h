/* Where the flat engine keeps its entries: in blocks, which come by and by and never move.  Pure.
 */
#ifndef WEIR_DEDUPER_FLAT_BLOCKS_H
#define WEIR_DEDUPER_FLAT_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

enum { FLAT_BLOCK = 4096 }; /* slots in a block */

struct flat_mark {
    uint64_t id;
    int64_t time_ms;
    float norm; /* 0 = the slot is free */
};

struct flat_block {
    struct flat_mark marks[FLAT_BLOCK];
    uint8_t *signs; /* as flat_scan.h wants them */
    int8_t *vectors;
};

struct flat_blocks {
    size_t dims, words; /* words: 64 sign bits each */
    size_t count, used;
    struct flat_block **list; /* NULL where no slot was filled yet */
};

void flat_blocks_init(struct flat_blocks *self, size_t dims, size_t capacity);
void flat_blocks_free(struct flat_blocks *self);
/* The vector is copied. */
void flat_blocks_put(struct flat_blocks *self, uint32_t slot, const struct flat_mark *mark,
                     const int8_t *vector);
void flat_blocks_drop(struct flat_blocks *self, uint32_t slot);
/* Of a slot in a block that is there; borrowed. */
const int8_t *flat_blocks_vector(const struct flat_blocks *self, uint32_t slot);
const struct flat_mark *flat_blocks_mark(const struct flat_blocks *self, uint32_t slot);
size_t flat_blocks_bytes(const struct flat_blocks *self);

#endif

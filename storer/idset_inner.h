/* What the files of storer/idset.h share. */
#ifndef WEIR_STORER_IDSET_INNER_H
#define WEIR_STORER_IDSET_INNER_H

#include "storer/idset.h"

enum { IDSET_WORDS = IDSET_BYTES / 8 };

/* Bits are reached by bytes and combined by words: the same order on every machine. */
struct idset_one {
    uint64_t number;
    uint64_t *words;
};

struct idset {
    struct idset_one *blocks; /* by number */
    size_t count, room;
    size_t last; /* where the block of the last call was found: ids come about in order */
    bool complement;
};

static inline uint64_t block_of(uint64_t id)
{
    return id / IDSET_BLOCK;
}

static inline unsigned char *bytes_of(const struct idset_one *block)
{
    return (unsigned char *)block->words;
}

/* The first place whose block is not before number; count where there is none. */
size_t idset_place(const struct idset *set, uint64_t number);
/* The block, or NULL. */
const struct idset_one *idset_find(const struct idset *set, uint64_t number);

#endif

/* Counting the members of a set of ids, and walking them. */
#include "storer/idset.h"
#include "storer/idset_inner.h"

static uint64_t count_block(const struct idset_one *block, uint64_t head)
{
    uint64_t first = block->number * IDSET_BLOCK, n = 0;

    if (first > head)
        return 0;
    if (head - first >= IDSET_BLOCK - 1) {
        for (size_t w = 0; w < IDSET_WORDS; w++)
            n += (uint64_t)__builtin_popcountll(block->words[w]);
        return n;
    }
    for (uint64_t i = 0; i <= head - first; i++)
        n += bytes_of(block)[i / 8] >> i % 8 & 1;
    return n;
}

uint64_t idset_count(const struct idset *set, uint64_t head)
{
    uint64_t stored = 0;

    for (size_t i = 0; i < set->count; i++)
        stored += count_block(&set->blocks[i], head);
    return set->complement ? head - stored : stored;
}

/* The highest bit at or below `from` that is `wanted`; -1 none. */
static int highest(const struct idset_one *block, unsigned from, bool wanted)
{
    unsigned flip = wanted ? 0 : 0xff;

    for (int byte = (int)(from / 8); byte >= 0; byte--) {
        unsigned bits = bytes_of(block)[byte] ^ flip;

        if (byte == (int)(from / 8))
            bits &= (2U << from % 8) - 1;
        if (bits)
            return 8 * byte + 31 - __builtin_clz(bits);
    }
    return -1;
}

/* The lowest bit at or above `from` that is `wanted`; -1 none. */
static int lowest(const struct idset_one *block, unsigned from, bool wanted)
{
    unsigned flip = wanted ? 0 : 0xff;

    for (unsigned byte = from / 8; byte < IDSET_BYTES; byte++) {
        unsigned bits = bytes_of(block)[byte] ^ flip;

        if (byte == from / 8)
            bits &= ~0U << from % 8;
        if (bits)
            return (int)(8 * byte) + __builtin_ctz(bits);
    }
    return -1;
}

static uint64_t below_stored(const struct idset *set, uint64_t id)
{
    size_t place = idset_place(set, block_of(id));

    if (place < set->count && set->blocks[place].number == block_of(id)) {
        int bit = highest(&set->blocks[place], id % IDSET_BLOCK, true);

        if (bit >= 0)
            return set->blocks[place].number * IDSET_BLOCK + (uint64_t)bit;
    }
    while (place-- > 0) {
        int bit = highest(&set->blocks[place], IDSET_BLOCK - 1, true);

        if (bit >= 0)
            return set->blocks[place].number * IDSET_BLOCK + (uint64_t)bit;
    }
    return 0;
}

uint64_t idset_below(const struct idset *set, uint64_t id)
{
    if (id <= 1)
        return 0;
    id--;
    if (!set->complement)
        return below_stored(set, id);
    for (;;) {
        const struct idset_one *block = idset_find(set, block_of(id));
        int bit = block ? highest(block, id % IDSET_BLOCK, false) : (int)(id % IDSET_BLOCK);

        if (bit >= 0) /* bit 0 of block 0 is never stored: 0 says none */
            return block_of(id) * IDSET_BLOCK + (uint64_t)bit;
        id = block_of(id) * IDSET_BLOCK - 1;
    }
}

static uint64_t above_stored(const struct idset *set, uint64_t id)
{
    for (size_t place = idset_place(set, block_of(id)); place < set->count; place++) {
        const struct idset_one *block = &set->blocks[place];
        unsigned from = block->number == block_of(id) ? (unsigned)(id % IDSET_BLOCK) : 0;
        int bit = lowest(block, from, true);

        if (bit >= 0)
            return block->number * IDSET_BLOCK + (uint64_t)bit;
    }
    return 0;
}

uint64_t idset_above(const struct idset *set, uint64_t id, uint64_t head)
{
    uint64_t found = 0;

    if (id >= head)
        return 0;
    id++;
    while (set->complement && found == 0 && id <= head) {
        const struct idset_one *block = idset_find(set, block_of(id));
        int bit = block ? lowest(block, id % IDSET_BLOCK, false) : (int)(id % IDSET_BLOCK);

        if (bit >= 0)
            found = block_of(id) * IDSET_BLOCK + (uint64_t)bit;
        id = (block_of(id) + 1) * IDSET_BLOCK;
    }
    if (!set->complement)
        found = above_stored(set, id);
    return found <= head ? found : 0;
}

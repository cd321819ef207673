#include "storer/idset.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/idset_inner.h"

/* --- making ----------------------------------------------------------------------------------- */

struct idset *idset_create(void)
{
    return mem_calloc(1, sizeof(struct idset));
}

static void forget_blocks(struct idset_one *blocks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(blocks[i].words);
    free(blocks);
}

void idset_destroy(struct idset **set)
{
    if (!set || !*set)
        return;
    forget_blocks((*set)->blocks, (*set)->count);
    free(*set);
    *set = NULL;
}

static uint64_t *words_copy(const uint64_t *words)
{
    uint64_t *copy = mem_alloc(IDSET_BYTES);

    memcpy(copy, words, IDSET_BYTES);
    return copy;
}

struct idset *idset_copy(const struct idset *set)
{
    struct idset *copy = mem_calloc(1, sizeof(*copy));

    *copy = *set;
    copy->room = set->count;
    copy->blocks = mem_alloc((set->count ? set->count : 1) * sizeof(*copy->blocks));
    for (size_t i = 0; i < set->count; i++)
        copy->blocks[i] = (struct idset_one){.number = set->blocks[i].number,
                                             .words = words_copy(set->blocks[i].words)};
    return copy;
}

/* --- blocks ----------------------------------------------------------------------------------- */

size_t idset_place(const struct idset *set, uint64_t number)
{
    size_t low = 0, high = set->count;

    if (set->last < set->count && set->blocks[set->last].number == number)
        return set->last;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (set->blocks[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct idset_one *idset_find(const struct idset *set, uint64_t number)
{
    size_t place = idset_place(set, number);

    return place < set->count && set->blocks[place].number == number ? &set->blocks[place] : NULL;
}

/* The block, made where it is not there. */
static struct idset_one *reach(struct idset *set, uint64_t number)
{
    size_t place = idset_place(set, number);

    set->last = place;
    if (place < set->count && set->blocks[place].number == number)
        return &set->blocks[place];
    if (set->count == set->room) {
        set->room = set->room ? 2 * set->room : 8;
        set->blocks = mem_realloc(set->blocks, set->room, sizeof(*set->blocks));
    }
    memmove(set->blocks + place + 1, set->blocks + place,
            (set->count - place) * sizeof(*set->blocks));
    set->count++;
    set->blocks[place] = (struct idset_one){.number = number, .words = mem_calloc(1, IDSET_BYTES)};
    return &set->blocks[place];
}

size_t idset_blocks(const struct idset *set)
{
    return set->count;
}

uint64_t idset_block_number(const struct idset *set, size_t i)
{
    return set->blocks[i].number;
}

const void *idset_block(const struct idset *set, uint64_t block)
{
    const struct idset_one *found = idset_find(set, block);

    return found ? found->words : NULL;
}

/* --- members ---------------------------------------------------------------------------------- */

void idset_add(struct idset *set, uint64_t id)
{
    if (id > 0)
        bytes_of(reach(set, block_of(id)))[id % IDSET_BLOCK / 8] |= (unsigned char)(1U << id % 8);
}

void idset_remove(struct idset *set, uint64_t id)
{
    const struct idset_one *block = idset_find(set, block_of(id));

    if (block)
        bytes_of(block)[id % IDSET_BLOCK / 8] &= (unsigned char)~(1U << id % 8);
}

void idset_add_range(struct idset *set, uint64_t first, uint64_t last)
{
    for (uint64_t id = first > 0 ? first : 1; id <= last;) {
        if (id % IDSET_BLOCK == 0 && last - id >= IDSET_BLOCK - 1) {
            memset(reach(set, block_of(id))->words, 0xff, IDSET_BYTES);
            id += IDSET_BLOCK;
        } else if (id % 8 == 0 && last - id >= 7) {
            bytes_of(reach(set, block_of(id)))[id % IDSET_BLOCK / 8] = 0xff;
            id += 8;
        } else {
            idset_add(set, id++);
        }
    }
}

void idset_add_block(struct idset *set, uint64_t block, const void *bits)
{
    uint64_t *words = reach(set, block)->words, other[IDSET_WORDS];

    memcpy(other, bits, IDSET_BYTES);
    for (size_t i = 0; i < IDSET_WORDS; i++)
        words[i] |= other[i];
    if (block == 0)
        bytes_of(idset_find(set, 0))[0] &= 0xfe; /* 0 is no id */
}

bool idset_has(const struct idset *set, uint64_t id)
{
    const struct idset_one *block = id ? idset_find(set, block_of(id)) : NULL;
    bool bit = block && bytes_of(block)[id % IDSET_BLOCK / 8] >> id % 8 & 1;

    return id && bit != set->complement;
}

/* --- and, or, not ----------------------------------------------------------------------------- */

void idset_not(struct idset *set)
{
    set->complement = !set->complement;
}

/* What is stored in set and in other (or, where minus, not in other). */
static void meet(struct idset *set, const struct idset *other, bool minus)
{
    size_t kept = 0;

    for (size_t i = 0; i < set->count; i++) {
        struct idset_one *block = &set->blocks[i];
        const struct idset_one *match = idset_find(other, block->number);

        if (!match && !minus) {
            free(block->words);
            continue;
        }
        for (size_t w = 0; match && w < IDSET_WORDS; w++)
            block->words[w] &= minus ? ~match->words[w] : match->words[w];
        set->blocks[kept++] = *block;
    }
    set->count = kept;
    set->last = 0;
}

static void join(struct idset *set, const struct idset *other)
{
    for (size_t i = 0; i < other->count; i++)
        idset_add_block(set, other->blocks[i].number, other->blocks[i].words);
}

/* set = other without set, of what is stored. */
static void take_from(struct idset *set, const struct idset *other)
{
    struct idset *rest = idset_copy(other);
    struct idset old = *set;

    meet(rest, set, true);
    *set = *rest;
    *rest = old;
    idset_destroy(&rest);
}

void idset_and(struct idset *set, const struct idset *other)
{
    if (!set->complement) {
        meet(set, other, other->complement);
    } else if (other->complement) {
        join(set, other); /* not a and not b = not (a or b) */
    } else {
        take_from(set, other); /* sets complement from other */
    }
}

/* a or b = not (not a and not b) */
void idset_or(struct idset *set, const struct idset *other)
{
    struct idset mirror = *other;

    mirror.complement = !other->complement;
    set->complement = !set->complement;
    idset_and(set, &mirror);
    set->complement = !set->complement;
}

/* --- settling -------------------------------------------------------------------------------- */

void idset_settle(struct idset *set, uint64_t head)
{
    struct idset *all = NULL;

    if (!set->complement) {
        while (set->count > 0 && set->blocks[set->count - 1].number > block_of(head))
            free(set->blocks[--set->count].words);
        for (uint64_t id = idset_above(set, head, UINT64_MAX / 2); id;
             id = idset_above(set, id, UINT64_MAX / 2))
            idset_remove(set, id);
        return;
    }
    all = idset_create();
    idset_add_range(all, 1, head);
    idset_and(set, all);
    idset_destroy(&all);
}

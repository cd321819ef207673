#include "deduper/flat_blocks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/flat_scan.h"

enum { HUGE_PAGE = 2 << 20 };

/* Zeros, aligned for the scan; huge pages where the system gives them, since what is compared lies
 * all over the vectors, and each would cost a walk of the page table besides. */
static void *zeros(size_t bytes)
{
    void *memory = NULL;
    size_t align = bytes >= HUGE_PAGE ? HUGE_PAGE : FLAT_SCAN_ALIGN;
    if (posix_memalign(&memory, align, bytes))
        memory = mem_alloc(SIZE_MAX); /* ends the process, as any lack of memory does */
    if (bytes >= HUGE_PAGE)
        madvise(memory, bytes, MADV_HUGEPAGE);
    return memset(memory, 0, bytes);
}

void flat_blocks_init(struct flat_blocks *self, size_t dims, size_t capacity)
{
    *self = (struct flat_blocks){
        .dims = dims, .words = (dims + 63) / 64, .count = (capacity + FLAT_BLOCK - 1) / FLAT_BLOCK};
    self->list = mem_calloc(self->count, sizeof *self->list);
}

void flat_blocks_free(struct flat_blocks *self)
{
    for (size_t i = 0; i < self->count; i++) {
        if (!self->list[i])
            continue;
        free(self->list[i]->signs);
        free(self->list[i]->vectors);
        free(self->list[i]);
    }
    free(self->list);
    *self = (struct flat_blocks){0};
}

static struct flat_block *block_of(struct flat_blocks *self, uint32_t slot)
{
    struct flat_block **b = &self->list[slot / FLAT_BLOCK];
    if (!*b) {
        *b = mem_calloc(1, sizeof **b);
        (*b)->signs = zeros(FLAT_BLOCK * self->words * sizeof(uint64_t));
        (*b)->vectors = zeros(FLAT_BLOCK * self->dims);
        self->used++;
    }
    return *b;
}

void flat_blocks_put(struct flat_blocks *self, uint32_t slot, const struct flat_mark *mark,
                     const int8_t *vector)
{
    uint64_t signs[TRAITS_DIMS_MAX / 64];
    struct flat_block *b = block_of(self, slot);
    size_t at = slot % FLAT_BLOCK;
    b->marks[at] = *mark;
    memcpy(b->vectors + at * self->dims, vector, self->dims);
    vec_signs(vector, self->dims, signs);
    flat_scan_put(b->signs, at, signs, self->words);
}

void flat_blocks_drop(struct flat_blocks *self, uint32_t slot)
{
    struct flat_block *b = self->list[slot / FLAT_BLOCK];
    if (b)
        b->marks[slot % FLAT_BLOCK] = (struct flat_mark){0};
}

const int8_t *flat_blocks_vector(const struct flat_blocks *self, uint32_t slot)
{
    return self->list[slot / FLAT_BLOCK]->vectors + (slot % FLAT_BLOCK) * self->dims;
}

const struct flat_mark *flat_blocks_mark(const struct flat_blocks *self, uint32_t slot)
{
    return &self->list[slot / FLAT_BLOCK]->marks[slot % FLAT_BLOCK];
}

size_t flat_blocks_bytes(const struct flat_blocks *self)
{
    size_t slot = sizeof(struct flat_mark) + self->dims + self->words * sizeof(uint64_t);
    return self->count * sizeof *self->list + self->used * FLAT_BLOCK * slot;
}

#include "deduper/flat.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/flat_scan.h"

enum { BLOCK = 1024 }; /* slots in a block; blocks never move, so growth copies nothing */

struct mark {
    uint64_t id;
    int64_t time_ms;
    float norm; /* 0 = the slot is free */
};

struct block {
    struct mark marks[BLOCK];
    uint64_t *signs;
    int8_t *vectors;
};

struct flat {
    struct engine engine; /* first, so that an engine is a flat */
    size_t dims, words;
    size_t block_count, blocks_used;
    struct block **blocks;
    uint32_t found[BLOCK];
    uint64_t signs[TRAITS_DIMS_MAX / 64];
};

static struct block *block_of(struct flat *self, uint32_t slot)
{
    struct block **b = &self->blocks[slot / BLOCK];
    if (!*b) {
        *b = mem_calloc(1, sizeof **b);
        (*b)->signs = mem_calloc(BLOCK * self->words, sizeof *(*b)->signs);
        (*b)->vectors = mem_calloc(BLOCK, self->dims);
        self->blocks_used++;
    }
    return *b;
}

static void flat_put(struct engine *engine, uint32_t slot, uint64_t id, int64_t time_ms,
                     const int8_t *vector, float norm)
{
    struct flat *self = (struct flat *)engine;
    struct block *b = block_of(self, slot);
    size_t at = slot % BLOCK;
    b->marks[at] = (struct mark){id, time_ms, norm};
    memcpy(b->vectors + at * self->dims, vector, self->dims);
    vec_signs(vector, self->dims, b->signs + at * self->words);
}

static void flat_drop(struct engine *engine, uint32_t slot)
{
    struct block *b = ((struct flat *)engine)->blocks[slot / BLOCK];
    if (b)
        b->marks[slot % BLOCK] = (struct mark){0};
}

static const int8_t *flat_vector(const struct engine *engine, uint32_t slot)
{
    const struct flat *self = (const struct flat *)engine;
    return self->blocks[slot / BLOCK]->vectors + (slot % BLOCK) * self->dims;
}

static bool wanted(const struct mark *m, const struct engine_query *q)
{
    return m->norm > 0 && m->id != q->except && m->time_ms >= q->from_ms && m->time_ms <= q->to_ms;
}

static size_t search_block(struct flat *self, size_t index, const struct engine_query *q, size_t k,
                           struct engine_hit *hits, size_t n)
{
    const struct block *b = self->blocks[index];
    uint32_t limit = (uint32_t)(q->apart_max * self->dims / 1000);
    size_t found = flat_scan(b->signs, BLOCK, self->words, self->signs, limit, self->found);
    for (size_t i = 0; i < found; i++) {
        size_t at = self->found[i];
        const struct mark *m = &b->marks[at];
        if (!wanted(m, q))
            continue;
        const int8_t *v = b->vectors + at * self->dims;
        struct engine_hit hit = {(uint32_t)(index * BLOCK + at), m->id,
                                 vec_cosine(q->vector, q->norm, v, m->norm, self->dims)};
        if (engine_ranks(hits, n, k, &hit) && (!q->accept || q->accept(q->arg, hit.slot)))
            n = engine_keep(hits, n, k, hit);
    }
    return n;
}

static size_t flat_search(struct engine *engine, const struct engine_query *q, size_t k,
                          struct engine_hit *hits)
{
    struct flat *self = (struct flat *)engine;
    size_t n = 0;
    vec_signs(q->vector, self->dims, self->signs);
    for (size_t i = 0; i < self->block_count; i++)
        if (self->blocks[i])
            n = search_block(self, i, q, k, hits, n);
    return n;
}

static size_t flat_bytes(const struct engine *engine)
{
    const struct flat *self = (const struct flat *)engine;
    size_t slot = sizeof(struct mark) + self->dims + self->words * sizeof(uint64_t);
    return sizeof *self + self->block_count * sizeof *self->blocks +
           self->blocks_used * BLOCK * slot;
}

static void flat_destroy(struct engine *engine)
{
    struct flat *self = (struct flat *)engine;
    for (size_t i = 0; self && i < self->block_count; i++) {
        if (!self->blocks[i])
            continue;
        free(self->blocks[i]->signs);
        free(self->blocks[i]->vectors);
        free(self->blocks[i]);
    }
    free(self ? self->blocks : NULL);
    free(self);
}

struct engine *flat_create(uint32_t dims, size_t capacity)
{
    struct flat *self = mem_calloc(1, sizeof *self);
    self->engine =
        (struct engine){flat_destroy, flat_put, flat_drop, flat_vector, flat_search, flat_bytes};
    self->dims = dims;
    self->words = (dims + 63) / 64;
    self->block_count = (capacity + BLOCK - 1) / BLOCK;
    self->blocks = mem_calloc(self->block_count, sizeof *self->blocks);
    return &self->engine;
}

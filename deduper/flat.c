#include "deduper/flat.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/flat_scan.h"

enum {
    BLOCK = 4096,      /* slots in a block; blocks never move, so growth copies nothing */
    FOUND = 4 * BLOCK, /* entries compared in one go */
    AHEAD = 8,         /* entries asked for while one is compared */
    CACHE_LINE = 64,
    HUGE_PAGE = 2 << 20,
};

struct mark {
    uint64_t id;
    int64_t time_ms;
    float norm; /* 0 = the slot is free */
};

struct block {
    struct mark marks[BLOCK];
    uint16_t apart[BLOCK]; /* of the search that asks for the nearest */
    uint64_t *signs;
    int8_t *vectors;
};

struct flat {
    struct engine engine; /* first, so that an engine is a flat */
    size_t dims, words;
    size_t block_count, blocks_used;
    struct block **blocks;
    uint64_t signs[TRAITS_DIMS_MAX / 64];
    size_t found_count;
    uint32_t found[FOUND];
    struct engine_hit compared[FOUND];
};

/* --- entries ---------------------------------------------------------------------------------- */

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

static struct block *block_of(struct flat *self, uint32_t slot)
{
    struct block **b = &self->blocks[slot / BLOCK];
    if (!*b) {
        *b = mem_calloc(1, sizeof **b);
        (*b)->signs = zeros(BLOCK * self->words * sizeof *(*b)->signs);
        (*b)->vectors = zeros(BLOCK * self->dims);
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

static const struct mark *mark_of(const struct flat *self, uint32_t slot)
{
    return &self->blocks[slot / BLOCK]->marks[slot % BLOCK];
}

static bool wanted(const struct mark *m, const struct engine_query *q)
{
    return m->norm > 0 && m->id != q->except && m->time_ms >= q->from_ms && m->time_ms <= q->to_ms;
}

/* --- searching -------------------------------------------------------------------------------- */

static void ask_for(const struct flat *self, size_t i)
{
    if (i >= self->found_count)
        return;
    const int8_t *vector = flat_vector(&self->engine, self->found[i]);
    __builtin_prefetch(mark_of(self, self->found[i]));
    for (size_t at = 0; at < self->dims; at += CACHE_LINE)
        __builtin_prefetch(vector + at);
}

/* Compares what the sign bits have found, and begins to find anew. */
static size_t compare(struct flat *self, const struct engine_query *q, size_t k,
                      struct engine_hit *hits, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < AHEAD; i++)
        ask_for(self, i);
    for (size_t i = 0; i < self->found_count; i++) {
        uint32_t slot = self->found[i];
        const struct mark *m = mark_of(self, slot);
        ask_for(self, i + AHEAD);
        if (wanted(m, q))
            self->compared[count++] =
                (struct engine_hit){slot, m->id,
                                    vec_cosine(q->vector, q->norm, flat_vector(&self->engine, slot),
                                               m->norm, self->dims)};
    }
    self->found_count = 0;
    return engine_take(q, self->compared, count, hits, n, k);
}

/* How many bits may differ so that FLAT_COMPARED entries pass; leaves in each block how many do. */
static uint32_t limit_of_nearest(struct flat *self)
{
    uint32_t counts[TRAITS_DIMS_MAX + 1] = {0}, limit = 0;
    for (size_t i = 0; i < self->block_count; i++) {
        struct block *b = self->blocks[i];
        if (!b)
            continue;
        flat_apart(b->signs, BLOCK, self->words, self->signs, b->apart);
        for (size_t at = 0; at < BLOCK; at++)
            counts[b->apart[at]] += b->marks[at].norm > 0;
    }
    for (size_t passed = counts[0]; passed < FLAT_COMPARED && limit < self->dims;)
        passed += counts[++limit];
    return limit;
}

/* Adds what differs in at most limit bits, by what limit_of_nearest () left. */
static void find_counted(struct flat *self, size_t index, uint32_t limit)
{
    const struct block *b = self->blocks[index];
    for (size_t at = 0; at < BLOCK; at++)
        if (b->apart[at] <= limit)
            self->found[self->found_count++] = (uint32_t)(index * BLOCK + at);
}

static void find_near(struct flat *self, size_t index, uint32_t limit)
{
    self->found_count +=
        flat_scan(self->blocks[index]->signs, BLOCK, self->words, self->signs, limit,
                  (uint32_t)(index * BLOCK), self->found + self->found_count);
}

static size_t flat_search(struct engine *engine, const struct engine_query *q, size_t k,
                          struct engine_hit *hits)
{
    struct flat *self = (struct flat *)engine;
    bool nearest = q->apart_max >= ENGINE_NO_LIMIT;
    size_t n = 0;
    vec_signs(q->vector, self->dims, self->signs);
    uint32_t limit =
        nearest ? limit_of_nearest(self) : (uint32_t)(q->apart_max * self->dims / 1000);
    for (size_t i = 0; i < self->block_count; i++) {
        if (!self->blocks[i])
            continue;
        (nearest ? find_counted : find_near)(self, i, limit);
        if (self->found_count > FOUND - BLOCK)
            n = compare(self, q, k, hits, n);
    }
    return compare(self, q, k, hits, n);
}

/* --- life ------------------------------------------------------------------------------------- */

static size_t flat_bytes(const struct engine *engine)
{
    const struct flat *self = (const struct flat *)engine;
    size_t slot =
        sizeof(struct mark) + sizeof(uint16_t) + self->dims + self->words * sizeof(uint64_t);
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

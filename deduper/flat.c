#include "deduper/flat.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/flat_blocks.h"
#include "deduper/flat_scan.h"

enum {
    PART = 512,  /* slots looked at for all queries before the next: they stay in the cache */
    ROOM = 2048, /* compared entries that wait to be taken */
    AHEAD = 8,   /* entries asked for while one is compared */
    CACHE_LINE = 64,
};

/* One query of a search. */
struct seeker {
    const struct engine_query *query;
    uint32_t limit; /* sign bits that may differ */
    struct engine_hit *hits;
    size_t n;
    size_t waiting;
    struct engine_hit compared[ROOM + PART];
};

struct flat {
    struct engine engine; /* first, so that an engine is a flat */
    struct flat_blocks blocks;
    uint8_t *tables[ENGINE_MANY];
    uint16_t *apart[ENGINE_MANY]; /* of the part at hand */
    struct seeker seekers[ENGINE_MANY];
};

/* --- entries ---------------------------------------------------------------------------------- */

static void flat_put(struct engine *engine, uint32_t slot, uint64_t id, int64_t time_ms,
                     const int8_t *vector, float norm)
{
    struct flat_mark mark = {id, time_ms, norm};
    flat_blocks_put(&((struct flat *)engine)->blocks, slot, &mark, vector);
}

static void flat_drop(struct engine *engine, uint32_t slot)
{
    flat_blocks_drop(&((struct flat *)engine)->blocks, slot);
}

static const int8_t *flat_vector(const struct engine *engine, uint32_t slot)
{
    return flat_blocks_vector(&((const struct flat *)engine)->blocks, slot);
}

static bool wanted(const struct flat_mark *m, const struct engine_query *q)
{
    return m->norm > 0 && m->id != q->except && m->time_ms >= q->from_ms && m->time_ms <= q->to_ms;
}

/* --- searching -------------------------------------------------------------------------------- */

static void ask_for(const struct flat_blocks *blocks, const uint32_t *found, size_t i, size_t count)
{
    if (i >= count)
        return;
    const int8_t *vector = flat_blocks_vector(blocks, found[i]);
    __builtin_prefetch(flat_blocks_mark(blocks, found[i]));
    for (size_t at = 0; at < blocks->dims; at += CACHE_LINE)
        __builtin_prefetch(vector + at);
}

static void take(struct seeker *s, size_t k)
{
    s->n = engine_take(s->query, s->compared, s->waiting, s->hits, s->n, k);
    s->waiting = 0;
}

/* Compares an entry with the queries that sign bits have brought near it, one bit each. */
static void compare(struct flat *self, uint32_t slot, uint32_t near, size_t k)
{
    const struct flat_mark *m = flat_blocks_mark(&self->blocks, slot);
    const int8_t *vector = flat_blocks_vector(&self->blocks, slot);
    for (; near; near &= near - 1) {
        struct seeker *s = &self->seekers[__builtin_ctz(near)];
        const struct engine_query *q = s->query;
        if (!wanted(m, q))
            continue;
        float cosine = vec_cosine(q->vector, q->norm, vector, m->norm, self->blocks.dims);
        struct engine_hit hit = {slot, m->id, cosine};
        if (engine_ranks(s->hits, s->n, k, &hit))
            s->compared[s->waiting++] = hit;
    }
}

/* Calls fn for each part, after the pass over its sign bits for the first n seekers. */
typedef void part_fn(struct flat *self, uint32_t first, size_t n, void *arg);

static void for_parts(struct flat *self, size_t n, part_fn *fn, void *arg)
{
    size_t words = self->blocks.words;
    for (size_t b = 0; b < self->blocks.count; b++)
        for (size_t at = 0; self->blocks.list[b] && at < FLAT_BLOCK; at += PART) {
            flat_scan_apart(self->blocks.list[b]->signs + at * words * sizeof(uint64_t), PART,
                            words, (const uint8_t *const *)self->tables, n, self->apart);
            fn(self, (uint32_t)(b * FLAT_BLOCK + at), n, arg);
        }
}

/* Entry by entry, so that one that is near to several queries is read from memory once. */
static void compare_part(struct flat *self, uint32_t first, size_t n, void *k)
{
    uint32_t near[PART] = {0}, found[PART];
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count = flat_scan_within(self->apart[i], PART, self->seekers[i].limit, 0, found);
        for (size_t f = 0; f < count; f++)
            near[found[f]] |= UINT32_C(1) << i;
    }
    count = 0;
    for (uint32_t at = 0; at < PART; at++)
        if (near[at])
            found[count++] = first + at;
    for (size_t i = 0; i < AHEAD; i++)
        ask_for(&self->blocks, found, i, count);
    for (size_t i = 0; i < count; i++) {
        ask_for(&self->blocks, found, i + AHEAD, count);
        compare(self, found[i], near[found[i] - first], *(const size_t *)k);
    }
    for (size_t i = 0; i < n; i++)
        if (self->seekers[i].waiting >= ROOM)
            take(&self->seekers[i], *(const size_t *)k);
}

typedef uint32_t histogram[TRAITS_DIMS_MAX + 1];

static void count_part(struct flat *self, uint32_t first, size_t n, void *counts)
{
    const struct flat_mark *marks = flat_blocks_mark(&self->blocks, first);
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < PART; at++)
            ((histogram *)counts)[i][self->apart[i][at]] += marks[at].norm > 0;
}

/* How many bits may differ so that FLAT_COMPARED entries pass. */
static uint32_t limit_of_nearest(const histogram counts, size_t dims)
{
    uint32_t limit = 0;
    for (size_t passed = counts[0]; passed < FLAT_COMPARED && limit < dims;)
        passed += counts[++limit];
    return limit;
}

static void find_limits(struct flat *self, size_t n)
{
    size_t dims = self->blocks.dims;
    bool nearest = false;
    for (size_t i = 0; i < n; i++) {
        struct seeker *s = &self->seekers[i];
        s->limit = (uint32_t)(s->query->apart_max * dims / 1000);
        nearest |= s->query->apart_max >= ENGINE_NO_LIMIT;
    }
    if (!nearest)
        return;
    histogram *counts = mem_calloc(n, sizeof *counts);
    for_parts(self, n, count_part, counts);
    for (size_t i = 0; i < n; i++)
        if (self->seekers[i].query->apart_max >= ENGINE_NO_LIMIT)
            self->seekers[i].limit = limit_of_nearest(counts[i], dims);
    free(counts);
}

static void flat_search(struct engine *engine, const struct engine_query *queries, size_t n,
                        size_t k, struct engine_hit *hits, size_t *counts)
{
    struct flat *self = (struct flat *)engine;
    uint64_t signs[TRAITS_DIMS_MAX / 64];
    for (size_t i = 0; i < n; i++) {
        struct seeker *s = &self->seekers[i];
        s->query = &queries[i];
        s->hits = hits + i * k;
        s->n = s->waiting = 0;
        vec_signs(queries[i].vector, self->blocks.dims, signs);
        flat_scan_table(signs, self->blocks.words, self->tables[i]);
    }
    find_limits(self, n);
    for_parts(self, n, compare_part, &k);
    for (size_t i = 0; i < n; i++) {
        take(&self->seekers[i], k);
        counts[i] = self->seekers[i].n;
    }
}

/* --- life ------------------------------------------------------------------------------------- */

static size_t table_bytes(const struct flat *self)
{
    return self->blocks.words * sizeof(uint64_t) * FLAT_SCAN_TABLE;
}

static size_t flat_bytes(const struct engine *engine)
{
    const struct flat *self = (const struct flat *)engine;
    return sizeof *self + ENGINE_MANY * (table_bytes(self) + PART * sizeof **self->apart) +
           flat_blocks_bytes(&self->blocks);
}

static void flat_destroy(struct engine *engine)
{
    struct flat *self = (struct flat *)engine;
    if (!self)
        return;
    for (size_t i = 0; i < ENGINE_MANY; i++) {
        free(self->tables[i]);
        free(self->apart[i]);
    }
    flat_blocks_free(&self->blocks);
    free(self);
}

struct engine *flat_create(uint32_t dims, size_t capacity)
{
    struct flat *self = mem_calloc(1, sizeof *self);
    self->engine =
        (struct engine){flat_destroy, flat_put, flat_drop, flat_vector, flat_search, flat_bytes};
    flat_blocks_init(&self->blocks, dims, capacity);
    for (size_t i = 0; i < ENGINE_MANY; i++) {
        self->tables[i] = mem_alloc(table_bytes(self));
        self->apart[i] = mem_alloc(PART * sizeof *self->apart[i]);
    }
    return &self->engine;
}

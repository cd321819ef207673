#include "tests/bench/index_sides.h"

#include <stdlib.h>
#include <string.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/traits.h"
#include "common/vec.h"
#include "deduper/engine.h"
#include "deduper/engines.h"
#include "deduper/index.h"
#include "embedder/model.h"

/* Everything is of one day, so that time tells nothing apart. */
enum { TIME_MS = 1000 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* --- the whole index -------------------------------------------------------------------------- */

static void index_side_add(void *self, uint64_t id, const struct traits *traits)
{
    index_add(self, id, TIME_MS, TIME_MS, id, 0, traits);
}

static size_t index_side_find(void *self, const struct traits *traits, uint64_t ids[SIDE_BEST])
{
    struct judge_candidate found[JUDGE_BEST];
    size_t n = smaller(index_query(self, traits, TIME_MS, 0, 0, found), SIDE_BEST);
    for (size_t i = 0; i < n; i++)
        ids[i] = found[i].id;
    return n;
}

static void index_side_find_many(void *self, const struct traits *traits, size_t n)
{
    static struct judge_candidate found[SIDE_MANY * JUDGE_BEST];
    struct index_question questions[SIDE_MANY];
    size_t counts[SIDE_MANY];
    for (size_t i = 0; i < n; i++)
        questions[i] = (struct index_question){.item = &traits[i], .time_ms = TIME_MS};
    index_query_many(self, questions, n, found, counts);
}

static size_t index_side_bytes(const void *self)
{
    struct index_counts counts;
    index_counts(self, &counts);
    return counts.bytes;
}

static void index_side_destroy(void *self)
{
    struct index *index = self;
    index_destroy(&index);
}

struct side side_index(const char *engine, size_t capacity, const struct judge_params *params)
{
    enum engine_kind kind;
    struct side side = {.limit = SIZE_MAX,
                        .add = index_side_add,
                        .find = index_side_find,
                        .find_many = index_side_find_many,
                        .bytes = index_side_bytes,
                        .destroy = index_side_destroy};
    if (engine_kind_of(engine, &kind))
        side.self = index_create_with(kind, MODEL_DIMS, capacity, params);
    return side;
}

/* --- an engine -------------------------------------------------------------------------------- */

struct alone {
    struct engine *engine;
    uint32_t apart_max;
};

static void alone_add(void *self, uint64_t id, const struct traits *traits)
{
    struct engine *engine = ((struct alone *)self)->engine;
    if (traits->norm > 0)
        engine->put(engine, (uint32_t)id - 1, id, TIME_MS, traits->vector, traits->norm);
}

static struct engine_query query_of(const struct alone *alone, const struct traits *traits)
{
    return (struct engine_query){.vector = traits->vector,
                                 .norm = traits->norm,
                                 .from_ms = TIME_MS,
                                 .to_ms = TIME_MS,
                                 .apart_max = alone->apart_max};
}

static size_t alone_find(void *self, const struct traits *traits, uint64_t ids[SIDE_BEST])
{
    const struct alone *alone = self;
    struct engine_hit hits[SIDE_BEST];
    struct engine_query query = query_of(alone, traits);
    size_t n = engine_find(alone->engine, &query, SIDE_BEST, hits);
    for (size_t i = 0; i < n; i++)
        ids[i] = hits[i].id;
    return n;
}

static void alone_find_many(void *self, const struct traits *traits, size_t n)
{
    const struct alone *alone = self;
    struct engine_hit hits[SIDE_MANY * SIDE_BEST];
    struct engine_query queries[SIDE_MANY];
    size_t counts[SIDE_MANY];
    for (size_t i = 0; i < n; i++)
        queries[i] = query_of(alone, &traits[i]);
    alone->engine->search(alone->engine, queries, n, SIDE_BEST, hits, counts);
}

static size_t alone_bytes(const void *self)
{
    const struct engine *engine = ((const struct alone *)self)->engine;
    return engine->bytes(engine);
}

static void alone_destroy(void *self)
{
    struct alone *alone = self;
    if (alone)
        alone->engine->destroy(alone->engine);
    free(alone);
}

struct side side_engine(const char *engine, size_t capacity, uint32_t apart_max)
{
    enum engine_kind kind;
    struct side side = {.limit = SIZE_MAX,
                        .add = alone_add,
                        .find = alone_find,
                        .find_many = alone_find_many,
                        .bytes = alone_bytes,
                        .destroy = alone_destroy};
    if (engine_kind_of(engine, &kind)) {
        struct alone *alone = mem_calloc(1, sizeof *alone);
        *alone = (struct alone){engine_create(kind, MODEL_DIMS, capacity), apart_max};
        side.self = alone;
    }
    return side;
}

/* --- all vectors ------------------------------------------------------------------------------ */

struct exact {
    size_t count;
    int8_t *vectors;
    float *norms;
};

static void exact_add(void *self, uint64_t id, const struct traits *traits)
{
    struct exact *exact = self;
    exact->count = id;
    exact->norms[id - 1] = traits->norm;
    if (traits->norm > 0)
        memcpy(exact->vectors + (id - 1) * MODEL_DIMS, traits->vector, MODEL_DIMS);
}

static size_t exact_find(void *self, const struct traits *t, uint64_t ids[SIDE_BEST])
{
    const struct exact *exact = self;
    struct engine_hit hits[SIDE_BEST];
    size_t n = 0;
    for (size_t i = 0; i < exact->count; i++) {
        struct engine_hit hit = {.id = i + 1,
                                 .cosine =
                                     vec_cosine(t->vector, t->norm, exact->vectors + i * MODEL_DIMS,
                                                exact->norms[i], MODEL_DIMS)};
        n = engine_keep(hits, n, SIDE_BEST, hit);
    }
    for (size_t i = 0; i < n; i++)
        ids[i] = hits[i].id;
    return n;
}

static size_t exact_bytes(const void *self)
{
    return ((const struct exact *)self)->count * (MODEL_DIMS + sizeof(float));
}

static void exact_destroy(void *self)
{
    struct exact *exact = self;
    if (exact) {
        free(exact->vectors);
        free(exact->norms);
    }
    free(exact);
}

struct side side_exact(size_t capacity)
{
    struct exact *exact = mem_calloc(1, sizeof *exact);
    exact->vectors = mem_calloc(capacity, MODEL_DIMS);
    exact->norms = mem_calloc(capacity, sizeof *exact->norms);
    return (struct side){.name = "exact",
                         .self = exact,
                         .limit = SIZE_MAX,
                         .add = exact_add,
                         .find = exact_find,
                         .bytes = exact_bytes,
                         .destroy = exact_destroy};
}

float side_exact_cosine(const struct side *side, const struct traits *t, uint64_t id)
{
    const struct exact *exact = side->self;
    return vec_cosine(t->vector, t->norm, exact->vectors + (id - 1) * MODEL_DIMS,
                      exact->norms[id - 1], MODEL_DIMS);
}

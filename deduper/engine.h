/* Finds the nearest vectors: what every engine offers.  Slots are small numbers given out by the
 * index; an engine keeps a vector for some of them.  Pure; one owner thread. */
#ifndef WEIR_DEDUPER_ENGINE_H
#define WEIR_DEDUPER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ENGINE_BEST_MAX = 256,  /* most hits of one query */
    ENGINE_MANY = 16,       /* most queries of one search */
    ENGINE_NO_LIMIT = 1000, /* apart_max: the nearest, however far; an engine may miss some then */
};

struct engine_hit {
    uint32_t slot;
    uint64_t id;
    float cosine; /* exactly what judge_score () gives */
};

struct engine_query {
    const int8_t *vector;
    float norm;
    int64_t from_ms, to_ms; /* entries of this time only, both ends included */
    uint64_t except;        /* an id to leave out; 0 = none */
    uint32_t apart_max;     /* sign bits that may differ, in 1/1000 of the dimensions */
    /* Asked of a slot that would be among the best, nearest first; NULL = all may. */
    bool (*accept)(void *arg, uint32_t slot);
    void *arg;
};

struct engine {
    void (*destroy)(struct engine *self);
    /* Fills a slot, or replaces what it held.  The vector is copied. */
    void (*put)(struct engine *self, uint32_t slot, uint64_t id, int64_t time_ms,
                const int8_t *vector, float norm);
    void (*drop)(struct engine *self, uint32_t slot);
    /* The vector of a filled slot; borrowed until the next put or drop. */
    const int8_t *(*vector)(const struct engine *self, uint32_t slot);
    /* Writes for each of n <= ENGINE_MANY queries the k nearest, best first, ties by lowest id;
     * k <= ENGINE_BEST_MAX.  The hits of query i begin at hits + i * k, and counts[i] says how many
     * they are: the same as if it had been asked alone. */
    void (*search)(struct engine *self, const struct engine_query *queries, size_t n, size_t k,
                   struct engine_hit *hits, size_t *counts);
    size_t (*bytes)(const struct engine *self);
};

/* A search for one query; returns how many hits. */
size_t engine_find(struct engine *engine, const struct engine_query *query, size_t k,
                   struct engine_hit *hits);

/* For those who make engines. */

/* Whether a hit would be among the best k. */
bool engine_ranks(const struct engine_hit *hits, size_t n, size_t k, const struct engine_hit *hit);
/* Puts a hit in its place among the best k; returns how many there are now. */
size_t engine_keep(struct engine_hit *hits, size_t n, size_t k, struct engine_hit hit);
/* Takes those of the found ones that get a place among the best k of hits and are accepted; returns
 * how many there are now.  The order of found is lost. */
size_t engine_take(const struct engine_query *query, struct engine_hit *found, size_t count,
                   struct engine_hit *hits, size_t n, size_t k);

#endif

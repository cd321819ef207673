/* What tests/bench/index compares: everything that takes vectors in and finds the nearest ones. */
#ifndef WEIR_BENCH_INDEX_SIDES_H
#define WEIR_BENCH_INDEX_SIDES_H

#include <stddef.h>
#include <stdint.h>

struct judge_params;
struct traits;

enum {
    SIDE_BEST = 20, /* found by one query at most */
    SIDE_MANY = 16, /* queries asked together */
};

struct side {
    const char *name;
    void *self;   /* NULL where this build does not have it */
    size_t limit; /* entries that it takes before the measured part */
    /* Ids are 1, 2, 3 …, each once, in this order. */
    void (*add)(void *self, uint64_t id, const struct traits *traits);
    /* Called once, between the entries before the measured part and those in it.  May be NULL. */
    void (*ready)(void *self);
    /* Writes ids, best first where the side has an order; returns how many. */
    size_t (*find)(void *self, const struct traits *traits, uint64_t ids[SIDE_BEST]);
    /* The same with another ef (hnswlib's search effort).  May be NULL. */
    size_t (*find_more)(void *self, const struct traits *traits, uint64_t ids[SIDE_BEST]);
    size_t (*bytes)(const void *self);
    void (*destroy)(void *self); /* takes NULL */
    /* Asks for n <= SIDE_MANY items together and forgets the answers.  May be NULL. */
    void (*find_many)(void *self, const struct traits *traits, size_t n);
};

/* deduper/index.h: signatures, keys and vectors, by an engine's name. */
struct side side_index(const char *engine, size_t capacity, const struct judge_params *params);
/* An engine by itself, asked for entries that differ in so few sign bits (deduper/engine.h). */
struct side side_engine(const char *engine, size_t capacity, uint32_t apart_max);
/* Every int8 vector, the SIDE_BEST nearest. */
struct side side_exact(size_t capacity);
/* The cosine of an entry of side_exact (). */
float side_exact_cosine(const struct side *side, const struct traits *traits, uint64_t id);
/* hnswlib as its manual has it: floats, inner product, M 16, efC 200, found with ef 64, and 128
 * (find_more).  Entries before the measured part are put in by several threads. */
struct side side_hnswlib(size_t capacity, size_t limit, unsigned threads);

#endif

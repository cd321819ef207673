/* The hnsw engine: a graph of neighbours (Malkov, Yashunin: Efficient and robust approximate
 * nearest neighbor search using Hierarchical Navigable Small World graphs, 2018), by hnswlib.  For
 * windows that are too large to be passed over at each query.
 *
 * It may miss entries, and which ones depends on the order in which entries came and went; what it
 * finds has exact cosines.  Its part of the contract that flat keeps and it does not: apart_max is
 * checked exactly, but an entry that passes may be missed.  A dropped entry stays in the graph as a
 * way to others until its slot is filled again, so memory is bounded by the capacity. */
#ifndef WEIR_DEDUPER_HNSW_H
#define WEIR_DEDUPER_HNSW_H

#include <stddef.h>
#include <stdint.h>

struct engine;

/* dims > 0; slots are 0..capacity-1. */
struct engine *hnsw_create(uint32_t dims, size_t capacity);

#endif

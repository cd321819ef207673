/* The hnsw engine: a graph of neighbours (Malkov, Yashunin: Efficient and robust approximate
 * nearest neighbor search using Hierarchical Navigable Small World graphs, 2018), by hnswlib.  For
 * windows that are too large to be passed over at each query.
 *
 * It may miss entries, and which ones depends on the order in which entries came and went; what it
 * finds has exact cosines, and differs in no more than apart_max.
 *
 * There are up to four graphs, generations of entries that came one after the other; each query
 * asks all of them.  Nothing is taken out of a graph, since filling a node anew costs ten times
 * what a new one does: a graph goes when the last of its entries is dropped, and the few that stay
 * on while a graph is nearly empty are moved to the youngest, two a put.  So memory is bounded by
 * twice that of the capacity. */
#ifndef WEIR_DEDUPER_HNSW_H
#define WEIR_DEDUPER_HNSW_H

#include <stddef.h>
#include <stdint.h>

struct engine;

/* dims > 0; slots are 0..capacity-1. */
struct engine *hnsw_create(uint32_t dims, size_t capacity);

#endif

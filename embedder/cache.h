/* Vectors by the hash of what they were made of: bounded by number and by bytes, the one not used
 * for longest leaves first.  Pure. */
#ifndef WEIR_EMBEDDER_CACHE_H
#define WEIR_EMBEDDER_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct cache;

struct cache_key {
    uint64_t high, low;
};

/* XXH3-128 of the input, seeded with the hash of the model's name. */
struct cache_key cache_key(struct span model, struct span input);

/* most_items or most_bytes 0: a cache that keeps nothing. */
struct cache *cache_create(size_t most_items, size_t most_bytes);
void cache_destroy(struct cache **cache);
/* From now on at most so much is kept; what is beyond it goes. */
void cache_resize(struct cache *cache, size_t most_items, size_t most_bytes);
/* The vector, n components, or the empty span; lent until the next cache_put. */
struct span cache_get(struct cache *cache, const struct cache_key *key);
/* Keeps a copy; the same key again replaces it. */
void cache_put(struct cache *cache, const struct cache_key *key, const int8_t *vector, size_t n);
size_t cache_count(const struct cache *cache);
/* Memory of the entries; the table of buckets comes on top of it, 16 bytes an entry at most. */
size_t cache_bytes(const struct cache *cache);

#endif

#include "embedder/cache.h"

#include <stdlib.h>
#include <xxhash.h>

#include "common/mem.h"

enum { BUCKETS_FIRST = 64 };

struct entry {
    struct entry *chain; /* in its bucket */
    struct entry *newer;
    struct entry *older;
    struct cache_key key;
    size_t n;
    int8_t vector[];
};

struct cache {
    size_t most_items;
    size_t most_bytes;
    size_t count;
    size_t bytes;
    struct entry **buckets;
    size_t bucket_count; /* a power of two, or 0 */
    struct entry *newest;
    struct entry *oldest;
};

struct cache_key cache_key(struct span model, struct span input)
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(input.p, input.n, XXH3_64bits(model.p, model.n));

    return (struct cache_key){.high = hash.high64, .low = hash.low64};
}

struct cache *cache_create(size_t most_items, size_t most_bytes)
{
    struct cache *cache = mem_calloc(1, sizeof(*cache));

    cache->most_items = most_items;
    cache->most_bytes = most_bytes;
    return cache;
}

void cache_destroy(struct cache **cache)
{
    struct entry *next = NULL;

    if (!*cache)
        return;
    for (struct entry *entry = (*cache)->newest; entry; entry = next) {
        next = entry->older;
        free(entry);
    }
    free((*cache)->buckets);
    free(*cache);
    *cache = NULL;
}

/* --- the table -------------------------------------------------------------------------------- */

/* The place that points to the entry of a key, or to the end of its chain. */
static struct entry **place_of(struct cache *cache, const struct cache_key *key)
{
    struct entry **place = &cache->buckets[key->low & (cache->bucket_count - 1)];

    while (*place && ((*place)->key.low != key->low || (*place)->key.high != key->high))
        place = &(*place)->chain;
    return place;
}

/* As many buckets as entries, so that an empty cache is small. */
static void grow(struct cache *cache)
{
    size_t count = cache->bucket_count ? 2 * cache->bucket_count : BUCKETS_FIRST;

    free(cache->buckets);
    cache->buckets = mem_calloc(count, sizeof(*cache->buckets));
    cache->bucket_count = count;
    for (struct entry *entry = cache->newest; entry; entry = entry->older) {
        struct entry **bucket = &cache->buckets[entry->key.low & (count - 1)];

        entry->chain = *bucket;
        *bucket = entry;
    }
}

/* --- the order of use ------------------------------------------------------------------------- */

static void take_out(struct cache *cache, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static void put_first(struct cache *cache, struct entry *entry)
{
    entry->newer = NULL;
    entry->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
}

static size_t size_of(const struct entry *entry)
{
    return sizeof(*entry) + entry->n;
}

static void drop(struct cache *cache, struct entry **place)
{
    struct entry *entry = *place;

    *place = entry->chain;
    take_out(cache, entry);
    cache->count--;
    cache->bytes -= size_of(entry);
    free(entry);
}

/* --- getting and putting ---------------------------------------------------------------------- */

struct span cache_get(struct cache *cache, const struct cache_key *key)
{
    struct entry *entry = cache->bucket_count ? *place_of(cache, key) : NULL;

    if (!entry)
        return span_of(NULL, 0);
    take_out(cache, entry);
    put_first(cache, entry);
    return span_of(entry->vector, entry->n);
}

void cache_put(struct cache *cache, const struct cache_key *key, const int8_t *vector, size_t n)
{
    struct entry *entry = NULL;
    struct entry **place = NULL;

    if (cache->most_items == 0 || sizeof(*entry) + n > cache->most_bytes)
        return;
    if (cache->count >= cache->bucket_count)
        grow(cache);
    place = place_of(cache, key);
    if (*place)
        drop(cache, place);
    while (cache->count >= cache->most_items ||
           cache->bytes + sizeof(*entry) + n > cache->most_bytes)
        drop(cache, place_of(cache, &cache->oldest->key));
    entry = mem_calloc(1, sizeof(*entry) + n);
    entry->key = *key;
    entry->n = n;
    memcpy(entry->vector, vector, n);
    place = &cache->buckets[key->low & (cache->bucket_count - 1)];
    entry->chain = *place;
    *place = entry;
    put_first(cache, entry);
    cache->count++;
    cache->bytes += size_of(entry);
}

void cache_resize(struct cache *cache, size_t most_items, size_t most_bytes)
{
    cache->most_items = most_items;
    cache->most_bytes = most_bytes;
    while (cache->count > most_items || cache->bytes > most_bytes)
        drop(cache, place_of(cache, &cache->oldest->key));
}

size_t cache_count(const struct cache *cache)
{
    return cache->count;
}

size_t cache_bytes(const struct cache *cache)
{
    return cache->bytes;
}

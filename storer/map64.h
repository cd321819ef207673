/* A map from ids (never 0) to pointers: open addressing with linear probing, removal by shifting
 * back (Knuth, TAOCP 3, 6.4, algorithm R).  Pure. */
#ifndef WEIR_STORER_MAP64_H
#define WEIR_STORER_MAP64_H

#include <stddef.h>
#include <stdint.h>

struct map64_slot {
    uint64_t key;
    void *value; /* NULL = empty */
};

/* Start with {0}. */
struct map64 {
    struct map64_slot *slots;
    size_t cap; /* 0 or a power of two */
    size_t count;
};

/* The value of a key; NULL where there is none. */
void *map64_get(const struct map64 *map, uint64_t key);
/* value may not be NULL; the former value is returned. */
void *map64_put(struct map64 *map, uint64_t key, void *value);
/* Returns what was removed. */
void *map64_remove(struct map64 *map, uint64_t key);
/* Walks over all values: start with *at = 0; NULL at the end.  The map may not change meanwhile. */
void *map64_next(const struct map64 *map, size_t *at);
void map64_free(struct map64 *map);

#endif

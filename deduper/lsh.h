/* Look-up by signature band, URL and title: a hash table of chains for each of them.  Two values of
 * a MinHash signature make a band, so that two texts of similarity s meet in one of the 64 with
 * probability 1 - (1 - s^2)^64 (Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, 3.4).
 * Slots are small numbers given out by the index.  Pure; one owner thread. */
#ifndef WEIR_DEDUPER_LSH_H
#define WEIR_DEDUPER_LSH_H

#include <stddef.h>
#include <stdint.h>

struct lsh;
struct traits;

enum { LSH_CHAIN_MAX = 128 }; /* a look-up follows a chain so far: to the highest ids */

/* Slots are 0..capacity-1. */
struct lsh *lsh_create(size_t capacity);
/* Takes a pointer to NULL too, and nulls. */
void lsh_destroy(struct lsh **self);

/* Enters a free slot.  Only the keys of the traits are kept. */
void lsh_put(struct lsh *self, uint32_t slot, uint64_t id, const struct traits *traits);
/* Takes a slot out; traits as they were when it was put. */
void lsh_drop(struct lsh *self, uint32_t slot, const struct traits *traits);
/* Writes the slots that may share a key with the item, each once, in no order, at most cap; a slot
 * may come up by an accident of hashing.  Adds to *cut the chains that were not followed to their
 * end, and 1 where cap was reached.  Returns how many slots. */
size_t lsh_find(struct lsh *self, const struct traits *item, uint32_t *slots, size_t cap,
                uint64_t *cut);
size_t lsh_bytes(const struct lsh *self);

#endif

/* The weighty words of the latest items, kept in memory over the store's rows: a table of a fixed
 * size; what it does not hold is read. */
#ifndef WEIR_STORER_TERMS_H
#define WEIR_STORER_TERMS_H

#include <stddef.h>
#include <stdint.h>

struct db;
struct terms;
struct traits;

/* db is borrowed.  most: about how many items are held; 592 bytes each, taken as they come. */
struct terms *terms_create(struct db *db, size_t most);
void terms_destroy(struct terms **terms);
/* From now on so many are held; all are read again. */
void terms_resize(struct terms *terms, size_t most);
/* After this everything is read again. */
void terms_clear(struct terms *terms);

/* The terms of an item in a struct of which nothing else is set; none where there is no such item.
 * Borrowed until the next call. */
struct traits terms_of(struct terms *terms, uint64_t id);
/* The rows of an item were written. */
void terms_learn(struct terms *terms, uint64_t id, const struct traits *traits);
/* An item was deleted. */
void terms_gone(struct terms *terms, uint64_t id);

#endif

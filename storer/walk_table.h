/* A table from pairs of numbers to places in an array: open addressing with linear probing; nothing
 * is removed.  Pure. */
#ifndef WEIR_STORER_WALK_TABLE_H
#define WEIR_STORER_WALK_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct walk_slot {
    uint64_t a, b;
    size_t place; /* plus 1; 0 = empty */
};

/* Start with {0}. */
struct walk_table {
    struct walk_slot *slots;
    size_t cap; /* 0 or a power of two */
    size_t count;
};

enum { WALK_NOWHERE = -1 };

/* The place of a pair, or WALK_NOWHERE. */
ptrdiff_t walk_table_get(const struct walk_table *table, uint64_t a, uint64_t b);
/* The pair must not be there yet. */
void walk_table_put(struct walk_table *table, uint64_t a, uint64_t b, size_t place);
void walk_table_free(struct walk_table *table);

#endif

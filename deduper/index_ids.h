/* Which slot holds which id: open addressing with linear probing.  Pure. */
#ifndef WEIR_DEDUPER_INDEX_IDS_H
#define WEIR_DEDUPER_INDEX_IDS_H

#include <stddef.h>
#include <stdint.h>

enum { INDEX_NO_SLOT = UINT32_MAX };

/* Starts as {0}; grows by itself. */
struct index_ids {
    size_t width, count;
    struct index_id *list;
};

struct index_id {
    uint64_t id;
    uint32_t slot_1; /* slot + 1; 0 = free */
};

/* The slot of an id, or INDEX_NO_SLOT. */
uint32_t index_ids_find(const struct index_ids *self, uint64_t id);
/* Adds an id that is not there. */
void index_ids_add(struct index_ids *self, uint64_t id, uint32_t slot);
/* Removes an id that is there. */
void index_ids_remove(struct index_ids *self, uint64_t id);
void index_ids_free(struct index_ids *self);

#endif

/* The entries of the index, all but their vectors, in slots that are given out and taken back.
 * Pure. */
#ifndef WEIR_DEDUPER_INDEX_ENTRIES_H
#define WEIR_DEDUPER_INDEX_ENTRIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/traits.h"

struct index_entry {
    uint64_t id, story, copy_of;
    int64_t time_ms, seen_ms;
    uint64_t url_key, title_key;
    float norm;
    uint32_t words, figure_count;
    bool has_signature;
    uint32_t signature[TRAITS_SIGNATURE];
    uint32_t figures[TRAITS_FIGURES_MAX];
};

struct index_entries {
    size_t block_count, blocks_used;
    struct index_entry **blocks;
    uint32_t next; /* never given out yet, and all beyond it */
    uint32_t *given_back;
    size_t given_count;
};

void index_entries_init(struct index_entries *self, size_t capacity);
void index_entries_free(struct index_entries *self);
/* A free slot; there must be one. */
uint32_t index_entries_take(struct index_entries *self);
void index_entries_give(struct index_entries *self, uint32_t slot);
/* Borrowed; does not move while the entries live. */
struct index_entry *index_entries_at(const struct index_entries *self, uint32_t slot);
/* Asks for an entry that will be compared soon: all of it but the figures. */
void index_entries_prefetch(const struct index_entries *self, uint32_t slot);
size_t index_entries_bytes(const struct index_entries *self);

void index_entry_set(struct index_entry *e, uint64_t id, int64_t time_ms, int64_t seen_ms,
                     uint64_t story, uint64_t copy_of, const struct traits *t);
/* What the entry knows of the item's traits: all but the vector.  Borrowed from the entry. */
struct traits index_entry_traits(const struct index_entry *e);

#endif

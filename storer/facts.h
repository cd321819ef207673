/* What filters ask of every item, stored by columns: blocks of 4096 ids, a blob for each fact, so
 * that a filter over a million items reads some megabytes and no item.  Pure.
 *
 * Table fact: id is 2^32 * fact + block; an entry that is 0 stands for no item.  The writer adds
 * blocks a step behind (db_facts.h); meta.facts is the last id that is in them. */
#ifndef WEIR_STORER_FACTS_H
#define WEIR_STORER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "storer/idset.h"

enum fact {
    FACT_HERE,     /* a bit: there is such an item */
    FACT_TIME,     /* uint32_t, little-endian: 1 + seconds since 1970, at least 1 */
    FACT_SOURCE,   /* uint32_t, little-endian */
    FACT_LANGUAGE, /* FACT_TAG bytes: the tag's beginning in lower case, filled with 0 */
    FACTS
};

enum { FACT_TAG = 8 };

/* A block of all facts: the blobs as they are stored. */
struct facts_block {
    uint64_t block;
    unsigned char here[IDSET_BYTES];
    uint32_t time[IDSET_BLOCK];
    uint32_t source[IDSET_BLOCK];
    char language[IDSET_BLOCK][FACT_TAG];
};

int64_t facts_row(enum fact fact, uint64_t block);
size_t facts_bytes(enum fact fact);
/* The blob of a fact within a block. */
void *facts_blob(struct facts_block *block, enum fact fact);

/* Enters an item of this block. */
void facts_put(struct facts_block *block, uint64_t id, uint64_t source, int64_t time_ms,
               struct span language);

/* Each adds to set the members of a block that fit; blob is facts_bytes long, as stored. */
void facts_here(uint64_t block, const void *blob, struct idset *set);
/* since_ms <= time < before_ms, both whole seconds. */
void facts_within(uint64_t block, const void *blob, int64_t since_ms, int64_t before_ms,
                  struct idset *set);
void facts_of_sources(uint64_t block, const void *blob, const struct idset *sources,
                      struct idset *set);
/* tag in lower case: itself, or followed by "-..."; beyond FACT_TAG bytes tags count as the same.
 */
void facts_of_language(uint64_t block, const void *blob, const char *tag, struct idset *set);
/* The same for one tag as an item has it. */
bool facts_tag_fits(struct span language, const char *tag);

#endif

/* A set of item ids, which ascend and are dense: blocks of 4096 bits, sorted; a block that is not
 * there is empty.  A set may be complemented, so `not` costs nothing; what is said of ids is true
 * for 1 .. INT64_MAX (0 is no id and never a member).
 *
 * Memory and the time of and, or, count: 520 bytes a block that is there, some 250 blocks for a
 * million items.  Pure; nothing fails. */
#ifndef WEIR_STORER_IDSET_H
#define WEIR_STORER_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset;

enum { IDSET_BLOCK = 4096, IDSET_BYTES = IDSET_BLOCK / 8 }; /* ids of a block; its bytes */

/* An empty one; the caller's. */
struct idset *idset_create(void);
void idset_destroy(struct idset **set);
struct idset *idset_copy(const struct idset *set);

/* To be quick, ids come about in order, whichever way.  Not of a complemented set: settle it. */
void idset_add(struct idset *set, uint64_t id);
void idset_remove(struct idset *set, uint64_t id);
/* first .. last, both in it; makes all blocks between, so last is to be bounded by the head. */
void idset_add_range(struct idset *set, uint64_t first, uint64_t last);
/* Adds the members of a block: bit i of bits (the lowest bit of the first byte first) is id
 * 4096 * block + i. bits has IDSET_BYTES bytes and is copied. */
void idset_add_block(struct idset *set, uint64_t block, const void *bits);

bool idset_has(const struct idset *set, uint64_t id);
void idset_and(struct idset *set, const struct idset *other);
void idset_or(struct idset *set, const struct idset *other);
void idset_not(struct idset *set);

/* How many of the ids 1 .. head are members. */
uint64_t idset_count(const struct idset *set, uint64_t head);
/* The largest member that is less than id, or 0: from head + 1 on it walks newest first. */
uint64_t idset_below(const struct idset *set, uint64_t id);
/* The smallest member that is greater than id and at most head, or 0. */
uint64_t idset_above(const struct idset *set, uint64_t id, uint64_t head);

/* Makes it one that is not complemented: the members among 1 .. head, and no others. */
void idset_settle(struct idset *set, uint64_t head);
/* Of a set that is not complemented: how many blocks are there (some may be empty), the number of
 * the i-th, and the bits of block `block`: IDSET_BYTES bytes, borrowed until the set changes, or
 * NULL where it is not there. */
size_t idset_blocks(const struct idset *set);
uint64_t idset_block_number(const struct idset *set, size_t i);
const void *idset_block(const struct idset *set, uint64_t block);

#endif

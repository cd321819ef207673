/* Where the items of the window stand: story, original, times, and how many originals a story has.
 * A table in memory over the store's rows, of a fixed size; what it does not hold is read. */
#ifndef WEIR_STORER_PLACES_H
#define WEIR_STORER_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct memory_item;
struct places;

struct place {
    uint64_t id;
    uint64_t story;
    uint64_t copy_of; /* 0 = it is an original */
    int64_t time_ms, seen_ms;
    int64_t originals; /* of the story with this id; -1 = not known here */
};

/* db is borrowed.  most: about how many items are held; 56 bytes each, taken as they come. */
struct places *places_create(struct db *db, size_t most);
void places_destroy(struct places **places);
/* After this everything is read again. */
void places_clear(struct places *places);

/* Reads some more rows into the table, the latest items first, down to what was fetched before
 * from_ms.  false: it is done.  Nothing depends on it but time. */
bool places_load(struct places *places, int64_t from_ms);
/* Where an item stands; NULL where there is no such item.  Borrowed until the next call. */
const struct place *places_of(struct places *places, uint64_t id);
/* Whether more than one member of a story is no copy. */
bool places_have_more(struct places *places, uint64_t story);
/* The rows of an item were written.  fresh: it is new in the store; otherwise it has changed, and
 * may be of another story. */
void places_learn(struct places *places, const struct memory_item *item, bool fresh);
/* An original that was alone has joined a story. */
void places_move(struct places *places, uint64_t id, uint64_t story);
/* An item is a copy of another one now, or (0) of none. */
void places_copy(struct places *places, uint64_t id, uint64_t copy_of);
/* An item of this story was deleted. */
void places_gone(struct places *places, uint64_t id, uint64_t story);

#endif

/* Verdicts that came before the report of their fetch (DESIGN 5, rule 7): kept until it comes, up
 * to a bound.  Pure: what is held is an opaque pointer. */
#ifndef WEIR_STORER_HELD_H
#define WEIR_STORER_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct held;

struct held_item {
    struct held_item *next;
    void *message;
    size_t bytes;
    int lane;
};

/* destroy releases one message. */
struct held *held_create(size_t items_max, size_t bytes_max, void (*destroy)(void *message));
void held_destroy(struct held **held);

/* false: there is no room; message stays the caller's. */
bool held_put(struct held *held, uint64_t fetch, void *message, size_t bytes, int lane);
/* All of a fetch, in the order they came; NULL where there are none.  Caller owns list and messages
 * (free each held_item). */
struct held_item *held_take(struct held *held, uint64_t fetch);
/* Drops all of a fetch; their number. */
size_t held_drop(struct held *held, uint64_t fetch);
size_t held_of(const struct held *held, uint64_t fetch);
size_t held_items(const struct held *held);
size_t held_bytes(const struct held *held);

#endif

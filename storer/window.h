/* The window: how many items, and how many bytes, the storer lets be under way (DESIGN 8).  Pure.
 */
#ifndef WEIR_STORER_WINDOW_H
#define WEIR_STORER_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct window {
    uint64_t items_max, bytes_max;
    uint64_t share; /* replays use at most one in so many slots */
    /* what takes slots; the writer keeps these up to date */
    uint64_t under_way; /* accepted items that have not ended */
    uint64_t reserved;  /* by leases: what they are expected to bring */
    uint64_t asked;     /* missing vectors that were asked for */
    uint64_t bytes;     /* of all that */
    double item_bytes;  /* of an item, on average */
};

uint64_t window_used(const struct window *window);
/* Slots that replays, and missing vectors, may use at once; at least one. */
uint64_t window_replays(const struct window *window);
/* Whether a fetch that is expected to bring so many items may be leased.  Background work leaves
 * the last tenth to those who wait; an empty window takes any fetch. */
bool window_room(const struct window *window, bool hi, uint64_t expected);
/* How full it is, 0..100 and more. */
unsigned window_percent(const struct window *window);
/* Learns from an item that arrived. */
void window_learn(struct window *window, size_t bytes);
/* What a source is expected to bring, after a fetch brought `got`. */
uint64_t window_expect(uint64_t before, uint64_t got);

#endif

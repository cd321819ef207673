/* Binary heaps of things that know their place in one, so that any of them can leave or change
 * (Williams 1964; Knuth, TAOCP 3, 5.2.3).  Pure. */
#ifndef WEIR_STORER_SCHEDULE_HEAP_H
#define WEIR_STORER_SCHEDULE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands in a heap has one of these for each heap it can be in. */
struct heap_node {
    size_t place; /* in its heap, from 1; 0 = in none */
};

typedef bool heap_before_fn(const struct heap_node *a, const struct heap_node *b);

/* Start with .before set and the rest 0.  Nodes are borrowed. */
struct heap {
    struct heap_node **nodes;
    size_t count, cap;
    heap_before_fn *before;
};

/* The thing that a node is the member `member` of. */
#define HEAP_OF(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

/* Puts a node in that is in none; one that is in it already, and has changed, to its right place.
 */
void heap_put(struct heap *heap, struct heap_node *node);
/* Nothing happens where it is in none. */
void heap_remove(struct heap *heap, struct heap_node *node);
/* The first; NULL where there is none. */
struct heap_node *heap_first(const struct heap *heap);
void heap_free(struct heap *heap);

#endif

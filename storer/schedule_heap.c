#include "storer/schedule_heap.h"

#include <stdlib.h>

#include "common/mem.h"

static void set(struct heap *heap, size_t place, struct heap_node *node)
{
    heap->nodes[place - 1] = node;
    node->place = place;
}

static void up(struct heap *heap, size_t place, struct heap_node *node)
{
    while (place > 1 && heap->before(node, heap->nodes[place / 2 - 1])) {
        set(heap, place, heap->nodes[place / 2 - 1]);
        place /= 2;
    }
    set(heap, place, node);
}

static void down(struct heap *heap, size_t place, struct heap_node *node)
{
    size_t child = 0;

    while ((child = place * 2) <= heap->count) {
        if (child < heap->count && heap->before(heap->nodes[child], heap->nodes[child - 1]))
            child++;
        if (!heap->before(heap->nodes[child - 1], node))
            break;
        set(heap, place, heap->nodes[child - 1]);
        place = child;
    }
    set(heap, place, node);
}

void heap_put(struct heap *heap, struct heap_node *node)
{
    if (node->place == 0) {
        if (heap->count == heap->cap) {
            heap->cap = heap->cap ? heap->cap * 2 : 2;
            heap->nodes = mem_realloc(heap->nodes, heap->cap, sizeof(*heap->nodes));
        }
        node->place = ++heap->count;
    }
    up(heap, node->place, node);
    down(heap, node->place, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    struct heap_node *last = NULL;
    size_t place = node->place;

    if (place == 0)
        return;
    node->place = 0;
    last = heap->nodes[--heap->count];
    if (last == node)
        return;
    last->place = place;
    heap_put(heap, last);
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count > 0 ? heap->nodes[0] : NULL;
}

void heap_free(struct heap *heap)
{
    free(heap->nodes);
    heap->nodes = NULL;
    heap->count = heap->cap = 0;
}

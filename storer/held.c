#include "storer/held.h"

#include <stdlib.h>

#include "common/mem.h"
#include "storer/map64.h"

struct queue {
    uint64_t fetch;
    size_t count;
    struct held_item *first, **end;
};

struct held {
    size_t items_max, bytes_max, items, bytes;
    void (*destroy)(void *message);
    struct map64 by_fetch;
};

struct held *held_create(size_t items_max, size_t bytes_max, void (*destroy)(void *message))
{
    struct held *held = mem_calloc(1, sizeof(*held));

    held->items_max = items_max;
    held->bytes_max = bytes_max;
    held->destroy = destroy;
    return held;
}

void held_destroy(struct held **held)
{
    size_t at = 0;
    struct queue *queue = NULL;

    if (!held || !*held)
        return;
    while ((queue = map64_next(&(*held)->by_fetch, &at))) {
        held_drop(*held, queue->fetch);
        at = 0; /* the map has changed */
    }
    map64_free(&(*held)->by_fetch);
    free(*held);
    *held = NULL;
}

static struct queue *queue_of(struct held *held, uint64_t fetch)
{
    struct queue *queue = map64_get(&held->by_fetch, fetch);

    if (queue)
        return queue;
    queue = mem_calloc(1, sizeof(*queue));
    queue->fetch = fetch;
    queue->end = &queue->first;
    map64_put(&held->by_fetch, fetch, queue);
    return queue;
}

bool held_put(struct held *held, uint64_t fetch, void *message, size_t bytes, int lane)
{
    struct queue *queue = NULL;
    struct held_item *item = NULL;

    if (held->items >= held->items_max || bytes > held->bytes_max - held->bytes)
        return false;
    queue = queue_of(held, fetch);
    item = mem_alloc(sizeof(*item));
    *item = (struct held_item){.message = message, .bytes = bytes, .lane = lane};
    *queue->end = item;
    queue->end = &item->next;
    queue->count++;
    held->items++;
    held->bytes += bytes;
    return true;
}

struct held_item *held_take(struct held *held, uint64_t fetch)
{
    struct queue *queue = map64_remove(&held->by_fetch, fetch);
    struct held_item *first = queue ? queue->first : NULL;

    for (struct held_item *item = first; item; item = item->next) {
        held->items--;
        held->bytes -= item->bytes;
    }
    free(queue);
    return first;
}

size_t held_drop(struct held *held, uint64_t fetch)
{
    struct held_item *item = held_take(held, fetch), *next = NULL;
    size_t count = 0;

    for (; item; item = next, count++) {
        next = item->next;
        held->destroy(item->message);
        free(item);
    }
    return count;
}

size_t held_of(const struct held *held, uint64_t fetch)
{
    const struct queue *queue = map64_get(&held->by_fetch, fetch);

    return queue ? queue->count : 0;
}

size_t held_items(const struct held *held)
{
    return held->items;
}

size_t held_bytes(const struct held *held)
{
    return held->bytes;
}

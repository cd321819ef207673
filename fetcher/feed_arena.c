#include "fetcher/feed_arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

enum { BLOCK_BYTES = 64 * 1024 };

struct block {
    struct block *next;
    size_t used;
    size_t size;
    alignas(max_align_t) char data[];
};

struct feed_arena {
    struct block *head;
};

struct feed_arena *feed_arena_new(void)
{
    return mem_calloc(1, sizeof(struct feed_arena));
}

void feed_arena_destroy(struct feed_arena **arena)
{
    struct block *next = NULL;

    if (!*arena)
        return;
    for (struct block *block = (*arena)->head; block; block = next) {
        next = block->next;
        free(block);
    }
    free(*arena);
    *arena = NULL;
}

static struct block *block_new(size_t size)
{
    struct block *block = mem_alloc(sizeof(*block) + size);

    block->next = NULL;
    block->used = 0;
    block->size = size;
    return block;
}

/* A large piece gets a block of its own, put behind the head so that the head's rest stays in use.
 */
static void *take_large(struct feed_arena *arena, size_t bytes)
{
    struct block *block = block_new(bytes);

    block->used = bytes;
    if (arena->head) {
        block->next = arena->head->next;
        arena->head->next = block;
    } else {
        arena->head = block;
    }
    return block->data;
}

static void *take(struct feed_arena *arena, size_t bytes, size_t align)
{
    struct block *head = arena->head;
    size_t at = 0;

    if (bytes > BLOCK_BYTES / 4)
        return take_large(arena, bytes);
    at = head ? (head->used + align - 1) & ~(align - 1) : 0;
    if (!head || at + bytes > head->size) {
        head = block_new(BLOCK_BYTES);
        head->next = arena->head;
        arena->head = head;
        at = 0;
    }
    head->used = at + bytes;
    return head->data + at;
}

void *feed_arena_take(struct feed_arena *arena, size_t bytes)
{
    return memset(take(arena, bytes, alignof(max_align_t)), 0, bytes);
}

const char *feed_arena_copy(struct feed_arena *arena, const char *text, size_t n)
{
    char *copy = take(arena, n + 1, 1);

    if (n)
        memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

void *feed_arena_grow(struct feed_arena *arena, void *array, size_t count, size_t size)
{
    void *grown = NULL;

    if (count & (count - 1))
        return array;
    grown = feed_arena_take(arena, (count ? count * 2 : 1) * size);
    if (count)
        memcpy(grown, array, count * size);
    return grown;
}

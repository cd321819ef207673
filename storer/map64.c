#include "storer/map64.h"

#include <stdlib.h>

#include "common/mem.h"

enum { FIRST_CAP = 64 };

static size_t home(const struct map64 *map, uint64_t key)
{
    key ^= key >> 31;
    key *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(key >> 20) & (map->cap - 1);
}

static size_t find(const struct map64 *map, uint64_t key)
{
    size_t at = home(map, key);

    while (map->slots[at].value && map->slots[at].key != key)
        at = (at + 1) & (map->cap - 1);
    return at;
}

void *map64_get(const struct map64 *map, uint64_t key)
{
    return map->cap ? map->slots[find(map, key)].value : NULL;
}

static void grow(struct map64 *map)
{
    struct map64 old = *map;

    map->cap = old.cap ? old.cap * 2 : FIRST_CAP;
    map->slots = mem_calloc(map->cap, sizeof(*map->slots));
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].value)
            map->slots[find(map, old.slots[i].key)] = old.slots[i];
    free(old.slots);
}

void *map64_put(struct map64 *map, uint64_t key, void *value)
{
    struct map64_slot *slot = NULL;
    void *former = NULL;

    if (map->count * 4 >= map->cap * 3)
        grow(map);
    slot = &map->slots[find(map, key)];
    former = slot->value;
    map->count += former == NULL;
    *slot = (struct map64_slot){.key = key, .value = value};
    return former;
}

void *map64_remove(struct map64 *map, uint64_t key)
{
    size_t hole = map->cap ? find(map, key) : 0;
    void *value = map->cap ? map->slots[hole].value : NULL;

    if (!value)
        return NULL;
    for (size_t at = (hole + 1) & (map->cap - 1); map->slots[at].value;
         at = (at + 1) & (map->cap - 1)) {
        size_t from = home(map, map->slots[at].key);

        /* It may move back only if its home does not lie behind the hole. */
        if (((at - from) & (map->cap - 1)) >= ((at - hole) & (map->cap - 1))) {
            map->slots[hole] = map->slots[at];
            hole = at;
        }
    }
    map->slots[hole].value = NULL;
    map->count--;
    return value;
}

void *map64_next(const struct map64 *map, size_t *at)
{
    while (*at < map->cap) {
        void *value = map->slots[(*at)++].value;

        if (value)
            return value;
    }
    return NULL;
}

void map64_free(struct map64 *map)
{
    free(map->slots);
    *map = (struct map64){0};
}

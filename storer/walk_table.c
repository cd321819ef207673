#include "storer/walk_table.h"

#include <stdlib.h>

#include "common/hash.h"
#include "common/mem.h"

enum { CAP_FIRST = 64 };

/* The slot of a pair, or the empty one where it would go. */
static struct walk_slot *find(const struct walk_table *table, uint64_t a, uint64_t b)
{
    const uint64_t pair[2] = {a, b};
    size_t at = hash_64(pair, sizeof(pair)) & (table->cap - 1);

    while (table->slots[at].place && (table->slots[at].a != a || table->slots[at].b != b))
        at = (at + 1) & (table->cap - 1);
    return &table->slots[at];
}

ptrdiff_t walk_table_get(const struct walk_table *table, uint64_t a, uint64_t b)
{
    return table->cap ? (ptrdiff_t)find(table, a, b)->place - 1 : WALK_NOWHERE;
}

static void grow(struct walk_table *table)
{
    struct walk_table larger = {.cap = table->cap ? table->cap * 2 : CAP_FIRST,
                                .count = table->count};

    larger.slots = mem_calloc(larger.cap, sizeof(*larger.slots));
    for (size_t i = 0; i < table->cap; i++)
        if (table->slots[i].place)
            *find(&larger, table->slots[i].a, table->slots[i].b) = table->slots[i];
    free(table->slots);
    *table = larger;
}

void walk_table_put(struct walk_table *table, uint64_t a, uint64_t b, size_t place)
{
    if (table->count * 4 >= table->cap * 3)
        grow(table);
    *find(table, a, b) = (struct walk_slot){.a = a, .b = b, .place = place + 1};
    table->count++;
}

void walk_table_free(struct walk_table *table)
{
    free(table->slots);
    *table = (struct walk_table){0};
}

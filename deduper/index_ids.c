#include "deduper/index_ids.h"

#include <stdlib.h>

#include "common/mem.h"

enum { FIRST_WIDTH = 1024 };

static size_t home(const struct index_ids *self, uint64_t id)
{
    return (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (self->width - 1);
}

/* Where the id is, or the free place where it would go. */
static size_t find(const struct index_ids *self, uint64_t id)
{
    size_t i = home(self, id);
    while (self->list[i].slot_1 && self->list[i].id != id)
        i = (i + 1) & (self->width - 1);
    return i;
}

uint32_t index_ids_find(const struct index_ids *self, uint64_t id)
{
    if (self->count == 0)
        return INDEX_NO_SLOT;
    return self->list[find(self, id)].slot_1 - 1; /* 0 - 1 is INDEX_NO_SLOT */
}

static void widen(struct index_ids *self)
{
    struct index_ids old = *self;
    self->width = old.width ? old.width * 2 : FIRST_WIDTH;
    self->list = mem_calloc(self->width, sizeof *self->list);
    for (size_t i = 0; i < old.width; i++)
        if (old.list[i].slot_1)
            self->list[find(self, old.list[i].id)] = old.list[i];
    free(old.list);
}

void index_ids_add(struct index_ids *self, uint64_t id, uint32_t slot)
{
    if (self->count * 2 >= self->width)
        widen(self);
    self->list[find(self, id)] = (struct index_id){id, slot + 1};
    self->count++;
}

/* Closes the gap by moving back what would no longer be found (Knuth, TAOCP 3, 6.4, algorithm R).
 */
void index_ids_remove(struct index_ids *self, uint64_t id)
{
    size_t mask = self->width - 1, gap = find(self, id);
    for (size_t i = (gap + 1) & mask; self->list[i].slot_1; i = (i + 1) & mask) {
        size_t from_home = (i - home(self, self->list[i].id)) & mask;
        if (from_home < ((i - gap) & mask))
            continue;
        self->list[gap] = self->list[i];
        gap = i;
    }
    self->list[gap] = (struct index_id){0};
    self->count--;
}

void index_ids_free(struct index_ids *self)
{
    free(self->list);
    *self = (struct index_ids){0};
}

#include "deduper/index_age.h"

#include <stdlib.h>

#include "common/mem.h"

bool index_age_before(const struct index_aged *a, const struct index_aged *b)
{
    return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->id < b->id;
}

static void set(struct index_age *self, size_t at, struct index_aged entry)
{
    self->heap[at] = entry;
    self->where[entry.slot] = (uint32_t)at;
}

static void settle(struct index_age *self, size_t at, struct index_aged entry)
{
    for (; at > 0 && index_age_before(&entry, &self->heap[(at - 1) / 2]); at = (at - 1) / 2)
        set(self, at, self->heap[(at - 1) / 2]);
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < self->count && index_age_before(&self->heap[child + 1], &self->heap[child]))
            child++;
        if (child >= self->count || !index_age_before(&self->heap[child], &entry))
            break;
        set(self, at, self->heap[child]);
        at = child;
    }
    set(self, at, entry);
}

void index_age_add(struct index_age *self, struct index_aged entry)
{
    if (self->count == self->room) {
        self->room = self->room ? self->room * 2 : 1024;
        self->heap = mem_realloc(self->heap, self->room, sizeof *self->heap);
    }
    if (entry.slot >= self->where_room) {
        self->where_room = 2 * ((size_t)entry.slot + 512);
        self->where = mem_realloc(self->where, self->where_room, sizeof *self->where);
    }
    self->count++;
    settle(self, self->count - 1, entry);
}

void index_age_remove(struct index_age *self, uint32_t slot)
{
    size_t at = self->where[slot];
    struct index_aged last = self->heap[--self->count];
    if (at < self->count)
        settle(self, at, last);
}

const struct index_aged *index_age_oldest(const struct index_age *self)
{
    return self->count ? self->heap : NULL;
}

void index_age_free(struct index_age *self)
{
    free(self->heap);
    free(self->where);
    *self = (struct index_age){0};
}

#include "deduper/index_entries.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

enum { BLOCK = 1024, CACHE_LINE = 64 }; /* slots in a block; blocks never move */

void index_entries_init(struct index_entries *self, size_t capacity)
{
    *self = (struct index_entries){.block_count = (capacity + BLOCK - 1) / BLOCK};
    self->blocks = mem_calloc(self->block_count, sizeof *self->blocks);
    self->given_back = mem_alloc(capacity * sizeof *self->given_back);
}

void index_entries_free(struct index_entries *self)
{
    for (size_t i = 0; i < self->block_count; i++)
        free(self->blocks[i]);
    free(self->blocks);
    free(self->given_back);
    *self = (struct index_entries){0};
}

uint32_t index_entries_take(struct index_entries *self)
{
    if (self->given_count > 0)
        return self->given_back[--self->given_count];
    struct index_entry **block = &self->blocks[self->next / BLOCK];
    if (!*block) {
        *block = mem_calloc(BLOCK, sizeof **block);
        self->blocks_used++;
    }
    return self->next++;
}

void index_entries_give(struct index_entries *self, uint32_t slot)
{
    self->given_back[self->given_count++] = slot;
}

struct index_entry *index_entries_at(const struct index_entries *self, uint32_t slot)
{
    return &self->blocks[slot / BLOCK][slot % BLOCK];
}

void index_entries_prefetch(const struct index_entries *self, uint32_t slot)
{
    const char *entry = (const char *)index_entries_at(self, slot);
    for (size_t at = 0; at < offsetof(struct index_entry, figures); at += CACHE_LINE)
        __builtin_prefetch(entry + at);
}

size_t index_entries_bytes(const struct index_entries *self)
{
    return self->block_count * (sizeof *self->blocks + BLOCK * sizeof *self->given_back) +
           self->blocks_used * BLOCK * sizeof(struct index_entry);
}

void index_entry_set(struct index_entry *e, uint64_t id, int64_t time_ms, int64_t seen_ms,
                     uint64_t story, uint64_t copy_of, const struct traits *t)
{
    e->id = id;
    e->story = story;
    e->copy_of = copy_of;
    e->time_ms = time_ms;
    e->seen_ms = seen_ms;
    e->url_key = t->url_key;
    e->title_key = t->title_key;
    e->norm = t->dims ? t->norm : 0;
    e->words = t->words;
    e->has_signature = t->signature != NULL;
    if (t->signature)
        memcpy(e->signature, t->signature, sizeof e->signature);
    e->figure_count = t->figure_count < TRAITS_FIGURES_MAX ? t->figure_count : TRAITS_FIGURES_MAX;
    if (e->figure_count)
        memcpy(e->figures, t->figures, e->figure_count * sizeof *e->figures);
}

struct traits index_entry_traits(const struct index_entry *e)
{
    return (struct traits){
        .norm = e->norm,
        .signature = e->has_signature ? e->signature : NULL,
        .words = e->words,
        .url_key = e->url_key,
        .title_key = e->title_key,
        .figures = e->figures,
        .figure_count = e->figure_count,
    };
}

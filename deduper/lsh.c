#include "deduper/lsh.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/traits.h"

enum {
    URL = JUDGE_BANDS,
    TITLE,
    TABLES,
    BLOCK = 1024, /* slots in a block; blocks never move */
    NONE = 0,     /* links hold slot + 1, so that fresh memory is empty chains */
};

/* What a walk along a chain reads of an entry, side by side: one cache line a step. */
struct __attribute__((packed, aligned(2))) hop {
    uint32_t next;
    uint16_t tag; /* more of the key's hash: spares most false hits */
};

struct links {
    uint64_t id;
    uint32_t seen; /* the look-up that found it last */
    struct hop hops[TABLES];
    uint32_t prev[TABLES];
};

struct lsh {
    uint32_t look_up;
    size_t block_count, blocks_used;
    struct links **blocks;
    size_t width; /* heads of a table: a power of two */
    uint32_t *heads;
};

struct place {
    uint32_t *head; /* NULL: the item has no such key */
    uint16_t tag;
};

static uint64_t mix(uint64_t x) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static bool has_key(const struct traits *t, int table)
{
    return table == URL ? t->url_key != 0 : table == TITLE ? t->title_key != 0 : !!t->signature;
}

static struct place place_of(struct lsh *self, const struct traits *t, int table)
{
    uint64_t key = table == URL ? t->url_key : t->title_key;
    if (table < JUDGE_BANDS)
        memcpy(&key, t->signature + 2 * table, sizeof key);
    uint64_t h = mix(key);
    return (struct place){self->heads + (size_t)table * self->width + (h & (self->width - 1)),
                          (uint16_t)(h >> 48)};
}

static struct links *links_of(const struct lsh *self, uint32_t slot)
{
    return &self->blocks[slot / BLOCK][slot % BLOCK];
}

/* Chains lie all over memory: asking for all heads, then for the first entry of all chains, before
 * any is looked at makes one wait of dozens. */
static void find_places(struct lsh *self, const struct traits *t, struct place places[TABLES])
{
    for (int table = 0; table < TABLES; table++) {
        places[table] = has_key(t, table) ? place_of(self, t, table) : (struct place){0};
        if (places[table].head)
            __builtin_prefetch(places[table].head);
    }
    for (int table = 0; table < TABLES; table++)
        if (places[table].head && *places[table].head != NONE) {
            const struct links *first = links_of(self, *places[table].head - 1);
            __builtin_prefetch(&first->hops[table]);
            __builtin_prefetch(&first->id);
        }
}

/* Chains descend by id whatever the order of arrival, so that a cut chain is cut at the same entry.
 */
static void link_in(struct lsh *self, uint32_t slot, int table, struct place place)
{
    struct links *l = links_of(self, slot);
    uint32_t before = NONE, after = *place.head;
    while (after != NONE && links_of(self, after - 1)->id > l->id) {
        before = after;
        after = links_of(self, after - 1)->hops[table].next;
    }
    l->hops[table] = (struct hop){after, place.tag};
    l->prev[table] = before;
    if (after != NONE)
        links_of(self, after - 1)->prev[table] = slot + 1;
    if (before != NONE)
        links_of(self, before - 1)->hops[table].next = slot + 1;
    else
        *place.head = slot + 1;
}

void lsh_put(struct lsh *self, uint32_t slot, uint64_t id, const struct traits *t)
{
    struct links **block = &self->blocks[slot / BLOCK];
    if (!*block) {
        *block = mem_calloc(BLOCK, sizeof **block);
        self->blocks_used++;
    }
    links_of(self, slot)->id = id;
    links_of(self, slot)->seen = 0;
    struct place places[TABLES];
    find_places(self, t, places);
    for (int table = 0; table < TABLES; table++)
        if (places[table].head)
            link_in(self, slot, table, places[table]);
}

void lsh_drop(struct lsh *self, uint32_t slot, const struct traits *t)
{
    const struct links *l = links_of(self, slot);
    for (int table = 0; table < TABLES; table++) {
        if (!has_key(t, table))
            continue;
        uint32_t before = l->prev[table], after = l->hops[table].next;
        if (after != NONE)
            links_of(self, after - 1)->prev[table] = before;
        if (before != NONE)
            links_of(self, before - 1)->hops[table].next = after;
        else
            *place_of(self, t, table).head = after;
    }
}

/* A new number for each look-up spares clearing the marks; they are cleared when numbers run out.
 */
static void begin(struct lsh *self)
{
    if (++self->look_up != 0)
        return;
    self->look_up = 1;
    for (size_t b = 0; b < self->block_count; b++)
        for (size_t i = 0; self->blocks[b] && i < BLOCK; i++)
            self->blocks[b][i].seen = 0;
}

struct found {
    uint32_t *slots;
    size_t n, cap;
};

/* Follows one chain; false where there is no more room. */
static bool follow(struct lsh *self, int table, struct place place, struct found *found,
                   uint64_t *cut)
{
    uint32_t at = *place.head;
    for (int step = 0; at != NONE && step < LSH_CHAIN_MAX; step++) {
        struct links *l = links_of(self, at - 1);
        if (l->hops[table].tag == place.tag && l->seen != self->look_up) {
            if (found->n == found->cap)
                return false;
            l->seen = self->look_up;
            found->slots[found->n++] = at - 1;
        }
        at = l->hops[table].next;
    }
    *cut += at != NONE;
    return true;
}

size_t lsh_find(struct lsh *self, const struct traits *t, uint32_t *slots, size_t cap,
                uint64_t *cut)
{
    struct found found = {slots, 0, cap};
    struct place places[TABLES];
    begin(self);
    find_places(self, t, places);
    for (int table = 0; table < TABLES; table++)
        if (places[table].head && !follow(self, table, places[table], &found, cut)) {
            ++*cut;
            break;
        }
    return found.n;
}

size_t lsh_bytes(const struct lsh *self)
{
    return sizeof *self + self->block_count * sizeof *self->blocks +
           self->blocks_used * BLOCK * sizeof(struct links) +
           TABLES * self->width * sizeof *self->heads;
}

struct lsh *lsh_create(size_t capacity)
{
    struct lsh *self = mem_calloc(1, sizeof *self);
    self->block_count = (capacity + BLOCK - 1) / BLOCK;
    self->blocks = mem_calloc(self->block_count, sizeof *self->blocks);
    for (self->width = 256; self->width < capacity / 4;)
        self->width *= 2;
    self->heads = mem_calloc(TABLES * self->width, sizeof *self->heads);
    return self;
}

void lsh_destroy(struct lsh **self_p)
{
    struct lsh *self = *self_p;
    for (size_t i = 0; self && i < self->block_count; i++)
        free(self->blocks[i]);
    if (self) {
        free(self->blocks);
        free(self->heads);
    }
    free(self);
    *self_p = NULL;
}

#include "storer/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "common/judge_sketch.h"
#include "common/judge_words.h"
#include "common/mem.h"
#include "common/msg.h"
#include "storer/map64.h"

enum { SPACE = 192 }; /* words that msg_vector_traits () fills */

struct slot {
    struct memory_item item;
    uint32_t space[SPACE];
    int8_t *vector;
    size_t vector_cap;
    uint8_t terms[TRAITS_TERMS_MAX * TRAITS_TERM];
};

/* What is read of every later commit, apart from the rest, so that it is read fast. */
struct brief {
    uint64_t sequence;
    struct judge_sketch sketch;
};

struct memory {
    struct slot *slots;
    struct brief *briefs;    /* of the slots */
    size_t cap, count, next; /* next: where the next commit goes */
    struct map64 by_id;
    struct judge_words *words;
    uint64_t floor;
};

struct memory *memory_create(size_t commits)
{
    struct memory *memory = mem_calloc(1, sizeof(*memory));

    memory->cap = commits;
    memory->slots = mem_calloc(commits, sizeof(*memory->slots));
    memory->briefs = mem_calloc(commits, sizeof(*memory->briefs));
    memory->words = judge_words_create();
    return memory;
}

void memory_clear(struct memory *memory)
{
    map64_free(&memory->by_id);
    judge_words_clear(memory->words);
    memory->count = memory->next = 0;
    memory->floor = 0;
}

void memory_destroy(struct memory **memory)
{
    if (!memory || !*memory)
        return;
    memory_clear(*memory);
    for (size_t i = 0; i < (*memory)->cap; i++)
        free((*memory)->slots[i].vector);
    free((*memory)->slots);
    free((*memory)->briefs);
    judge_words_destroy(&(*memory)->words);
    free(*memory);
    *memory = NULL;
}

static void keep_traits(struct slot *slot, const struct msg_vector *vector)
{
    struct traits *traits = &slot->item.traits;

    msg_vector_traits(vector, slot->space, traits);
    if (traits->dims > slot->vector_cap) {
        slot->vector_cap = traits->dims;
        slot->vector = mem_realloc(slot->vector, slot->vector_cap, 1);
    }
    if (traits->dims > 0)
        memcpy(slot->vector, traits->vector, traits->dims);
    traits->vector = slot->vector;
    if (traits->term_count > 0)
        memcpy(slot->terms, traits->terms, (size_t)TRAITS_TERM * traits->term_count);
    traits->terms = slot->terms;
}

/* What it held is no longer the present state of an item. */
static void retire(struct memory *memory, struct slot *slot)
{
    if (slot->item.id)
        judge_words_remove(memory->words, &slot->item.traits);
    slot->item.id = 0;
}

static void drop_oldest(struct memory *memory)
{
    struct slot *slot = &memory->slots[(memory->next + memory->cap - memory->count) % memory->cap];

    memory->count--;
    memory->floor = slot->item.sequence;
    if (slot->item.id)
        map64_remove(&memory->by_id, slot->item.id);
    retire(memory, slot);
}

static bool is_over(const struct memory *memory, uint64_t sequence)
{
    size_t oldest = (memory->next + memory->cap - memory->count) % memory->cap;

    return memory->count > 0 && (memory->count == memory->cap ||
                                 memory->briefs[oldest].sequence + memory->cap <= sequence);
}

/* As many sequences are remembered as there are slots.  After a restart those are missing that a
 * later commit replaced, and what is older must not stay for longer because of that. */
void memory_add(struct memory *memory, const struct memory_item *item,
                const struct msg_vector *vector)
{
    struct slot *slot = &memory->slots[memory->next], *former = NULL;

    while (is_over(memory, item->sequence))
        drop_oldest(memory);
    memory->count++;
    former = map64_get(&memory->by_id, item->id);
    if (former)
        retire(memory, former);
    slot->item = *item;
    slot->item.model = memory_model(vector->model);
    keep_traits(slot, vector);
    memory->briefs[memory->next].sequence = item->sequence;
    judge_words_add(memory->words, &slot->item.traits);
    judge_sketch_of(&slot->item.traits, &memory->briefs[memory->next].sketch);
    map64_put(&memory->by_id, item->id, slot);
    memory->next = (memory->next + 1) % memory->cap;
}

const struct memory_item *memory_find(const struct memory *memory, uint64_t id)
{
    const struct slot *slot = map64_get(&memory->by_id, id);

    return slot ? &slot->item : NULL;
}

const struct memory_item *memory_next(const struct memory *memory, uint64_t as_of,
                                      const struct judge_params *params,
                                      const struct judge_sketch *sketch, size_t *i)
{
    while (*i < memory->count) {
        size_t at = (memory->next + memory->cap - 1 - *i) % memory->cap;
        const struct brief *brief = &memory->briefs[at];

        if (brief->sequence <= as_of)
            return NULL;
        ++*i;
        if (!judge_sketch_strangers(params, sketch, &brief->sketch) && memory->slots[at].item.id)
            return &memory->slots[at].item;
    }
    return NULL;
}

const struct judge_words *memory_words(const struct memory *memory)
{
    return memory->words;
}

void memory_move(struct memory *memory, uint64_t id, uint64_t story)
{
    struct slot *slot = map64_get(&memory->by_id, id);

    if (slot)
        slot->item.story = story;
}

void memory_copy(struct memory *memory, uint64_t id, uint64_t copy_of)
{
    struct slot *slot = map64_get(&memory->by_id, id);

    if (slot)
        slot->item.copy_of = copy_of;
}

void memory_gone(struct memory *memory, uint64_t id)
{
    struct slot *slot = map64_get(&memory->by_id, id);

    if (!slot)
        return;
    map64_remove(&memory->by_id, id);
    retire(memory, slot);
}

uint64_t memory_floor(const struct memory *memory)
{
    return memory->floor;
}

void memory_forget(struct memory *memory, uint64_t sequence)
{
    if (memory->floor < sequence)
        memory->floor = sequence;
}

struct traits memory_view(const struct traits *traits, uint64_t model, uint64_t wanted)
{
    struct traits view = *traits;

    if (model != wanted) {
        view.dims = 0;
        view.norm = 0;
    }
    return view;
}

uint64_t memory_model(struct span name)
{
    return hash_64(name.p, name.n);
}

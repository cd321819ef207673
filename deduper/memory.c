#include "deduper/memory.h"

#include <stdlib.h>

#include "common/judge.h"
#include "common/mem.h"
#include "common/msg.h"
#include "common/traits.h"
#include "deduper/index.h"

/* Arrival order, as a ring that grows: items leave at the front. */
struct arrival {
    uint64_t id;
    int64_t seen_ms;
};

struct memory {
    char *model;
    struct judge_params params;
    int64_t window_ms;
    size_t capacity;
    enum engine_kind engine;
    uint32_t dims; /* 0 = no vector was seen yet */
    struct index *index;
    struct arrival *arrivals;
    size_t first;
    size_t count;
    size_t cap;
    int64_t newest_ms;
};

struct memory *memory_create(const char *model, int64_t window_ms, size_t capacity,
                             enum engine_kind engine)
{
    struct memory *memory = mem_calloc(1, sizeof(*memory));

    *memory = (struct memory){.model = mem_strdup(model),
                              .params = *judge_params_of(model),
                              .window_ms = window_ms,
                              .capacity = capacity,
                              .engine = engine};
    memory->params.window_ms = window_ms;
    memory->index = index_create_with(engine, 0, capacity, &memory->params);
    return memory;
}

void memory_destroy(struct memory **memory)
{
    if (!*memory)
        return;
    index_destroy(&(*memory)->index);
    free((*memory)->arrivals);
    free((*memory)->model);
    free(*memory);
    *memory = NULL;
}

void memory_clear(struct memory *memory)
{
    index_clear(memory->index);
    memory->first = memory->count = 0;
    memory->newest_ms = 0;
}

const char *memory_model(const struct memory *memory)
{
    return memory->model;
}

bool memory_serve(struct memory *memory, struct span model)
{
    if (model.n == 0 || span_eq(model, span_str(memory->model)))
        return false;
    free(memory->model);
    memory->model = mem_dup(model.p, model.n);
    memory->params = *judge_params_of(memory->model);
    memory->params.window_ms = memory->window_ms;
    memory->dims = 0;
    memory_clear(memory);
    index_destroy(&memory->index);
    memory->index = index_create(0, memory->capacity, &memory->params);
    return true;
}

static void remember_arrival(struct memory *memory, uint64_t id, int64_t seen_ms)
{
    if (memory->count == memory->cap) {
        size_t cap = memory->cap ? memory->cap * 2 : 1024;
        struct arrival *more = mem_calloc(cap, sizeof(*more));

        for (size_t i = 0; i < memory->count; i++)
            more[i] = memory->arrivals[(memory->first + i) % memory->cap];
        free(memory->arrivals);
        memory->arrivals = more;
        memory->first = 0;
        memory->cap = cap;
    }
    memory->arrivals[(memory->first + memory->count++) % memory->cap] =
        (struct arrival){.id = id, .seen_ms = seen_ms};
}

static void forget_old(struct memory *memory)
{
    while (memory->count &&
           memory->arrivals[memory->first].seen_ms < memory->newest_ms - memory->window_ms) {
        index_remove(memory->index, memory->arrivals[memory->first].id);
        memory->first = (memory->first + 1) % memory->cap;
        memory->count--;
    }
}

/* The first vector says how many dimensions the model has. */
static bool learn_dims(struct memory *memory, uint32_t dims)
{
    bool complete = memory->count == 0;

    memory->dims = dims;
    index_destroy(&memory->index);
    memory->index = index_create_with(memory->engine, dims, memory->capacity, &memory->params);
    return complete;
}

bool memory_apply(struct memory *memory, const struct msg_entry *entry)
{
    uint32_t space[192];
    struct traits traits;
    bool complete = true;

    if (entry->gone) {
        index_remove(memory->index, entry->id);
        return true;
    }
    msg_entry_traits(entry, space, &traits);
    if (!span_eq(entry->model, span_str(memory->model)))
        traits.dims = 0;
    if (traits.dims && !memory->dims)
        complete = learn_dims(memory, traits.dims);
    if (entry->seen_ms > memory->newest_ms)
        memory->newest_ms = entry->seen_ms;
    if (index_add(memory->index, entry->id, entry->time_ms, entry->seen_ms, entry->story,
                  entry->copy_of, &traits))
        remember_arrival(memory, entry->id, entry->seen_ms);
    forget_old(memory);
    return complete;
}

struct index *memory_index(struct memory *memory)
{
    return memory->index;
}

int64_t memory_seen_from(const struct memory *memory, int64_t seen_ms)
{
    return (seen_ms > memory->newest_ms ? seen_ms : memory->newest_ms) - memory->window_ms;
}

int64_t memory_oldest_ms(const struct memory *memory, int64_t now_ms)
{
    return now_ms > memory->window_ms ? now_ms - memory->window_ms : 0;
}

#include "embedder/features_count.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 256 };

void counter_reset(struct counter *counter, size_t room)
{
    size_t slots = SLOTS_MIN;

    for (uint32_t i = 0; i < counter->n; i++)
        counter->slots[counter->used[i]].hash = 0;
    counter->n = 0;
    while (slots < 2 * room)
        slots *= 2;
    if (slots > counter->cap) {
        free(counter->slots);
        free(counter->used);
        counter->slots = mem_calloc(slots, sizeof *counter->slots);
        counter->used = mem_alloc(slots / 2 * sizeof *counter->used);
        counter->cap = slots;
    }
    counter->mask = (uint32_t)slots - 1;
}

void counter_free(struct counter *counter)
{
    free(counter->slots);
    free(counter->used);
    *counter = (struct counter){0};
}

#include "embedder/features_count.h"

#include "common/mem.h"

#include <stdlib.h>
#include <string.h>

/* Few of the slots are taken: one that is taken by another hash costs more than to empty two. */
enum { SLOTS_MIN = 256, SLOTS_EACH = 4 };

static size_t slots_for(size_t room)
{
    size_t slots = SLOTS_MIN;

    while (slots < room * SLOTS_EACH)
        slots *= 2;
    return slots;
}

void counter_reset(struct counter *counter, size_t room)
{
    if (room > counter->room || !counter->slots) {
        counter_free(counter);
        counter->room = room + room / 2 + SLOTS_MIN;
        /* What stands behind the last is read, see counter_add (). */
        counter->hashes = mem_calloc(counter->room + 1, sizeof *counter->hashes);
        counter->counts = mem_calloc(counter->room + 1, sizeof *counter->counts);
        counter->slots = mem_alloc(slots_for(counter->room) * sizeof *counter->slots);
    }
    /* As few slots as this text needs: they are all emptied. */
    counter->mask = (uint32_t)slots_for(room) - 1;
    memset(counter->slots, 0, (counter->mask + (size_t)1) * sizeof *counter->slots);
    counter->n = 0;
}

void counter_free(struct counter *counter)
{
    free(counter->hashes);
    free(counter->counts);
    free(counter->slots);
    *counter = (struct counter){0};
}

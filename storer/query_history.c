#include "storer/query_history.h"

#include <stdlib.h>

#include "common/mem.h"

struct history {
    size_t most;
    uint64_t count; /* ever added */
    struct history_entry at[];
};

struct history *history_create(size_t most)
{
    struct history *history = mem_calloc(1, sizeof(*history) + most * sizeof(history->at[0]));

    history->most = most;
    return history;
}

void history_destroy(struct history **history)
{
    free(*history);
    *history = NULL;
}

void history_add(struct history *history, const struct history_entry *entry)
{
    history->at[history->count++ % history->most] = *entry;
}

const struct history_entry *history_at(const struct history *history, size_t ago)
{
    if (ago >= history->count || ago >= history->most)
        return NULL;
    return &history->at[(history->count - 1 - ago) % history->most];
}

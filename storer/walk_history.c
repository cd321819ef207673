#include "storer/walk_history.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"

struct walk_history {
    struct walk_place *places;
    size_t most, count;
    size_t at; /* the present place plus 1; 0 = none */
    uint64_t numbers;
    bool frozen;
};

struct walk_history *walk_history_create(size_t most)
{
    struct walk_history *history = mem_calloc(1, sizeof(*history));

    history->most = most;
    history->places = mem_calloc(most, sizeof(*history->places));
    return history;
}

void walk_history_destroy(struct walk_history **history)
{
    if (!*history)
        return;
    free((*history)->places);
    free(*history);
    *history = NULL;
}

struct walk_place *walk_history_here(struct walk_history *history)
{
    return history->at > 0 ? &history->places[history->at - 1] : NULL;
}

struct walk_place *walk_history_back(struct walk_history *history)
{
    if (history->at < 2)
        return NULL;
    history->at--;
    history->frozen = true;
    return walk_history_here(history);
}

struct walk_place *walk_history_forward(struct walk_history *history)
{
    if (history->at == history->count)
        return NULL;
    history->at++;
    history->frozen = true;
    return walk_history_here(history);
}

static void append(struct walk_history *history, const struct walk_place *place)
{
    if (history->count == history->most) {
        history->count--;
        memmove(history->places, history->places + 1, history->count * sizeof(*history->places));
    }
    history->places[history->count++] = *place;
    history->at = history->count;
}

struct walk_place *walk_history_add(struct walk_history *history, const struct walk_place *place)
{
    history->count = history->at;
    append(history, place);
    history->frozen = false;
    history->places[history->at - 1].number = ++history->numbers;
    return walk_history_here(history);
}

bool walk_history_frozen(const struct walk_history *history)
{
    return history->frozen;
}

bool walk_history_has(const struct walk_history *history, uint64_t story)
{
    for (size_t i = 0; i < history->count; i++)
        if (history->places[i].story == story)
            return true;
    return false;
}

size_t walk_history_before(const struct walk_history *history)
{
    return history->at > 0 ? history->at - 1 : 0;
}

size_t walk_history_behind(const struct walk_history *history)
{
    return history->count - history->at;
}

uint64_t walk_history_first(const struct walk_history *history)
{
    return history->count > 0 ? history->places[0].number : 0;
}

uint64_t walk_history_last(const struct walk_history *history)
{
    return history->count > 0 ? history->places[history->count - 1].number : 0;
}

void walk_history_load(struct walk_history *history, const struct walk_place *place)
{
    append(history, place);
    if (place->number > history->numbers)
        history->numbers = place->number;
}

void walk_history_stand(struct walk_history *history, uint64_t number, bool frozen)
{
    history->frozen = frozen;
    for (size_t i = 0; i < history->count; i++)
        if (history->places[i].number == number)
            history->at = i + 1;
}

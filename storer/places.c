#include "storer/places.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "storer/db_item.h"
#include "storer/memory.h"

enum { LOAD_ROWS = 64 };

/* Ids ascend by one or little more, so an item's room is its id modulo a power of two: what an item
 * drives out is older than all the rest. */
struct places {
    struct db *db;
    struct place *rooms;
    size_t count;      /* a power of two */
    uint64_t below;    /* items with lower ids are still to be loaded; 0 = none */
    struct place read; /* one that found no room */
};

struct places *places_create(struct db *db, size_t most)
{
    struct places *places = mem_calloc(1, sizeof(*places));

    places->db = db;
    for (places->count = 1; places->count < most;)
        places->count *= 2;
    places_clear(places);
    return places;
}

void places_clear(struct places *places)
{
    free(places->rooms);
    places->rooms = mem_calloc(places->count, sizeof(*places->rooms));
    places->below = INT64_MAX;
}

void places_destroy(struct places **places)
{
    if (!places || !*places)
        return;
    free((*places)->rooms);
    free(*places);
    *places = NULL;
}

static struct place *room_of(const struct places *places, uint64_t id)
{
    return &places->rooms[id & (places->count - 1)];
}

static struct place *find(const struct places *places, uint64_t id)
{
    struct place *room = room_of(places, id);

    return room->id == id ? room : NULL;
}

static void put(void *arg, const struct place *place)
{
    struct places *places = arg;
    struct place *room = room_of(places, place->id);

    places->read = *place;
    if (room->id < place->id)
        *room = *place;
}

struct loading {
    struct places *places;
    int64_t from_ms;
    size_t rows;
    bool ended;
};

static void load(void *arg, const struct place *place)
{
    struct loading *loading = arg;

    loading->rows++;
    loading->places->below = place->id;
    if (place->seen_ms < loading->from_ms)
        loading->ended = true;
    else
        put(loading->places, place);
}

bool places_load(struct places *places, int64_t from_ms)
{
    struct loading loading = {.places = places, .from_ms = from_ms};
    uint64_t first = places->below;

    if (first == 0)
        return false;
    db_places_below(places->db, first, LOAD_ROWS, load, &loading);
    if (loading.ended || loading.rows < LOAD_ROWS ||
        room_of(places, places->below)->id > places->below) /* the table is full */
        places->below = 0;
    return places->below != 0;
}

const struct place *places_of(struct places *places, uint64_t id)
{
    const struct place *place = id ? find(places, id) : NULL;

    if (place || id == 0)
        return place;
    return db_place_of(places->db, id, put, places) ? &places->read : NULL;
}

bool places_have_more(struct places *places, uint64_t story)
{
    struct place *place = NULL;
    int64_t originals = -1;

    places_of(places, story);
    place = find(places, story);
    if (place && place->originals >= 0)
        return place->originals > 1;
    originals = (int64_t)db_story_originals(places->db, story);
    if (place)
        place->originals = originals;
    return originals > 1;
}

void places_learn(struct places *places, const struct memory_item *item, bool fresh)
{
    struct place place = {.id = item->id,
                          .story = item->story,
                          .copy_of = item->copy_of,
                          .time_ms = item->time_ms,
                          .seen_ms = item->seen_ms,
                          .originals = fresh ? item->story == item->id : -1};
    struct place *room = room_of(places, item->id);
    struct place *story = item->story != item->id ? find(places, item->story) : NULL;

    if (room->id <= item->id)
        *room = place;
    if (story && !fresh)
        story->originals = -1;
    else if (story && story->originals >= 0 && item->copy_of == 0)
        story->originals++;
}

void places_move(struct places *places, uint64_t id, uint64_t story)
{
    struct place *place = find(places, id), *grown = find(places, story);

    if (place)
        place->story = story;
    if (grown && grown->originals >= 0)
        grown->originals++;
}

void places_copy(struct places *places, uint64_t id, uint64_t copy_of)
{
    struct place *place = find(places, id);

    if (place)
        place->copy_of = copy_of;
}

void places_gone(struct places *places, uint64_t id, uint64_t story)
{
    struct place *place = find(places, id), *of = find(places, story);

    if (of)
        of->originals = -1;
    if (place)
        *place = (struct place){0};
}

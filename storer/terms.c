#include "storer/terms.h"

#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "common/traits.h"
#include "storer/db_item.h"

struct room {
    uint64_t id; /* 0: empty */
    uint32_t count;
    uint8_t bytes[TRAITS_TERMS_MAX * TRAITS_TERM];
};

/* As with places, an item's room is its id modulo a power of two. */
struct terms {
    struct db *db;
    struct room *rooms;
    size_t count;
    struct room read; /* one that is older than what has its room */
};

struct terms *terms_create(struct db *db, size_t most)
{
    struct terms *terms = mem_calloc(1, sizeof(*terms));

    terms->db = db;
    terms_resize(terms, most);
    return terms;
}

void terms_resize(struct terms *terms, size_t most)
{
    for (terms->count = 1; terms->count < most;)
        terms->count *= 2;
    terms_clear(terms);
}

void terms_clear(struct terms *terms)
{
    free(terms->rooms);
    terms->rooms = mem_calloc(terms->count, sizeof(*terms->rooms));
}

void terms_destroy(struct terms **terms)
{
    if (!terms || !*terms)
        return;
    free((*terms)->rooms);
    free(*terms);
    *terms = NULL;
}

struct traits terms_of(struct terms *terms, uint64_t id)
{
    struct room *room = &terms->rooms[id & (terms->count - 1)];

    if (room->id != id) {
        if (room->id > id)
            room = &terms->read;
        room->count = db_vector_terms(terms->db, id, room->bytes);
        room->id = id;
    }
    return (struct traits){.terms = room->bytes, .term_count = room->count};
}

void terms_learn(struct terms *terms, uint64_t id, const struct traits *traits)
{
    struct room *room = &terms->rooms[id & (terms->count - 1)];

    if (room->id > id)
        return;
    room->id = id;
    room->count = traits->term_count;
    if (traits->term_count > 0)
        memcpy(room->bytes, traits->terms, (size_t)TRAITS_TERM * traits->term_count);
}

void terms_gone(struct terms *terms, uint64_t id)
{
    struct room *room = &terms->rooms[id & (terms->count - 1)];

    if (room->id == id)
        room->id = 0;
}

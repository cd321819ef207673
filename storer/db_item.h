/* Rows of items, vectors, stories and the full-text index.  Writing calls belong to the open
 * transaction. */
#ifndef WEIR_STORER_DB_ITEM_H
#define WEIR_STORER_DB_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/msg.h"
#include "common/traits.h"

struct db;

struct db_item {
    uint64_t id; /* 0 = there is none */
    uint64_t revision, story, copy_of;
    int64_t time_ms, seen_ms;
    int64_t wanted; /* when to ask for its vector again; 0 = it is there */
    uint64_t wanted_tries;
};

/* What the store has under this key; out->id is 0 where it has nothing. */
void db_item_find(struct db *db, struct span key, struct db_item *out);

/* Inserts an item with its text index and enclosures; at gives id, revision, story, ... */
void db_item_add(struct db *db, const struct db_item *at, uint64_t source, struct span key,
                 const struct msg_item *item);
/* Replaces what a new revision changes; id, story and time stay. */
void db_item_update(struct db *db, const struct db_item *at, uint64_t source,
                    const struct msg_item *item);
void db_item_wanted_at(struct db *db, uint64_t id, int64_t wanted_ms, uint64_t tries);

void db_vector_add(struct db *db, uint64_t item, uint64_t sequence,
                   const struct msg_vector *vector);
void db_vector_put(struct db *db, uint64_t item, uint64_t sequence,
                   const struct msg_vector *vector);

void db_story_add(struct db *db, uint64_t id, int64_t time_ms);
/* Adds an item that is about to be inserted. */
void db_story_join(struct db *db, uint64_t id, uint64_t source, bool copy, int64_t time_ms);

/* How many of its items are no copies; 0 where there is no such story. */
uint64_t db_story_originals(struct db *db, uint64_t id);
/* How many items it has. */
uint64_t db_story_items(struct db *db, uint64_t id);
/* An item that was alone in story `former` becomes what at->story and at->copy_of say; the former
 * story goes.  An original that was stored before all others of its new story is its lead. */
void db_item_join(struct db *db, const struct db_item *at, uint64_t source, uint64_t former);

/* Where a stored item stands; originals is 0 where it founded no story. */
struct place;
typedef void db_place_fn(void *arg, const struct place *place);
/* false where there is no such item. */
bool db_place_of(struct db *db, uint64_t item, db_place_fn *fn, void *arg);
/* Items with lower ids, the highest first. */
void db_places_below(struct db *db, uint64_t item, int64_t most, db_place_fn *fn, void *arg);

/* The source of an item, and the time it is judged by; 0 where there is no such item. */
uint64_t db_item_source(struct db *db, uint64_t item, int64_t *time_ms);

/* What judging needs of a stored item; bytes are borrowed for the call. */
struct db_traits {
    uint64_t id, sequence, story, copy_of;
    int64_t time_ms, seen_ms;
    struct span model, vector, signature, figures, terms;
    uint64_t words, url_key, title_key;
};
typedef void db_traits_fn(void *arg, const struct db_traits *traits);
/* false where there is no such item. */
bool db_traits_of(struct db *db, uint64_t item, db_traits_fn *fn, void *arg);
/* Writes the terms of an item and returns their number; 0 where there is none. */
uint32_t db_vector_terms(struct db *db, uint64_t item,
                         uint8_t terms[TRAITS_TERMS_MAX * TRAITS_TERM]);
/* The latest commits, the last one first. */
void db_traits_latest(struct db *db, int64_t most, db_traits_fn *fn, void *arg);
/* The originals of a story. */
void db_traits_members(struct db *db, uint64_t story, db_traits_fn *fn, void *arg);

/* An item whose vector is asked for; text is borrowed for the call.  item.published_ms is the time
 * it is judged by. */
struct db_wanted {
    uint64_t id, source, tries;
    struct span key;
    struct msg_item item;
};
/* false: enough. */
typedef bool db_wanted_fn(void *arg, const struct db_wanted *row);
/* Those that are due by then, the longest due first. */
void db_wanted_each(struct db *db, int64_t due_ms, db_wanted_fn *fn, void *arg);
/* How many are asked for, due or not. */
uint64_t db_wanted_count(struct db *db);
/* When the next one is due; 0 = never. */
int64_t db_wanted_next(struct db *db);

#endif

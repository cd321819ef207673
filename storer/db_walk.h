/* Rows of what weir next has learned (storer/walk.h), and what it may choose among.  Writing calls
 * belong to the open transaction. */
#ifndef WEIR_STORER_DB_WALK_H
#define WEIR_STORER_DB_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct idset;
struct walk;
struct walk_candidate;
struct walk_edge;
struct walk_node;
struct walk_place;
struct walk_touched;

/* Fills a walk that was just created. */
void db_walk_load(struct db *db, struct walk *walk);
/* Writes what an outcome changed. */
void db_walk_touched(struct db *db, const struct walk_touched *touched);
/* gone: its row goes. */
void db_walk_edge(struct db *db, const struct walk_edge *edge, bool gone);
void db_walk_node(struct db *db, const struct walk_node *node, bool gone);
void db_walk_place(struct db *db, const struct walk_place *place);
/* Writes where the walk stands; places that its history no longer has go. */
void db_walk_state(struct db *db, const struct walk *walk);

/* An item that is there: its story and source. */
bool db_walk_item(struct db *db, uint64_t item, struct walk_candidate *out);
/* The item that a story began with, or its first one that is left; 0 where there is none. */
uint64_t db_walk_lead(struct db *db, uint64_t story);
/* Whether it is neither read nor hidden. */
bool db_walk_unread(struct db *db, uint64_t item);

/* Adds the item with its original and its copies; whole: all items of its story. */
void db_walk_copies(struct db *db, const struct walk_candidate *item, bool whole,
                    struct idset *set);

/* Of the stories that began last, newest first, the first item that is unread: at most `most`,
 * looking at no more than `scan` items. Gives how many there are. */
size_t db_walk_unread_stories(struct db *db, size_t most, int64_t scan, struct walk_candidate *out);

#endif

/* Marking on the writer's thread. */
#ifndef WEIR_STORER_COMMAND_MARK_H
#define WEIR_STORER_COMMAND_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/mark.h"

struct idset;
struct writer;

/* "read", "unread", "starred" ... ; constant. */
const char *mark_what(enum mark_kind kind, bool on);
/* false: no such word. */
bool mark_what_of(const char *name, enum mark_kind *kind, bool *on);

/* Marks a set's items, or takes the marks away, in the open transaction: with a step that can be
 * taken back (its id in *step, 0 where nothing changed), and an event once it is committed.  How
 * many items changed. */
uint64_t mark_do(struct writer *writer, enum mark_kind kind, bool on, const struct idset *set,
                 uint64_t *step);

/* The same for one item and, but for starring, its copies.  false: there is no such item. */
bool mark_item(struct writer *writer, enum mark_kind kind, uint64_t item, bool on);

#endif

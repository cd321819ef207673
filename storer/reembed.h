/* A change of model.  The store serves the vectors of one model; where the settings name another,
 * every item is asked for a vector of that one, in the background, and when none is missing the new
 * set serves, whole, from one transaction on.
 *
 * Everything it needs to go on after a crash stands in the file (table reembed and meta.next_*, see
 * version 3 in db_schema.c).  Newest items first; questions go in the lo lane as WANTED, in the
 * slots of replays, at a pace that the answers set.  An item that gets no vector in
 * storer.reembed_tries is counted and does not hold up the others; once the new model serves it is
 * asked for as any missing vector is.  Where most items fail it is not the items: nothing is
 * switched, and they are tried again.  Settings that name the serving model again drop the
 * unfinished set. */
#ifndef WEIR_STORER_REEMBED_H
#define WEIR_STORER_REEMBED_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/pace.h"

struct buf;
struct msg_header;
struct verdict;
struct writer;

struct reembed {
    struct pace pace;
    bool swept;       /* no set lies there that serves nothing */
    int64_t sweep_ms; /* when it was looked for last, by the writer's clock */
    int64_t retry_ms; /* when those that failed are tried again, should most have failed */
};

/* After meta was read: a store that does not say which model serves says so from now on.  false: it
 * could not be written. */
bool reembed_load(struct writer *writer);
/* Adds to the open transaction (or opens one) what may be asked, begun, dropped or deleted. */
void reembed_work(struct writer *writer);
/* Makes the new model serve when its set is whole, in a transaction of its own; at each tick. */
void reembed_tend(struct writer *writer);
/* A model server is back: a pause ends, and those that failed are tried again. */
void reembed_hurry(struct writer *writer, bool failed_too);

/* Whether a question was for the next model. */
bool reembed_is_for(const struct writer *writer, const struct msg_header *header);
/* Its answer. */
void reembed_answer(struct writer *writer, const struct verdict *v);
/* An item is new, or has another revision; its vector was committed anew. */
void reembed_stored(struct writer *writer, uint64_t item);
void reembed_moved(struct writer *writer, uint64_t item, uint64_t sequence);
/* An item is about to be deleted. */
void reembed_gone(struct writer *writer, uint64_t item);

/* Appends `,"model":..`, and `,"reembed":{..}` while the model changes. */
void reembed_figures(struct writer *writer, struct buf *json);

#endif

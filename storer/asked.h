/* Questions for vectors that are out: each takes a slot of the window until it is answered, or for
 * so long.  Pure. */
#ifndef WEIR_STORER_ASKED_H
#define WEIR_STORER_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storer/map64.h"

/* For a vector of which model: an item may be asked for both at once. */
enum asked_for { ASKED_SERVING, ASKED_NEXT, ASKED_MODELS };

/* Start with {0}. */
struct asked {
    struct map64 out[ASKED_MODELS]; /* item -> struct question */
};

void asked_free(struct asked *asked);
void asked_put(struct asked *asked, enum asked_for model, uint64_t item, int64_t until_ms);
bool asked_has(const struct asked *asked, enum asked_for model, uint64_t item);
/* It was answered. */
void asked_end(struct asked *asked, enum asked_for model, uint64_t item);
/* Some may have been lost: none keeps its slot for longer than until then. */
void asked_lost(struct asked *asked, int64_t until_ms);
/* Gives back the slots of those that were not answered in time. */
void asked_lapse(struct asked *asked, int64_t now_ms);
/* All questions to this model are forgotten; what answers them comes to nothing. */
void asked_clear(struct asked *asked, enum asked_for model);
/* Slots taken, of one model and of all. */
size_t asked_of(const struct asked *asked, enum asked_for model);
size_t asked_count(const struct asked *asked);

#endif

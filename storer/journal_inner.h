/* Inside the journal. */
#ifndef WEIR_STORER_JOURNAL_INNER_H
#define WEIR_STORER_JOURNAL_INNER_H

#include "storer/journal.h"
#include "storer/map64.h"

struct journal {
    struct journal_limits limits;
    struct map64 by_id;
    struct journal_fetch *first, *last;
    size_t left; /* items that have not ended */
    size_t out;  /* items that take a slot of the replays' share */
    int64_t loss_ms;
    int64_t crash_ms;            /* of the last loss that an item may have caused */
    int64_t progress_ms;         /* when any item ended last */
    int64_t stalled_ms;          /* when the ring was last known to stand still */
    int64_t overtook_ms;         /* the latest time at which an item was sent that has ended */
    struct journal_item *lonely; /* the one that travels alone */
    struct journal_fetch *lonely_fetch;
    struct journal_item **picked;
};

/* Gives back the slot of an item, if it has one. */
void journal_release(struct journal *journal, struct journal_item *item);

#endif

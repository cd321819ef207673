/* What a reader was given, in order, and where in it the reader is (REQUIREMENTS E.1).  A fresh
 * choice goes behind the present place, what was further on is cleared, and learning goes on; going
 * back or forward freezes learning.  Pure. */
#ifndef WEIR_STORER_WALK_HISTORY_H
#define WEIR_STORER_WALK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct walk_history;

enum walk_outcome {
    WALK_OPEN,   /* nothing was learned of it yet */
    WALK_BLAMED, /* it was passed over */
    WALK_READ,
};

struct walk_place {
    uint64_t number; /* ascending; never the same twice */
    uint64_t item, story, source;
    uint64_t from; /* the source that was read before; 0 = none */
    int64_t given_ms;
    enum walk_outcome outcome;
};

/* most: places that are kept; the oldest go. */
struct walk_history *walk_history_create(size_t most);
void walk_history_destroy(struct walk_history **history);

/* Borrowed until the history changes; NULL where there is none. */
struct walk_place *walk_history_here(struct walk_history *history);
struct walk_place *walk_history_back(struct walk_history *history);    /* and freezes */
struct walk_place *walk_history_forward(struct walk_history *history); /* and freezes */
/* A fresh choice: becomes the present place, unfreezes.  Its number is given by the history. */
struct walk_place *walk_history_add(struct walk_history *history, const struct walk_place *place);
bool walk_history_frozen(const struct walk_history *history);
bool walk_history_has(const struct walk_history *history, uint64_t story);
/* How many places are before and behind the present one. */
size_t walk_history_before(const struct walk_history *history);
size_t walk_history_behind(const struct walk_history *history);
/* The lowest number that is kept, and the highest; 0 where it is empty. */
uint64_t walk_history_first(const struct walk_history *history);
uint64_t walk_history_last(const struct walk_history *history);

/* For loading: appends with its number; then the present place, by number (0: the last one). */
void walk_history_load(struct walk_history *history, const struct walk_place *place);
void walk_history_stand(struct walk_history *history, uint64_t number, bool frozen);

#endif

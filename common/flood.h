/* Runs of like events, so that a flood of them makes two lines in a log and not a flood: one when a
 * run begins, one with their number when there has been none for a while.  Pure: time is an
 * argument. */
#ifndef WEIR_COMMON_FLOOD_H
#define WEIR_COMMON_FLOOD_H

#include <stdbool.h>
#include <stdint.h>

enum { FLOOD_KINDS = 16 };

struct flood {
    const char *what;
    uint64_t count; /* 0: this place is free */
    int64_t first_ms, last_ms;
};

/* Start with {0}. */
struct floods {
    struct flood at[FLOOD_KINDS];
};

/* Counts one event of this kind, a constant text.  true: it begins a run and is to be told.  With
 * more kinds at once than there are places, each event of a further kind is told. */
bool floods_add(struct floods *floods, const char *what, int64_t now_ms);
/* Ends a run of which nothing came for quiet_ms; false: there is none.  *ended is the run. */
bool floods_end(struct floods *floods, int64_t now_ms, int64_t quiet_ms, struct flood *ended);

#endif

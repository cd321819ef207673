/* QUIESCE (DESIGN 5, rules 2 and 3): a state that lapses unless renewed, with a deadline after
 * which what is left is named instead of waited for.  Pure. */
#ifndef WEIR_STORER_QUIESCE_H
#define WEIR_STORER_QUIESCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start with {0}. */
struct quiesce {
    unsigned purpose; /* enum msg_purpose; 0 = none */
    uint64_t round;   /* as the broker numbers it; goes back with every answer */
    int64_t since_ms;
    int64_t until_ms;    /* lapses then */
    int64_t deadline_ms; /* of the drain */
    bool done;           /* was answered as done */
    int64_t answered_ms;
};

/* Takes a QUIESCE; purpose 0 ends it.  true where it began or ended. */
bool quiesce_take(struct quiesce *quiesce, unsigned purpose, int64_t ttl_ms, int64_t within_ms,
                  int64_t now_ms);
/* The number of the round; another than before is answered at once. */
void quiesce_number(struct quiesce *quiesce, uint64_t round);
/* Lets it lapse; true where it did just now. */
bool quiesce_lapse(struct quiesce *quiesce, int64_t now_ms);
bool quiesce_active(const struct quiesce *quiesce);
/* Nothing is in flight, or the deadline has passed. */
bool quiesce_done(const struct quiesce *quiesce, size_t in_flight, int64_t now_ms);
/* Whether an answer is to be sent now: at once when done changed, else every every_ms. */
bool quiesce_answer(struct quiesce *quiesce, bool done, int64_t every_ms, int64_t now_ms);

#endif

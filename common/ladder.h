/* The ladder of degradation (DESIGN 8): how full something bounded is, in rungs.  Each rung begins
 * once and ends once: it is left only when there is some room again, so that what swings around a
 * rung does not tell of it each time.  Pure: time is an argument. */
#ifndef WEIR_COMMON_LADDER_H
#define WEIR_COMMON_LADDER_H

#include <stdbool.h>
#include <stdint.h>

enum ladder_rung {
    LADDER_EASY,
    LADDER_WARN, /* 80 %: caches shrink, where it is memory */
    LADDER_BUSY, /* 90 %: background work, and large requests, are put off */
    LADDER_FULL, /* 100 %: whoever has more waits */
    LADDER_RUNGS
};

/* Start with {0}. */
struct ladder {
    enum ladder_rung rung; /* the highest that has begun */
    unsigned percent;      /* as said last */
    int64_t since_ms[LADDER_RUNGS];
};

struct ladder_step {
    enum ladder_rung rung;
    bool begun;     /* else ended */
    int64_t for_ms; /* ended: how long it lasted */
};

/* Says how full it is now.  One rung at a time: call it with the same figures until it returns
 * false, true means that *step has happened. */
bool ladder_set(struct ladder *ladder, unsigned percent, int64_t now_ms, struct ladder_step *step);
/* part of all, in percent; 0 where all is 0. */
unsigned ladder_percent(uint64_t part, uint64_t all);
const char *ladder_name(enum ladder_rung rung);

#endif

/* A circuit breaker (Nygard, "Release It!", 2007): after some failures in a row nothing is asked
 * any more for a while, then one probe decides.  Pure: time is an argument, in milliseconds that
 * never run backwards, and so is chance.
 *
 *     closed --failures in a row--> open --time--> half-open --probe ok--> closed
 *                                    ^                 |
 *                                    +----- twice as long ----- probe failed */
#ifndef WEIR_EMBEDDER_BREAKER_H
#define WEIR_EMBEDDER_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

/* Plain memory; the fields are for reading. */
struct breaker {
    enum breaker_state state;
    int64_t failures_most; /* in a row, that open it */
    int64_t first_ms;      /* how long it stays open at first, ... */
    int64_t most_ms;       /* ... and at most */
    int64_t failures;      /* in a row so far */
    int64_t open_ms;       /* how long it is open this time, without jitter */
    int64_t until_ms;      /* open: when a probe is due */
    uint64_t opened;       /* times it went from closed to open */
};

void breaker_init(struct breaker *breaker, int64_t failures_most, int64_t first_ms,
                  int64_t most_ms);
/* What became of a request.  Each returns whether the state changed.  While the circuit is open the
 * late results of earlier requests change nothing; while it is half-open every result is taken for
 * the probe's.  chance (any number) lengthens the time by up to a quarter, so that many do not come
 * back at one moment. */
bool breaker_good(struct breaker *breaker);
bool breaker_bad(struct breaker *breaker, int64_t now_ms, uint32_t chance);
/* As breaker_bad, and one failure is enough. */
bool breaker_trip(struct breaker *breaker, int64_t now_ms, uint32_t chance);
/* Open, and the time is over: half-open from now on, and the caller sends one probe.  True then. */
bool breaker_probe(struct breaker *breaker, int64_t now_ms);
/* "closed", "open", "half-open" */
const char *breaker_state_name(enum breaker_state state);

#endif

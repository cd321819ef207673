/* The two clocks.  Pure modules get the time as an argument. */
#ifndef WEIR_COMMON_CLOCK_H
#define WEIR_COMMON_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970, UTC. */
int64_t clock_utc_ms(void);
/* Moves clock_utc_ms from now on; once, before there are other threads (service.clock_ahead_ms). */
void clock_set_ahead(int64_t ahead_ms);
/* Milliseconds of a clock that never jumps; for durations and deadlines. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);

#endif

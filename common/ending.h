/* The last moments of a process: a limit for them, and how many threads are left. */
#ifndef WEIR_COMMON_ENDING_H
#define WEIR_COMMON_ENDING_H

#include <stddef.h>
#include <stdint.h>

/* From now on the process has so long to close what it has open.  Past that it says `stop-stuck`
 * and ends with 75, whatever its threads do; 0 = no limit any more.  Time in which the process is
 * stopped counts. */
void ending_limit(int64_t within_ms);

/* Threads besides the calling one, once those that are just ending have had a moment (200 ms) to
 * do so: a detached thread lives a little longer than the last thing that can be waited for. */
size_t ending_threads(void);

#endif

/* Ends a process one of whose threads makes no progress, so that its supervisor starts it again: it
 * is better away than silent with work in its hands, and the broker takes it for the crash that it
 * is.
 *
 * The main thread is watched by a timer signal (SIGALRM, which ending_limit takes over at the end):
 * it beats from its loop, and when four looks in a row saw no beat, the process says `stuck` and
 * ends with
 * 70.  Other threads are watched by the main thread, by what they have in hand and have done. Looks
 * count, not the time of day: a process that was stopped or suspended is not stuck. */
#ifndef WEIR_COMMON_WATCHDOG_H
#define WEIR_COMMON_WATCHDOG_H

#include <stdint.h>

/* From now on the calling thread beats, or the process ends about stuck_ms after the last beat; 0:
 * never. Once in a process, which may have other threads. */
void watchdog_start(int64_t stuck_ms);
void watchdog_beat(void);
void watchdog_end(void);

/* A thread that works for the one that watches; begin with {0}. */
struct watch {
    uint64_t done;    /* at the last look */
    int64_t look_ms;  /* the last look; 0 = none yet */
    int64_t quiet_ms; /* how long nothing was done though there was something */
};

/* in_hand: how much it was given and has not given back; done: how often it has given something
 * back. Ends the process with 70 once nothing was done for stuck_ms; a pause between two looks
 * counts as a quarter of that at most.  Call it every now and then. */
void watchdog_look(struct watch *watch, const char *thread, uint64_t in_hand, uint64_t done,
                   int64_t stuck_ms, int64_t now_ms);

#endif

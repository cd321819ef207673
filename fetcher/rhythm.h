/* How often a feed publishes.  Pure: the time is an argument. */
#ifndef WEIR_FETCHER_RHYTHM_H
#define WEIR_FETCHER_RHYTHM_H

#include <stddef.h>
#include <stdint.h>

struct feed;

/* The mean time between items, in milliseconds; -1 = not known.  times: UTC, of count items in any
 * order; they are sorted.
 *
 * The newest items count, and of those no date in the future (of now_ms).  A gap beyond all
 * measure, as a pinned item leaves it, does not.  The silence since the newest item counts once it
 * is longer than the mean: a feed that falls asleep is asked less and less.  Where all items have
 * one date (many feeds stamp everything with the time at which they were made) it says something
 * only once it is a day old; then the silence is the answer. */
int64_t rhythm_gap(int64_t *times, size_t count, int64_t now_ms);
/* The same of a feed's entries: when they were published, else updated. */
int64_t rhythm_of(const struct feed *feed, int64_t now_ms);

#endif

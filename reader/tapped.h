/* Copies from a tap: what they are, and how many were missed.  Pure. */
#ifndef WEIR_READER_TAPPED_H
#define WEIR_READER_TAPPED_H

#include <stdint.h>

#include "common/buf.h"
#include "common/link.h"
#include "common/msg.h"

/* What was seen of one lane.  Start with {0}. */
struct tapped_lane {
    uint64_t last; /* number of the last copy; 0 = none yet */
    uint64_t seen;
    uint64_t missed;
};

/* Counts a copy.  Numbers count up by one; what is left out was missed.  A number that is not
 * larger than the last is another broker's: counting starts anew. */
void tapped_count(struct tapped_lane *lane, uint64_t number);

/* made: copies that were made of this lane by now.  Those behind the last one that came were
 * missed; nothing changes where none ever came. */
void tapped_end(struct tapped_lane *lane, uint64_t made);

/* The frames of a message of this link, by place; MSG_TYPES = bytes that are no frame of ours. */
enum msg_type tapped_type(enum link_id link, size_t place);

/* Appends one line of JSON: {"link", "lane", "number", "time_ms", TYPE: {...}, ...}; text beyond
 * longest bytes is cut.  A frame that cannot be read is given as {"unreadable": why}; the private
 * frame of a job, which comes empty, as "private": true whatever is in it. */
void tapped_json(enum link_id link, const struct msg_tapped *tapped, const struct span *frames,
                 size_t count, size_t longest, struct msg_pool *pool, struct buf *out);
/* Appends one line for people. */
void tapped_line(enum link_id link, const struct msg_tapped *tapped, const struct span *frames,
                 size_t count, struct msg_pool *pool, struct buf *out);

#endif

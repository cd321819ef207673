/* What may be deleted, and what stays whatever the limits say.  Pure. */
#ifndef WEIR_STORER_KEEP_H
#define WEIR_STORER_KEEP_H

#include <stdbool.h>
#include <stdint.h>

struct config;

/* The settings of section keep; 0 = no limit. */
struct keep_limits {
    int64_t days, items, bytes, unread_days;
};

/* Why an item goes. */
enum keep_reason {
    KEEP_AGE,   /* it came longer ago than its days */
    KEEP_COUNT, /* its source has more items than it may have, and all others are newer */
    KEEP_SIZE,  /* the store is larger than it may be, and all others are newer */
    KEEP_REASONS
};
const char *keep_reason_name(enum keep_reason reason);

/* Why one stays that would have to go. */
enum keep_verdict {
    KEEP_GOES,
    KEEP_STARRED,
    KEEP_UNREAD, /* and younger than unread_days */
    KEEP_BUSY,   /* its full text is on the way: it goes another time */
    KEEP_VERDICTS
};

struct keep_item {
    int64_t seen_ms; /* when it came; what its feed says of its age is nothing to this */
    bool starred, read, hidden, busy;
};

struct keep_limits keep_limits_of(const struct config *config);
/* Items that came before this are older than so many days; INT64_MIN for 0 days. */
int64_t keep_before_ms(int64_t now_ms, int64_t days);
enum keep_verdict keep_judge(const struct keep_limits *limits, const struct keep_item *item,
                             int64_t now_ms);
/* The limits of a source that has its own (-1: as for all). */
int64_t keep_own(int64_t own, int64_t all);

#endif

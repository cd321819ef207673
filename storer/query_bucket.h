/* Token buckets, one for each client: so many queries a second, and so many at once after a rest
 * (RFC 2697 has the same bucket for packets).  Pure: time is an argument. */
#ifndef WEIR_STORER_QUERY_BUCKET_H
#define WEIR_STORER_QUERY_BUCKET_H

#include <stdint.h>

struct buckets;

/* rate: tokens a second; burst: tokens of a full bucket, which each client begins with. */
struct buckets *buckets_create(int64_t rate, int64_t burst);
/* Takes NULL. */
void buckets_destroy(struct buckets **buckets);
/* Takes a token of a client: 0, or the milliseconds until there is one, and none was taken.  Only
 * so many clients are remembered: a further one takes the place of the one whose bucket is fullest,
 * to which that gives at most the rest of its burst. */
int64_t buckets_take(struct buckets *buckets, const char *client, int64_t now_ms);

#endif

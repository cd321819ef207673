/* Origins of addresses (RFC 6454): what may be sent where.  Pure. */
#ifndef WEIR_COMMON_ORIGIN_H
#define WEIR_COMMON_ORIGIN_H

#include <stdbool.h>

#include "common/buf.h"

struct origin {
    bool secure;      /* https */
    struct span host; /* as it stands in the address, brackets included; empty: there is none */
    long port;        /* the scheme's own where none is named */
};

/* Of an http or https address, user information passed over; host points into url.  Of anything
 * else the host is empty. */
struct origin origin_of(struct span url);
/* Whether what belongs to the origin of `from` may be sent to `to`: scheme, host and port are the
 * same, or http on port 80 has become https on port 443.  False where one has no host. */
bool origin_is_same(struct span from, struct span to);

#endif

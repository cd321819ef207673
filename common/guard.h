/* Who may connect over tcp: the ZAP handler (rfc.zeromq.org/spec/27) of a process that listens.
 *
 * One thread.  A connection is let in if its public key is in link.keys and its role may use that
 * endpoint (link_place.h); its User-Id is then the certificate's name.  The folder is read again
 * every link.keys_ms. */
#ifndef WEIR_COMMON_GUARD_H
#define WEIR_COMMON_GUARD_H

#include <stdint.h>

struct config;
struct guard;

struct guard_counts {
    uint64_t admitted; /* connections, since the start */
    uint64_t refused;  /* by us; a client without CURVE is refused by libzmq and not counted */
    uint64_t keys;     /* certificates in the folder */
    uint64_t removed;  /* times that keys went from the folder */
};

/* *guard is NULL, and nothing done, where listen is "".  To be opened before the first bind, and
 * closed after the last socket: without it nobody is let in.  -1 with a logged line. */
int guard_open(const struct config *config, const char *listen, struct guard **guard);
/* Stops the thread and joins it. */
void guard_close(struct guard **guard);
/* What the thread has last told, without waiting; zeros where guard is NULL. */
void guard_counts(struct guard *guard, struct guard_counts *counts);

#endif

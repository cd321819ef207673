/* Who comes to a bound ROUTER and who goes.  ROUTER itself does not tell (ZMQ_ROUTER_NOTIFY is of
 * the draft API), but a socket monitor does: each connection is a file descriptor, and each message
 * says over which one it came (ZMQ_SRCFD).
 *
 * The number of a connection that has ended is soon that of another.  What was told of the old one
 * is told before anything can be told or received of the new one, so whoever reads all that the
 * watch has to tell before it looks at a message never takes one for the other. */
#ifndef WEIR_COMMON_LINK_CALLERS_H
#define WEIR_COMMON_LINK_CALLERS_H

#include <czmq.h>

enum link_told { LINK_TOLD_NOTHING, LINK_TOLD_CAME, LINK_TOLD_WENT };

/* A socket to be polled for ZMQ_POLLIN, of this thread, whose messages link_callers_next reads;
 * NULL with a logged line.  name is of this socket alone.  Connections of before are not told of as
 * coming. */
zsock_t *link_callers(zsock_t *socket, const char *name);
/* Ends it, while the socket is still there: libzmq loses, or waits with, what it has to tell once
 * nobody is left to listen.  *watch may be NULL. */
void link_callers_end(zsock_t *socket, zsock_t **watch);
/* The next that it tells, and of which connection; never waits. */
enum link_told link_callers_next(zsock_t *watch, int *connection);
/* The connection over which a received frame came; -1 where that is not known. */
int link_callers_of(zframe_t *frame);

#endif

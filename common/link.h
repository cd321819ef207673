/* Sockets: every option of every socket is set here, and nowhere else (DESIGN 8, ZEROMQ.md).
 *
 * A link has two lanes.  A stage sends through an outlet (two PUSH) and takes work from an inlet
 * (two PULL); the broker holds the other ends.  Nothing here blocks. */
#ifndef WEIR_COMMON_LINK_H
#define WEIR_COMMON_LINK_H

#include <czmq.h>
#include <stdbool.h>
#include <stdint.h>

struct config;
struct counters;
struct inlet;
struct outlet;
struct loop;

enum link_id { LINK_JOBS, LINK_ITEMS, LINK_VECTORS, LINK_VERDICTS, LINK_REPORTS, LINKS };
enum lane { LANE_HI, LANE_LO, LANES };

const char *link_name(enum link_id link);
const char *link_lane_name(enum lane lane);
/* The link of a name; LINKS where there is none. */
enum link_id link_of(const char *name);
/* The largest message of a link, all frames together. */
int64_t link_cap(const struct config *config, enum link_id link);

/* What a socket is, for its options. */
enum link_role {
    LINK_ROLE_DATA_IN,  /* PULL */
    LINK_ROLE_DATA_OUT, /* PUSH */
    LINK_ROLE_TAP,      /* PUB or SUB */
    LINK_ROLE_EVENTS,   /* PUB, SUB, XPUB, XSUB */
    LINK_ROLE_CONTROL,  /* ROUTER, DEALER of control and query */
};

/* Says which role this process has (borrowed for good), checks the addresses of the settings and
 * reads the keys that its tcp endpoints need; -1 with a logged line.  Before that it is a reader
 * without keys.  Call it before there are threads. */
int link_start(const struct config *config, const char *role);

/* The endpoints as this process uses them: in runtime.dir, or over tcp where the settings say that
 * the other end is there; what a process binds is always in runtime.dir.  Caller owns the text. */
char *link_endpoint(const struct config *config, enum link_id link, enum lane lane,
                    const char *side /* "in", "out", "tap" */);
char *link_endpoint_named(const struct config *config, const char *name /* "control", "query",
                          "events.in", "events.out" */);

/* A socket with all its options, bound or connected; NULL where that failed, with one line logged
 * that says why and what to do.  A bind takes the endpoint's lock (a file beside it) and keeps it
 * until the process ends: a second bind fails.  Where broker.listen or storer.listen is set, the
 * endpoint is bound on tcp, too, with CURVE.  link matters for data roles only. */
zsock_t *link_bind(const struct config *config, int zmq_type, enum link_role role,
                   enum link_id link, const char *endpoint);
zsock_t *link_connect(const struct config *config, int zmq_type, enum link_role role,
                      enum link_id link, const char *endpoint);
/* Closes all tcp connections of a bound socket and listens again: what was on its way over them is
 * lost, and who may still come in does so at once.  The connections end once the socket is polled,
 * received from or asked for its events.  ipc is not touched; nothing happens where the
 * socket is not bound on tcp.  -1 with a logged line: nobody comes in over tcp any more. */
int link_renew(zsock_t *socket);
/* Tells of tcp connections of a bound socket that end, whose messages on the way are lost: a socket
 * to be polled for ZMQ_POLLIN, of this thread; NULL where the socket is not bound on tcp.  name is
 * of this socket alone.  To be destroyed after it. */
zsock_t *link_watch(zsock_t *socket, const char *name);
/* How many have ended since this was last called. */
uint64_t link_torn(zsock_t *watch);
/* Makes the runtime folder (mode 0700) and checks that it is ours and that nobody else may write to
 * it; -1 with a logged line. */
int link_prepare(const struct config *config);
/* Takes the lock of a file ("FILE.lock"); its descriptor, or -1 with a logged line naming the
 * holder, and errno (EWOULDBLOCK where it is held).  Held until closed. */
int link_lock(const char *path);

/* --- sending ---------------------------------------------------------------------------------- */

enum outlet_result { OUTLET_SENT, OUTLET_FULL, OUTLET_REFUSED };

struct outlet *outlet_open(const struct config *config, enum link_id link,
                           struct counters *counters);
void outlet_close(struct outlet **outlet);
/* SENT: *message is gone.  FULL: *message is still the caller's; try again when ready.  REFUSED: it
 * was larger than the link's cap; it was destroyed, counted and logged. */
enum outlet_result outlet_send(struct outlet *outlet, enum lane lane, zmsg_t **message);
/* The lane's socket, to be polled for ZMQ_POLLOUT. */
void *outlet_socket(struct outlet *outlet, enum lane lane);
/* Call about once a second: connects lanes anew that were blocked longer than link.stuck_ms. */
void outlet_tend(struct outlet *outlet, int64_t mono_ms);

/* --- receiving -------------------------------------------------------------------------------- */

struct inlet *inlet_open(const struct config *config, enum link_id link, struct counters *counters);
void inlet_close(struct inlet **inlet);
/* The next message, hi before lo, but one of lo after link.hi_burst of hi; NULL where none waits.
 * Caller owns it. */
zmsg_t *inlet_recv(struct inlet *inlet, enum lane *lane);
/* The same of hi alone. */
zmsg_t *inlet_recv_hi(struct inlet *inlet);
void *inlet_socket(struct inlet *inlet, enum lane lane);

/* --- frames ----------------------------------------------------------------------------------- */

struct span;
struct buf;
/* The bytes of a frame, borrowed. */
struct span link_span(zframe_t *frame);
/* Appends the content of a buf as a frame (copied), and empties the buf. */
void link_append(zmsg_t *message, struct buf *buf);

#endif

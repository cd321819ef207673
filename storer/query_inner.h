/* The actors of the query endpoint, and what goes through their pipes.
 *
 *   main  -> front   answer: [token u64][code u64][error][json]; release: [0 u64]
 *   front -> main    [struct query_figures], for a command also [token u64][verb][json]
 *   front -> reader  [struct query_job][query frame][extra frame, or empty]; release: [0 u64];
 *                    stop what runs: [1 u64], of no meaning where nothing does
 *   reader -> front  [code u64][reply frame][page frame, where there is one]
 *
 * At most QUERY_COMMANDS are with main, and one query with a reader, so no pipe ever fills. */
#ifndef WEIR_STORER_QUERY_INNER_H
#define WEIR_STORER_QUERY_INNER_H

#include <czmq.h>
#include <stdint.h>

#include "common/buf.h"
#include "storer/query.h"
#include "storer/reads.h"

enum {
    QUERY_COMMANDS = 256,     /* below the high-water mark of a pipe (1000) */
    QUERY_TICKET_ROOM = 4096, /* of an answer asked for later, beside the answer itself */
};

/* What the threads need to know; given to zactor_new, copied before it returns. */
struct query_setup {
    zsock_t *router;     /* the front's from then on */
    struct guard *guard; /* and this one; NULL: nothing is bound on tcp */
    char path[4096];
    int64_t readers;
    int64_t queue;
    int64_t queue_bytes;
    int64_t large_bytes, memory_bytes;
    int64_t query_ms, later_ms;
    int64_t verify_ms;
    int64_t client_rate, client_burst;
    int64_t tickets, ticket_bytes, ticket_ms;
    int64_t history;
    int64_t busy_ms;
    int64_t late_ms;
    int64_t quiet_ms;
    int64_t stuck_ms;
    struct reads_limits limits;
};

struct query_job {
    uint64_t id;
    int64_t deadline_ms; /* monotonic */
};

/* zactor functions; args is a struct query_setup. */
void query_front(zsock_t *pipe, void *args);
void query_reader(zsock_t *pipe, void *args);

/* A msg_reply frame.  What does not fit into a message becomes an error.  Caller owns it. */
zframe_t *query_reply(const struct reads_limits *limits, uint64_t id, int code,
                      int64_t retry_after_ms, struct span error, struct span json);
/* A number as a frame, and back (0 where the frame is none). */
void query_add_u64(zmsg_t *message, uint64_t value);
uint64_t query_get_u64(zframe_t *frame);
/* No signal is delivered to the calling thread from now on. */
void query_block_signals(void);

#endif

/* The fetcher's main thread: takes jobs, transfers, hands bodies to the parser, sends what it made.
 */
#ifndef WEIR_FETCHER_FETCHER_H
#define WEIR_FETCHER_FETCHER_H

#include <czmq.h>
#include <stdbool.h>

#include "common/link.h"
#include "common/msg.h"
#include "common/watchdog.h"

struct backlog;
struct http;
struct inlet;
struct lease;
struct service;

struct fetcher {
    struct service *service;
    struct inlet *jobs;
    struct backlog *reports;
    struct backlog *items;
    struct http *http;
    zactor_t *parser;
    uint64_t parsing, parsed; /* documents: in its hand, given back by it so far */
    struct watch watch;
    struct lease *leases; /* in hand */
    size_t lease_count;
    bool stopping;
    int64_t quiet_until_ms; /* QUIESCE holds until then (monotonic); 0 = none */
    int64_t abort_at_ms;    /* what is still under way then is handed back */
    int64_t busy_us;
    struct msg_pool pool;
    struct buf out;
    struct buf lease_list;
};

/* The functions of a service_spec. */
int fetcher_start(struct service *service, void *self);
void fetcher_stop(struct service *service, void *self, int64_t within_ms);
void fetcher_end(struct service *service, void *self);
void fetcher_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat);
void fetcher_control(struct service *service, void *self, enum msg_type type, const void *message);
/* Takes jobs only while there is room for what they bring; leaves when stopping and empty. */
void fetcher_turn(struct fetcher *fetcher);

#endif

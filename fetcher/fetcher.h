/* The fetcher's main thread: takes jobs, transfers, hands bodies to the parser, sends what it made.
 */
#ifndef WEIR_FETCHER_FETCHER_H
#define WEIR_FETCHER_FETCHER_H

#include <czmq.h>
#include <stdbool.h>

#include "common/link.h"
#include "common/msg.h"

struct backlog;
struct http;
struct http_result;
struct http_transfer;
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

/* --- lease.c: a job in hand, from its arrival to the sending of what it brought ----------------
 */

struct lease {
    struct fetcher *fetcher;
    struct lease *next;
    struct lease *previous;
    uint64_t fetch;
    enum lane lane;
    bool replay;
    struct http_transfer *transfer; /* NULL once the response is there */
    zmsg_t *message;                /* header, job, and the body of a replay */
    char *url;                      /* after redirects */
    char *content_type;
    char *etag;
    char *last_modified;
    char *permanent_url;
};

/* Reads the job and begins it; a job that cannot be read is counted and dropped.  Takes message. */
void lease_take(struct fetcher *fetcher, enum lane lane, zmsg_t **message);
/* The response is there. */
void lease_responded(void *fetcher, void *lease, struct http_result *result);
/* Hands the lease back without blame. */
void lease_give_back(struct lease *lease);
/* The parser has made its messages: [ticket][...]; sends them and ends the lease. */
void lease_parsed(struct fetcher *fetcher, zmsg_t **message);
void lease_free(struct lease *lease);

#endif

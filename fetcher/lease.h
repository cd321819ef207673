/* A job in hand, from its arrival to the sending of what it brought.  Each ends with exactly one
 * report, and lease_free (). */
#ifndef WEIR_FETCHER_LEASE_H
#define WEIR_FETCHER_LEASE_H

#include <czmq.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/link.h"
#include "common/msg.h"
#include "fetcher/options.h"

struct config;
struct counters;
struct discover;
struct fetcher;
struct http_result;
struct http_transfer;
struct parser_ticket;

struct lease {
    struct fetcher *fetcher;
    struct lease *next;
    struct lease *previous;
    uint64_t fetch;
    enum lane lane;
    bool replay;
    bool full;                      /* an article, not a feed */
    struct http_transfer *transfer; /* NULL while there is none under way */
    zmsg_t *message;                /* as it came: see lease_read () */
    struct options *options;        /* the source's own; NULL = none */
    char *url;                      /* after redirects */
    char *content_type;
    char *etag;
    char *last_modified;
    char *permanent_url;
    char *found_url; /* discovery: the address tried, or where that has moved for good */

    /* Looking for the feed of a web page; NULL: not, or not yet. */
    struct discover *discover;
    char *page_url;
    char *refusal;             /* the first other than 404, in words; NULL = none */
    int64_t page_ms;           /* what the page took */
    int64_t discover_until_ms; /* monotonic */
    struct options elsewhere;  /* what of options may go to another site; borrows from it */
};

static inline void lease_set(char **field, char *value)
{
    free(*field);
    *field = value;
}

struct counters *lease_counters(const struct lease *lease);
const struct config *lease_config(const struct lease *lease);

/* --- lease.c: life ---------------------------------------------------------------------------- */

/* Reads the job and begins it; a job that cannot be read is counted and dropped.  Takes message. */
void lease_take(struct fetcher *fetcher, enum lane lane, zmsg_t **message);
/* The job again; what it points to lives until the next job is read. */
void lease_read(const struct lease *lease, struct msg_job *job);
/* Begins a request; false where none can be made of this URL. */
bool lease_ask(struct lease *lease, const char *url, struct span etag, struct span last_modified,
               const struct options *options, int64_t timeout_ms);
/* Whether nothing may be begun now: QUIESCE holds, or the process is stopping. */
bool lease_must_wait(const struct lease *lease);
/* The time that one response has. */
int64_t lease_time_ms(const struct lease *lease, const struct msg_job *job);
/* The parser has made its messages: [ticket][...]; sends them and ends the lease, or goes on. */
void lease_parsed(struct fetcher *fetcher, zmsg_t **message);
void lease_free(struct lease *lease);

/* --- lease_response.c: what a response means -------------------------------------------------- */

/* An http_done_fn: self is the fetcher, token the lease. */
void lease_responded(void *self, void *token, struct http_result *result);
/* A replay: reads the body that the job carries. */
void lease_replay(struct lease *lease, const struct msg_job *job);

/* --- lease_report.c: reports without a document; each ends the lease -------------------------- */

/* Hands it back without blame. */
void lease_give_back(struct lease *lease);
/* words are copied; result may be NULL. */
void lease_report_failure(struct lease *lease, enum msg_error kind, const char *words,
                          const struct http_result *result);
/* 304, or the very body that was read last time. */
void lease_report_same(struct lease *lease, enum msg_outcome outcome, const struct msg_job *job,
                       const struct http_result *result);
/* A web page, and none of the addresses tried is a feed. */
void lease_report_no_feed(struct lease *lease);

/* --- lease_discover.c: looking for the feed of a web page ------------------------------------- */

/* The document was a web page, the source's own or one of those tried; takes the list of addresses.
 */
void lease_discover_page(struct lease *lease, struct discover *candidates, int64_t page_ms);
/* This one was no feed: the next one. */
void lease_discover_next(struct lease *lease);
/* The lease's options, as far as they may go to url: all of them to the origin of owner's address.
 * NULL: none. */
const struct options *lease_options_for(struct lease *lease, struct span owner, const char *url);
/* A response that is not to be read; true: it ends the search, and the lease is gone. */
bool lease_discover_ended(struct lease *lease, const struct http_result *result);

#endif

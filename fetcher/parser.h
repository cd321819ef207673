/* The parser actor: one thread that reads documents and makes the messages of a fetch.
 *
 * It is given [ticket][header][job][body] and, with found_url, the list of addresses; the body as
 * it came, or zstd for a replay; it gives back, as one message, [ticket][report frames: header,
 * report, body][header, item]...: one message, so that it never blocks between the parts of a
 * fetch.  Where the ticket says so nothing follows it. */
#ifndef WEIR_FETCHER_PARSER_H
#define WEIR_FETCHER_PARSER_H

#include <czmq.h>
#include <stdint.h>

struct config;

/* Travels with the work inside the process only; text is owned by the lease
 * (lease.h), which leaves them alone until the work has come back. */
struct parser_ticket {
    void *lease;
    const char *url; /* after redirects */
    const char *content_type;
    const char *etag;
    const char *last_modified;
    const char *permanent_url;
    const char *found_url; /* of a document that was looked for, else NULL */
    const char *instance;
    long http_status;
    int64_t retry_after_ms;
    int64_t max_age_ms;
    int64_t seen_ms;
    int64_t took_ms;
    uint64_t body_hash;
    uint64_t discover; /* addresses to be tried where this is a web page; 0 = none */
    bool replay;
    bool full;       /* an article: [report frames] alone follow, the body is what is read of it */
    uint64_t items;  /* out: how many follow */
    uint64_t cut;    /* out */
    uint64_t known;  /* out */
    int64_t busy_us; /* out */
    bool cut_short;  /* out: the document ended before its root did */
    bool malformed;  /* out: the work could not be read; nothing follows */
    const char *why; /* out: what was wrong with it, a constant */
    bool refused;    /* out: with found_url, this is no feed; nothing follows */
    bool page;       /* out: a web page; the list follows, see discover_write () */
};

/* Talk to it through zactor_sock; ends with zactor_destroy.  config is borrowed. */
zactor_t *parser_start(const struct config *config);

#endif

/* From a feed to messages: which entries are new, and their item frames.  Pure: the time is an
 * argument; what is made goes to the caller's function. */
#ifndef WEIR_FETCHER_PRODUCE_H
#define WEIR_FETCHER_PRODUCE_H

#include <stdint.h>

#include "common/hash.h"
#include "common/msg.h"
#include "fetcher/discover.h"

struct config;

/* Where the document came from, and what is known of its source; all borrowed. */
struct produce_input {
    uint64_t source;
    struct span body; /* decompressed */
    const char *url;  /* after redirects */
    const char *content_type;
    struct span known; /* as in the job frame */
    struct span only;  /* a replay: nothing but these */
    int64_t seen_ms;
    size_t discover; /* addresses to be tried where it is a web page; 0 = it is a failure */
    const struct discover *looked; /* where this document was found; NULL: it was asked for */
    const char *found_url;         /* with looked: its address there, "" otherwise */
};

/* One new item; frame is borrowed during the call. */
typedef void produce_fn(void *self, const struct hash_key *key, struct span frame);

/* What a report borrows from; reused from document to document.  Start with {0}. */
struct produce_space {
    struct buf text;
    struct buf keys;
    struct buf missing;
    struct msg_alternate alternates[DISCOVER_ALTERNATES];
};

void produce_space_free(struct produce_space *space);

/* What the document was. */
enum produce_result {
    PRODUCE_FEED,
    PRODUCE_PAGE,    /* a web page, and its feed is to be looked for: *page says where */
    PRODUCE_REFUSED, /* outcome and error of the report say why */
};

/* Fills in what the feed says of itself (counts, title, rhythm, keys, missing; with looked what
 * else the page names) and calls fn for each new item in the feed's order, a guid once.  Spans in
 * *report borrow from text, keys, missing, alternates and looked, which the caller owns.  *page is
 * the caller's; it is set with PRODUCE_PAGE only. */
enum produce_result produce(const struct config *config, const struct produce_input *input,
                            produce_fn *fn, void *self, struct msg_report *report,
                            struct produce_space *space, struct discover **page);

#endif

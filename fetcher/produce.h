/* From a feed to messages: which entries are new, and their item frames.  Pure: the time is an
 * argument; what is made goes to the caller's function. */
#ifndef WEIR_FETCHER_PRODUCE_H
#define WEIR_FETCHER_PRODUCE_H

#include <stdint.h>

#include "common/hash.h"
#include "common/msg.h"

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
};

/* One new item; frame is borrowed during the call. */
typedef void produce_fn(void *self, const struct hash_key *key, struct span frame);

/* Fills in what the feed says of itself (counts, title, rhythm, keys, missing) and calls fn for
 * each new item in the feed's order, a guid once.  Spans in *report borrow from text, keys and
 * missing, which the caller owns.  Where the body is no feed, outcome and error say so. */
void produce(const struct config *config, const struct produce_input *input, produce_fn *fn,
             void *self, struct msg_report *report, struct buf *text, struct buf *keys,
             struct buf *missing);

#endif

/* What the files of the verb `feed` share. */
#ifndef WEIR_STORER_READS_FEED_INNER_H
#define WEIR_STORER_READS_FEED_INNER_H

#include <jansson.h>

#include "storer/feed.h"
#include "storer/reads_filter.h"

struct config;
struct reads;

struct feed_step {
    enum feed_filter filter;
    size_t in, out; /* entries that came, and that passed */
    int64_t us;
};

struct feed_run {
    struct reads *reads;
    const struct config *config;
    struct reads_filter filter;
    struct feed feed;
    struct feed_taste taste;
    struct buf vectors; /* of the interests */
    struct buf vector;  /* of an entry */
    int64_t now_ms, window_ms, limit;
    bool capped; /* there is more in the window than is looked at */
    struct feed_step steps[FEED_FILTERS];
    size_t step_count;
    int64_t load_us, interests_us;
};

/* reads_feed_load.c: entries, then interests.  What goes wrong shows in the connection's status. */
void reads_feed_entries(struct feed_run *run);
void reads_feed_interests(struct feed_run *run);
/* Sets `sources` of the entries that are in. */
void reads_feed_sources(struct feed_run *run);

/* reads_feed_told.c: the answer's object, the caller's. */
json_t *reads_feed_told(struct feed_run *run, bool explain);
/* Puts its stories into the order that the reranker gives them, outside of any transaction; says in
 * the answer whether it did. */
void reads_feed_rerank(struct reads *reads, json_t *answer);

#endif

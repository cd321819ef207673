/* The main feed: from the newest items to the few stories that are worth reading now.  Filters in
 * order, each in a file of its own (feed_*.c), each with a limit, each asking now and then whether
 * to stop (REQUIREMENTS A.18).  What a filter takes out keeps its entry, with the filter and its
 * figures, so that the feed can say why.  Pure; time is an argument.
 *
 *   window    no older than so long; the newest ones
 *   marks     neither read nor hidden
 *   query     what the query or the view has, where one was given
 *   copies    one entry a story: its first original; the others are folded into it
 *   source    the newest of each source
 *   interest  the best by what was starred and read */
#ifndef WEIR_STORER_FEED_H
#define WEIR_STORER_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

struct idset;

enum feed_filter {
    FEED_IN, /* not taken out */
    FEED_WINDOW,
    FEED_MARKS,
    FEED_QUERY,
    FEED_COPIES,
    FEED_SOURCE,
    FEED_INTEREST,
    FEED_FILTERS
};

struct feed_entry {
    uint64_t item, story, source;
    uint64_t copy_of; /* 0: an original */
    int64_t time_ms;  /* once folded: of the newest original of its story */
    enum feed_filter out;
    /* Figures of the filters. */
    uint64_t by; /* copies: the item it was folded into; interest: the item it is like; 0 = none */
    uint32_t folded;  /* copies: entries that were folded into it */
    uint32_t place;   /* source: its place among those of its source, from 1; interest: in all */
    uint32_t sources; /* of its story, as far as it is known */
    bool starred;     /* interest: what it is like was starred, not only read */
    float cosine;     /* interest: to that item; 0 where there is no vector */
    float weight;     /* interest: of that item */
    float fresh;      /* interest: 0.5^(age / half-life) */
    float score;      /* interest */
};

/* true: stop. */
typedef bool feed_stop_fn(void *arg);

struct feed {
    struct feed_entry *entries; /* the newest first */
    size_t count, cap;
    feed_stop_fn *stop; /* NULL: nothing stops it */
    void *arg;
};

/* Entries that were not taken out. */
size_t feed_left(const struct feed *feed);
void feed_add(struct feed *feed, const struct feed_entry *entry);
void feed_free(struct feed *feed);
/* Asked by the filters for entry i: now and then asks whether to stop. */
bool feed_stops(const struct feed *feed, size_t i);
const char *feed_filter_name(enum feed_filter filter);

/* Each gives false where it was stopped: then only some of its entries were looked at.  most:
 * entries it lets pass, of these the newest (interest: the best). */

bool feed_window(struct feed *feed, int64_t now_ms, int64_t window_ms, size_t most);
/* Either may be NULL. */
bool feed_marks(struct feed *feed, const struct idset *read, const struct idset *hidden,
                size_t most);
bool feed_query(struct feed *feed, const struct idset *set, size_t most);
bool feed_copies(struct feed *feed, size_t most);
bool feed_source(struct feed *feed, size_t per_source, size_t most);

/* What was starred or read. */
struct feed_interest {
    uint64_t item;
    bool starred;
    int64_t at_ms;
    const int8_t *vector; /* n components, borrowed; its length */
    float norm;
    float weight; /* set by feed_interest_weigh */
};

struct feed_taste {
    struct feed_interest *interests;
    size_t count;
    size_t n;             /* components of a vector */
    int64_t half_life_ms; /* of a story */
    int64_t interest_ms;  /* half-life of an interest */
    double read_weight;   /* of what was read, where what was starred has 1 */
    /* The vector of an item, n bytes, borrowed until the next call; empty where there is none. */
    struct span (*vector)(void *arg, uint64_t item);
    void *arg;
};

/* Sets the weight of each: 1, or read_weight, x 0.5^(age / interest_ms). */
void feed_interest_weigh(struct feed_taste *taste, int64_t now_ms);
/* score = cosine x weight, of the interest where that is largest, x 0.5^(age / half-life): the
 * plain cosine (1 - d/2 of a cosine distance d is another thing), and 0 where it is less.  Without
 * interests: log2 (1 + sources of the story) x 0.5^(age / half-life).  Entries get their place by
 * it. */
bool feed_interest(struct feed *feed, struct feed_taste *taste, int64_t now_ms, size_t most);
/* Entries that are in, by place: pointers into feed, the caller's; their number in *count. */
struct feed_entry **feed_ranked(struct feed *feed, size_t *count);

#endif

/* The articles that are being fetched: which may be asked for next, and which were asked for long
 * enough.  One for each item.  Pure: utc_ms is the time of day, now_ms the writer's clock. */
#ifndef WEIR_STORER_FULLS_H
#define WEIR_STORER_FULLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fulls;

struct fulls_limits {
    size_t most;             /* at once, waiting ones included */
    size_t out;              /* under way at once */
    size_t host_requests;    /* of these, at one host */
    int64_t host_spacing_ms; /* between two requests to one host */
    unsigned tries;          /* times that one is sent, at most */
};

struct full {
    uint64_t item;
    uint64_t host;    /* a hash of its name */
    int64_t until_ms; /* UTC */
    int64_t sent_ms;  /* the writer's clock */
    unsigned tries;   /* times sent */
    bool out;
};

struct fulls *fulls_create(const struct fulls_limits *limits);
/* Takes NULL. */
void fulls_destroy(struct fulls **fulls);
void fulls_clear(struct fulls *fulls);

/* false: there are as many as there may be. */
bool fulls_add(struct fulls *fulls, uint64_t item, uint64_t host, int64_t until_ms);
/* Lent until the next call that adds or ends one; NULL where there is none. */
const struct full *fulls_find(const struct fulls *fulls, uint64_t item);
void fulls_end(struct fulls *fulls, uint64_t item);

/* The one to send now, in the order they were added; NULL: none may go. */
const struct full *fulls_pick(const struct fulls *fulls, int64_t now_ms);
void fulls_sent(struct fulls *fulls, uint64_t item, int64_t now_ms);
/* It came back unanswered and without blame: it goes again. */
void fulls_returned(struct fulls *fulls, uint64_t item);
/* Those that are out may be lost: they go again, if they may be sent once more. */
void fulls_lost(struct fulls *fulls);
/* One whose time is over, or that was lost as often as it may be sent; NULL: there is none. */
const struct full *fulls_over(const struct fulls *fulls, int64_t utc_ms);

size_t fulls_count(const struct fulls *fulls);
size_t fulls_out(const struct fulls *fulls);

#endif

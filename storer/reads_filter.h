/* What a list is to have: by a query, a view, by marks. */
#ifndef WEIR_STORER_READS_FILTER_H
#define WEIR_STORER_READS_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/mark.h"

struct idset;
struct json_t;
struct reads;

struct reads_filter {
    uint64_t head;
    struct idset *marks[MARKS];
    struct idset *set;    /* the items that match; NULL: all do */
    uint64_t count;       /* of them, of ids up to head */
    struct json_t *notes; /* what the query has to say beside its result: keys for the answer */
};

/* From the query's arguments: query, view; unread, read, starred, hidden: true = only such; all:
 * true = hidden ones, too, which are left out otherwise.  false after reads_fail, or where the
 * connection failed; free it in any case. */
bool reads_filter(struct reads *reads, struct reads_filter *filter);
/* The marks alone. */
bool reads_filter_marks(struct reads *reads, struct reads_filter *filter);
void reads_filter_free(struct reads_filter *filter);
/* A story as lists have it, with its figures; the caller's.  NULL: there is none. */
struct json_t *reads_story_of(struct reads *reads, const struct reads_filter *filter, uint64_t id);
/* Narrows it further. */
void reads_filter_and(struct reads_filter *filter, const struct idset *set);
bool reads_filter_has(const struct reads_filter *filter, uint64_t id);
/* Sets read, starred, hidden of an item's object. */
void reads_filter_put(const struct reads_filter *filter, struct json_t *item, uint64_t id);

#endif

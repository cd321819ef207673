/* What lists share: their words and options as arguments, what is to be said of a query, bands. */
#ifndef WEIR_READER_LISTING_H
#define WEIR_READER_LISTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;
struct call;

/* The words of the command line from the first on as one query; NULL (told): it is not UTF-8. */
json_t *listing_query(const struct call *call, int first);
/* Sets query, view, since_ms and the switches unread, starred, hidden, all, where they were given.
 * false: told. */
bool listing_arguments(const struct call *call, json_t *args);

/* Appends what has to be said of a query's answer: a caret under the place from which on it could
 * not be read; that only the newest items with a common word were looked at.  Nothing where all is
 * well. */
void listing_remarks(struct buf *out, const json_t *answer, const char *query);

/* The band of a time: 0 "last 15 minutes", "last hour", "last 24 hours", "last 48 hours", 4
 * "older". */
int listing_band(int64_t time_ms, int64_t now_ms);
const char *listing_band_name(int band);

#endif

/* HTTP statuses in words (RFC 9110 section 15, RFC 6585, RFC 7725).  Pure. */
#ifndef WEIR_FETCHER_STATUS_H
#define WEIR_FETCHER_STATUS_H

#include <stdbool.h>

struct buf;
struct options;

/* Appends what a response that is no document means, and what can be done: "HTTP status 404 Not
 * Found".  options: what the request was made with, NULL for none; nothing of it is shown. */
void status_words(long status, const struct options *options, struct buf *out);
/* 429 and 503: ask later. */
bool status_is_throttled(long status);

#endif

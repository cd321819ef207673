/* Where the feed of a web page may be: addresses, best first.  Pure: it asks nobody.
 *
 * Order: the page's own feeds (link alternates), those of its site first; its links that plainly
 * look like feeds; alternates of types that need not be feeds; feeds of comments; then the paths at
 * which feeds usually lie, below the page and at the root of its site, in turns. */
#ifndef WEIR_FETCHER_DISCOVER_H
#define WEIR_FETCHER_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct discover;
struct feed;
struct msg_alternate;

enum { DISCOVER_ALTERNATES = 32 }; /* as many as a report names */

/* page: what feed_parse () made of the page (FEED_HTML); url: its address after redirects; most:
 * addresses to be given at most.  Both are copied from.  Addresses that are not http(s), that carry
 * user information, or that are the page's own are left out; each is there once.
 * Caller owns the result. */
struct discover *discover_create(const struct feed *page, const char *url, size_t most);
void discover_destroy(struct discover **discover);
/* The list as text, to be sent to another thread, and back; what cannot be read is left out. Caller
 * owns the result. */
void discover_write(const struct discover *discover, struct buf *out);
struct discover *discover_read(struct span text);
/* The next address to try, borrowed; NULL: there is none left, or most were given. */
const char *discover_next(struct discover *discover);
/* One of those given was a web page again, a directory of feeds perhaps: what that page names comes
 * next, but for what is known already.  Takes more (and nulls it), made of that page. */
void discover_join(struct discover *discover, struct discover **more);
/* How many were given. */
size_t discover_tried(const struct discover *discover);
/* The feeds that the page itself names, best first: all of them, or those that were not tried where
 * one was found (found is its address, NULL: none was).  out has room for DISCOVER_ALTERNATES.
 * Returns how many; text is borrowed from discover. */
size_t discover_alternates(const struct discover *discover, const char *found,
                           struct msg_alternate *out);
/* Whether an address plainly looks like that of a feed. */
bool discover_looks_like_feed(const char *url);

#endif

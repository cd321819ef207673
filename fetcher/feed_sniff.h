/* What a document is, from its first bytes.  Pure. */
#ifndef WEIR_FETCHER_FEED_SNIFF_H
#define WEIR_FETCHER_FEED_SNIFF_H

#include "common/buf.h"

enum feed_sniff {
    FEED_SNIFF_EMPTY,
    FEED_SNIFF_XML, /* a feed, most likely */
    FEED_SNIFF_JSON,
    FEED_SNIFF_PAGE, /* HTML */
    FEED_SNIFF_OTHER,
};

/* text is UTF-8; what stands before the document (white space, a server's warnings) is taken off.
 */
enum feed_sniff feed_sniff(struct span *text);
/* The name of the first element, prefix included; empty where text comes before it. */
struct span feed_sniff_root(struct span text);

#endif

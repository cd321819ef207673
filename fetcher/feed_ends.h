/* Whether a document that is not well-formed has come whole.  Pure. */
#ifndef WEIR_FETCHER_FEED_ENDS_H
#define WEIR_FETCHER_FEED_ENDS_H

#include "common/buf.h"
#include "fetcher/feed.h"

/* text is UTF-8 and begins with the document's first tag or "{".  Linear. */
enum feed_ends feed_ends(struct span text);

#endif

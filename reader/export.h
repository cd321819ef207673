/* The forms of an export; each writes to a stream, a page at a time. */
#ifndef WEIR_READER_EXPORT_H
#define WEIR_READER_EXPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "common/buf.h"

struct call;

/* The items that args (query, view, since_ms, source) name, as JSON Lines or as one JSON Feed 1.1
 * with an item a line.  args is consumed.  0 or an exit code, told. */
int export_lines(const struct call *call, json_t *args, FILE *out);
int export_feed(const struct call *call, json_t *args, FILE *out);
/* The subscriptions as OPML 2.0, categories nested.  Credentials, headers, cookies and other
 * private settings are not written, and it is told whose are missing. */
int export_opml(const struct call *call, FILE *out);

/* --- pure ------------------------------------------------------------------------------------- */

/* An item of the storer's export as the item of a JSON Feed; the caller's. */
json_t *export_feed_item(const json_t *item);
/* Whether a source is one: not what was removed, nor what items were imported into. */
bool export_is_subscription(const json_t *source);
/* Appends the list; sources as source.list gives them. */
void export_opml_text(const json_t *sources, struct buf *out);

#endif

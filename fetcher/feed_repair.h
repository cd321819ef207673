/* The small parts of repairing XML: text, names, attributes.  Not for use outside feed_*.c. */
#ifndef WEIR_FETCHER_FEED_REPAIR_H
#define WEIR_FETCHER_FEED_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* Appends text as XML text: references that XML knows stay, those of HTML become numbers, every
 * other & is escaped, and so are < and ]]>. */
void feed_repair_text(struct span text, struct buf *out);
/* The element name at the start of text (ASCII only); empty where there is none. */
struct span feed_repair_name(struct span text);
/* Reads the attributes behind a name up to and with ">", appends them well-formed, each once, and
 * says whether the tag closes itself.  Returns the bytes read; 0: this is no tag. */
size_t feed_repair_attrs(struct span text, struct buf *out, bool *closed);

#endif

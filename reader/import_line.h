/* A line of an import, as the item of a JSON Feed.  Pure. */
#ifndef WEIR_READER_IMPORT_LINE_H
#define WEIR_READER_IMPORT_LINE_H

#include <jansson.h>

#include "common/buf.h"

enum import_line_kind {
    IMPORT_LINE_ITEM,  /* *item is the caller's */
    IMPORT_LINE_BLANK, /* nothing, or a frame around items: the first and last line of a JSON Feed
                        * as `weir export` writes it */
    IMPORT_LINE_BAD,   /* *why says so, a constant */
};

/* Reads what `weir export --jsonl` writes (an object with a `guid`), and items of JSON Feed 1.1
 * (with an `id`), a comma behind them or not.  Times, address and text go through as they are.
 *
 * Items of several sources meet in one import, so a guid that is no address (nothing with a scheme,
 * such as https: or urn:) is written behind that of its source: SOURCE#GUID. */
enum import_line_kind import_line(struct span line, json_t **item, const char **why);

/* The guid that is unique beyond its source, as above; appended to out. */
void import_guid(const char *source_url, const char *guid, struct buf *out);

#endif

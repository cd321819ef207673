/* A text with marks around what was found in it, made a plain text and a list of ranges.  Pure. */
#ifndef WEIR_STORER_MARKED_H
#define WEIR_STORER_MARKED_H

#include <stddef.h>

#include "common/buf.h"

/* Around what was found; texts of items have no such characters, and
 * where one does it is dropped like the others. */
enum {
    MARKED_BEGIN = 1,
    MARKED_END = 2,
    MARKED_MOST = 64, /* ranges; further ones are not told */
};

struct marked {
    struct buf text; /* without the marks; bytes that are no UTF-8 are U+FFFD */
    size_t count;
    struct {
        size_t at, length; /* in characters of the text, code points */
    } ranges[MARKED_MOST];
};

/* Start with {0}; emptied first.  A mark that is never ended ends with the text. */
void marked_read(struct span text, struct marked *out);
void marked_free(struct marked *marked);

#endif

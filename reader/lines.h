/* Lines of a file, each within a bound. */
#ifndef WEIR_READER_LINES_H
#define WEIR_READER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/buf.h"

/* Reads the next line, without its end, into *line.  false at the end of the file, and after an
 * error (ferror).  *too_long: it has more than most bytes, and *line is its beginning. */
bool lines_next(FILE *file, size_t most, struct buf *line, bool *too_long);

#endif

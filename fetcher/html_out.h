/* Where cleaned HTML and plain text go: bounded buffers, escaping, folding of white space.  Pure.
 */
#ifndef WEIR_FETCHER_HTML_OUT_H
#define WEIR_FETCHER_HTML_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/buf.h"

/* Bytes that may still be written; SIZE_MAX where there is no bound. */
struct html_out {
    struct buf *buf; /* borrowed; NULL: everything is thrown away */
    size_t limit;    /* length that buf must not exceed */
    size_t reserved; /* bytes kept back for the end tags of what is open */
    bool full;       /* something did not fit: nothing more is written */
};

/* Whether n more bytes fit, together with what is reserved; if not, the output is full from now on.
 */
bool html_out_fits(struct html_out *out, size_t n);

/* Reads the character references in `raw`, and appends its characters, cleaned: no controls but tab
 * and newline, nothing that is not UTF-8.  Escaped (& < > ") if so asked.  Where it does not fit it
 * is cut between two characters. */
void html_out_text(struct html_out *out, struct span raw, bool escape);

/* Plain text, with its white space folded. */
struct html_plain {
    struct html_out out;
    size_t start;  /* length of the buffer at the beginning */
    char gap;      /* what separates the next word: 0, ' ' or '\n' */
    bool one_line; /* '\n' is never written */
};

void html_plain_text(struct html_plain *plain, struct span raw);
/* A block begins or ends here. */
void html_plain_break(struct html_plain *plain, char gap);

#endif

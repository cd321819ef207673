/* Percent-encoding (RFC 3986 section 2.1).  Pure. */
#ifndef WEIR_COMMON_PERCENT_H
#define WEIR_COMMON_PERCENT_H

struct buf;
struct span;

/* Adds text to out with its percent-encoding undone; a percent sign without two hexadecimal digits
 * stays as it is. */
void percent_decode(struct span text, struct buf *out);

#endif

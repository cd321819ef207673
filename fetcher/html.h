/* HTML that strangers wrote: reduced to an allow-list, or to its text.  Cut into tags and text as
 * the HTML Living Standard says (13.2.5); everything that comes out is written anew.  The tokeniser
 * is our own: libxml2's HTML parser looks for each end tag among all open elements, which took 12.8
 * s for 80,000 nested elements with as many stray end tags.  Pure: nothing is fetched.
 *
 * Input is UTF-8 (bytes that are not are replaced by U+FFFD).  Output is valid UTF-8 without
 * control characters other than tab and newline. */
#ifndef WEIR_FETCHER_HTML_H
#define WEIR_FETCHER_HTML_H

#include <stddef.h>
#include "common/buf.h"

/* Appends the cleaned piece to *html and its plain text to *text; either may be NULL.
 *
 * html: allowed elements and attributes only, balanced, properly nested, quoted and escaped.
 * Script, style, frames, SVG and the like go with their content; other unknown elements go and
 * their content stays.  Event handlers, forms, tracking pixels, addresses that are not on
 * url_resolve's list: gone.  Links are resolved against base_url (NULL: relative ones stay
 * relative).  Images that wait for a script (data-src, ...) get their address.  Sanitising the
 * result again gives the same result.
 *
 * text: the words, white space folded to one space, a newline between blocks, none at the ends.
 *
 * max_out bounds what is appended to each of the two, in bytes; beyond it content is left out and
 * open elements are still closed within the bound.  0 means no bound.  Time and memory are linear
 * in in.n. */
void html_sanitise(struct span in, const char *base_url, size_t max_out, struct buf *html,
                   struct buf *text);

/* Appends the text alone, on one line: tags removed, character references read, white space folded.
 * For titles and names. */
void html_text(struct span in, struct buf *text);

#endif

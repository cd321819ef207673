/* The readable part of a web page: its article, without navigation, comments, banners and lists of
 * links.  Pure: nothing is fetched, and time and memory are linear in the page.
 *
 * The method is that of Readability (Arc90 Labs, 2009; as continued in Mozilla's Readability.js):
 * each paragraph gives points for its length and its commas to the element around it, and half of
 * them to the one around that; an element's points are lowered by the share of its text that is
 * link text, and raised or lowered by its class and id; the best one is the article, together with
 * those of its neighbours that are good enough, and what within looks like a list of links goes.
 * Differences: the page is cut into tokens by html_token.h, and its tree holds blocks only, 256
 * deep at most (deeper ones count as part of those); letters are counted, wide ones (Chinese,
 * Japanese, Korean) twice, and their full stops and pauses count as commas; where too little is
 * left, it is tried again with fewer rules, three times in all. */
#ifndef WEIR_FETCHER_READABLE_H
#define WEIR_FETCHER_READABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

/* Appends the article to *html (cleaned as html_sanitise does, links resolved against base_url)
 * and its plain text to *text, each within max_out bytes; 0 means no bound.  in is UTF-8.
 *
 * false where there are fewer than `least` letters of it: *html and *text are then as they were. */
bool readable_extract(struct span in, const char *base_url, size_t least, size_t max_out,
                      struct buf *html, struct buf *text);

#endif

/* Addresses that a page loads at once: images and their candidates, sound, film. */
#ifndef WEIR_FETCHER_HTML_IMAGE_H
#define WEIR_FETCHER_HTML_IMAGE_H

#include <stdbool.h>
#include "common/buf.h"
#include "fetcher/html_token.h"

/* The address, resolved; NULL where it is none that may be loaded: other than http, https and small
 * pictures in data: addresses, or one that only counts readers.  Caller owns the result. */
char *html_image_url(const char *base, struct span value);
/* Appends the candidates of a srcset that may be loaded (HTML Living Standard, 4.8.4.2.1). */
void html_image_srcset(struct buf *out, const char *base, struct span value);
/* Whether its attributes make an image invisible: at most one pixel wide and high. */
bool html_image_invisible(const struct html_token *token);

#endif

/* Attributes of the elements that stay: cleaned, resolved, quoted. */
#ifndef WEIR_FETCHER_HTML_ATTR_H
#define WEIR_FETCHER_HTML_ATTR_H

#include <stdbool.h>
#include "common/buf.h"
#include "fetcher/html_rules.h"
#include "fetcher/html_token.h"

/* Appends the start tag with what may stay of its attributes to *out.  False where the element must
 * go altogether: an image without an address, or one that only counts readers. */
bool html_attr_write(struct buf *out, const struct html_element *element,
                     const struct html_token *token, const char *base);
/* Whether the element says that it is not to be shown (the hidden attribute). */
bool html_attr_hidden(const struct html_token *token);

#endif

/* Text on a terminal: how many columns it takes, where it may be cut, and what of it may be shown.
 *
 * Columns are those of wcwidth () as terminals have it (UAX #11; marks take none), of whole
 * clusters: a letter with its marks, an emoji with what is joined to it, a pair of regional
 * indicators.  Clusters are the extended ones of UAX #29, in short.  Pure: no locale. */
#ifndef WEIR_READER_WIDTH_H
#define WEIR_READER_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

/* Of one character by itself: 0, 1 or 2; a control character is 1, the space that is shown for it.
 */
int width_of(uint32_t c);
/* The bytes of the cluster that text (not empty) begins with, and its columns. */
size_t width_cluster(struct span text, int *columns);
int width_columns(struct span text);
/* The beginning of a text that takes at most so many columns, cut between clusters; *columns are
 * those it takes. */
struct span width_clip(struct span text, int most, int *columns);

/* Appends what of a text may reach a terminal: control characters, line separators among them,
 * become spaces; what turns or hides the text of others (direction marks, tags, annotations) is
 * left out, as are marks beyond the eighth on one letter; bytes that are no UTF-8 become U+FFFD.
 * lines: newlines and tabs remain. */
void width_add_safe(struct buf *out, struct span text, bool lines);
/* Whether a character is shown as it is. */
bool width_is_safe(uint32_t c);

#endif

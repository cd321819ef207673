/* What a person starred and read, and when: what the main feed goes by. A bounded table, fed by
 * marks of single items and stories (not of whole sources, queries or times, nor by rules) and by
 * `read`. */
#ifndef WEIR_STORER_INTEREST_H
#define WEIR_STORER_INTEREST_H

#include <stdbool.h>
#include <stdint.h>

#include "storer/mark.h"

struct writer;

/* A person marked an item, or took the mark away, in the open transaction; MARK_HIDDEN is no
 * matter. Starring outlasts reading. The item is there. */
void interest_marked(struct writer *writer, enum mark_kind kind, uint64_t item, bool on,
                     int64_t utc_ms);

#endif

/* Reading state as readers see it. */
#ifndef WEIR_STORER_READS_MARKS_H
#define WEIR_STORER_READS_MARKS_H

#include <stdint.h>

#include "storer/mark.h"

struct idset;
struct reads;

/* All marked items of a kind, as of the transaction in hand: at most 250 blocks a million items.
 * The caller's; what was read until the connection failed or was stopped. */
struct idset *reads_mark_set(struct reads *reads, enum mark_kind kind);
/* The last sequence given: no item has a higher id. */
uint64_t reads_head(struct reads *reads);

#endif

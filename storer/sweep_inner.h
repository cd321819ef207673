/* What the files of the sweep share.  Each of the phases does a step until the clock
 * (clock_mono_us) says so, and gives true when it is through. */
#ifndef WEIR_STORER_SWEEP_INNER_H
#define WEIR_STORER_SWEEP_INNER_H

#include <stdbool.h>
#include <stdint.h>

struct writer;

typedef bool sweep_fn(struct writer *writer, int64_t until_us);

/* sweep_items.c */
sweep_fn sweep_age, sweep_sources, sweep_size;
/* sweep_rest.c */
sweep_fn sweep_texts, sweep_blobs, sweep_tombstones, sweep_merge;

#endif

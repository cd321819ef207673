/* A change of model in words.  Pure. */
#ifndef WEIR_READER_REEMBED_H
#define WEIR_READER_REEMBED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;

/* "1200 of 5000 (24 %), 3 without a vector"; no line end. */
void reembed_progress(struct buf *out, int64_t done, int64_t failed, int64_t items);
/* What the storer's answer to `reembed` means, in lines; dry: nothing was started. */
void reembed_words(struct buf *out, const json_t *answer, bool dry);
/* The line of `weir status` while the model changes; nothing otherwise.  stats: the storer's. */
void reembed_status(struct buf *out, const json_t *stats);

#endif

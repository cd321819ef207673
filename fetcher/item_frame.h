/* One feed entry as an item frame: sanitised, cut to the limits of the message.  Pure. */
#ifndef WEIR_FETCHER_ITEM_FRAME_H
#define WEIR_FETCHER_ITEM_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct config;
struct feed;
struct feed_entry;

/* Scratch, reused from entry to entry; start with {0}. */
struct item_scratch {
    struct buf title;
    struct buf content;
    struct buf text;
    struct buf categories;
};

void item_scratch_free(struct item_scratch *scratch);
/* Appends the frame to out; true where content was cut.  url: the document's address. */
bool item_frame_write(const struct config *config, const struct feed *feed,
                      const struct feed_entry *entry, const char *url, int64_t seen_ms,
                      struct item_scratch *scratch, struct buf *out);

#endif

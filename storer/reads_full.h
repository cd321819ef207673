/* Full texts (full_text.h), for verbs that read. */
#ifndef WEIR_STORER_READS_FULL_H
#define WEIR_STORER_READS_FULL_H

#include <jansson.h>
#include <stdint.h>

struct reads;

/* Sets `full` of an item: {state, asked_ms, got_ms, retry_ms, error, final_url, content?, text?,
 * truncated?}.  Nothing where the article was never asked for. */
void reads_put_full(struct reads *reads, json_t *item, int64_t id);

#endif

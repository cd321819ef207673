/* What weir next, back and forward show: the story, and how it was chosen. */
#ifndef WEIR_READER_CHOSEN_H
#define WEIR_READER_CHOSEN_H

#include <jansson.h>

struct buf;
struct client;

/* Adds to the options of an answer's `explain` the `title` of each source and story, as far as they
 * can be had. */
void chosen_name(struct client *client, json_t *explain);
/* place: the answer of next, back or forward; story and item: those it names. */
void chosen_print(struct buf *out, const json_t *place, const json_t *story, const json_t *item);

#endif

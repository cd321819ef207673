/* How the hits of a search look. */
#ifndef WEIR_READER_HITS_H
#define WEIR_READER_HITS_H

#include <jansson.h>
#include <stdbool.h>

struct buf;

/* Appends a text with its marks ([[at, length] ...] in characters) in colour, where that is used;
 * cut to at most width columns (0 = whole). */
void hits_marked(struct buf *out, const char *text, const json_t *marks, int width);
/* Appends a hit: a line with time, number, title and source, and a line with a piece of its text;
 * with explain why it stands where it does. */
void hits_show(struct buf *out, const json_t *hit, bool explain);
/* Appends what has to be said of an answer as a whole, a line each: half of it is missing, older
 * items were left out, no reranking, hits with some of the words.  Nothing where all is well. */
void hits_remarks(struct buf *out, const json_t *answer);

#endif

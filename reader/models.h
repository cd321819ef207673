/* How the model servers of embedders look in `status`.  Pure. */
#ifndef WEIR_READER_MODELS_H
#define WEIR_READER_MODELS_H

#include <jansson.h>

struct buf;

/* Appends a line for each embedder that has a model server, and one for what went wrong with it;
 * instances as in the answer of status.  Nothing where there is none. */
void models_print(struct buf *out, const json_t *instances);

#endif

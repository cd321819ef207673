/* What embedder.c and embedder_server.c share: nobody else includes this. */
#ifndef WEIR_EMBEDDER_EMBEDDER_INNER_H
#define WEIR_EMBEDDER_EMBEDDER_INNER_H

#include "embedder/embedder.h"

/* Takes work only while there is room: the rest waits in the link, and upstream slows down. */
void embedder_watch(struct embedder *embedder);
/* Stopping, and nothing is in hand any more: says so. */
void embedder_finish_if_empty(struct embedder *embedder);
/* Checks back end and model, and opens the model server where there is one; 0, or the exit code of
 * settings that cannot be. */
int embedder_open_server(struct embedder *embedder);

#endif

/* What the commands of views and rules share. */
#ifndef WEIR_STORER_COMMAND_QUERY_H
#define WEIR_STORER_COMMAND_QUERY_H

#include <jansson.h>
#include <stdbool.h>

#include "common/buf.h"

struct input;

/* A text argument; p is NULL where it is none. */
struct span command_text(const json_t *arguments, const char *name);
/* Refuses the command where its argument `query` cannot be read. */
bool command_query_wrong(struct input *input, const json_t *arguments);

#endif

/* Lists that come in pages. */
#ifndef WEIR_READER_PAGES_H
#define WEIR_READER_PAGES_H

#include <jansson.h>
#include <stdint.h>

struct config;

/* Asks for `name` (the list's key in the answer) until most elements are here, or all (most 0).
 * args is consumed; cursor is the argument that takes the answer's `next`; NULL: `next` is an
 * object whose members are the arguments.  0 and an array that is the caller's, or an exit code,
 * told. */
int pages_read(const struct config *config, const char *verb, json_t *args, const char *name,
               const char *cursor, int64_t most, json_t **list);

#endif

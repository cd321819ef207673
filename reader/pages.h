/* Lists that come in pages: what is asked for, and how they are shown. */
#ifndef WEIR_READER_PAGES_H
#define WEIR_READER_PAGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;
struct call;
struct config;

/* Asks for `name` (the list's key in the answer) until most elements are here, or all (most 0).
 * args is consumed; cursor is the argument that takes the answer's `next`; NULL: `next` is an
 * object whose members are the arguments.  0 and an array that is the caller's, or an exit code,
 * told. */
int pages_read(const struct config *config, const char *verb, json_t *args, const char *name,
               const char *cursor, int64_t most, json_t **list);
/* Reads the option --since, an age, into args as since_ms; false where it is none (told). */
bool pages_since(const struct call *call, json_t *args);
/* Prints a list: as JSON, or as what line appends for each element; none (NULL: nothing) is said of
 * an empty one.  The list is consumed. */
void pages_print(const struct call *call, json_t **list,
                 void (*line)(struct buf *out, const json_t *element), const char *none);

#endif

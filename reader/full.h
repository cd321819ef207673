/* Full texts: asked for, waited for, shown. */
#ifndef WEIR_READER_FULL_H
#define WEIR_READER_FULL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct call;

/* Asks for an item's article and waits for it, at most reader.timeout_ms.  0 and *full, the answer
 * of the verb `full` with state "here" (the caller's); else an exit code, told: 65 it failed, 75 it
 * is still being fetched.  again: also where one is here, or has failed a moment ago. */
int full_get(const struct call *call, int64_t item, bool again, json_t **full);

#endif

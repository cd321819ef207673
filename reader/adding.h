/* Subscribing to many sources with few queries. */
#ifndef WEIR_READER_ADDING_H
#define WEIR_READER_ADDING_H

#include <jansson.h>

struct call;

/* Adds a list of {url, title?, category?} (borrowed) and prints what came of it.  What is no http
 * or https address is named and left out; the rest is added, and the exit code is 65. */
int adding_run(const struct call *call, const json_t *sources);
/* An address as people type it: https:// is put before one without a scheme.  Caller owns it. */
char *adding_url(const char *word);

#endif

/* Subscribing to many sources with few queries, and what came of it. */
#ifndef WEIR_READER_ADDING_H
#define WEIR_READER_ADDING_H

#include <jansson.h>
#include <stdbool.h>

struct call;
struct client;

/* Adds a list of {url, ...} as source.add takes them (borrowed).  What is no http or https address
 * is named and left out, and counted as `refused`.  now: their first answer is waited for.  *total
 * gets the sum of the answers: {added, existing, refused, ids, new, now_ms}; the caller's, also
 * after an error.  0, or an exit code, told. */
int adding_ask(struct client *client, const json_t *sources, bool now, json_t **total);
/* Adds, and prints counts; the exit code is 65 where something was left out. */
int adding_run(const struct call *call, const json_t *sources);
/* An address as people type it: https:// is put before one without a scheme.  Caller owns it. */
char *adding_url(const char *word);

#endif

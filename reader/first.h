/* The first answers of sources that were just added: waiting for them, and telling what they
 * brought. */
#ifndef WEIR_READER_FIRST_H
#define WEIR_READER_FIRST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct buf;
struct client;
struct config;

enum { FIRST_MOST = 20 }; /* sources that are waited for */

/* Waits until the sources of ids have answered since then (the storer's clock), for at most
 * reader.timeout_ms, and not at all where nothing is being fetched: *why gets words where one has
 * not answered, else NULL.  0, or an exit code, told. */
int first_wait(const struct config *config, struct client *client, const json_t *ids,
               int64_t since_ms, const char **why);
/* Replaces what is in rows by the rows of ids.  0, or an exit code, told. */
int first_rows(struct client *client, const json_t *ids, json_t *rows);

/* Whether a row says that the source was asked since then and nothing of it is under way. */
bool first_answered(const json_t *row, int64_t since_ms);
/* Appends what is to be told of a row, a few lines; fresh: it was added, else it was there. */
void first_tell(struct buf *out, const json_t *row, bool fresh, bool answered);

#endif

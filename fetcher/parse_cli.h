/* `weir-fetcher --parse FILE`: shows what the feed reader makes of a document. */
#ifndef WEIR_FETCHER_PARSE_CLI_H
#define WEIR_FETCHER_PARSE_CLI_H

#include "common/buf.h"
#include "fetcher/feed.h"

struct json_t;

/* Reads the file ("-": standard input) and prints one JSON object on standard output: wellformed,
 * encoding, feed, entries (sanitised, as the pipeline would hand them on); for a web page,
 * alternates.  Returns an exit code of sysexits: 0, 65 where it is no feed (the reason goes to
 * standard error), 66 where the file cannot be read. */
int parse_cli(const char *path);

/* The same as an object; NULL unless *status is FEED_OK or FEED_HTML.  Caller owns it
 * (json_decref). */
struct json_t *parse_json(struct span body, const struct feed_context *ctx,
                          enum feed_status *status);

#endif

/* Commands that write, and stats.  They come from the query endpoint, join the writer's open batch
 * and are answered (query_answer) once the commit has made them true.
 *
 *   source.add {sources: [{url, title?, category?, interval_ms?, credentials?, options?}]}
 *                             -> {added, existing, ids: [...]}; category "a/b" is nested
 *   source.remove {id}        -> {removed}
 *   source.refresh {id?}      -> {asked}
 *   pause {} / resume {}      -> {paused}
 *   dead.retry {id?}          -> {asked}
 *   stats {}                  -> writer_stats
 *
 * A wrong argument is answered with code 64, an unknown id with 65, a store that cannot be written
 * to (disk full) with 74. */
#ifndef WEIR_STORER_COMMAND_H
#define WEIR_STORER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* A query_command_fn; self is the struct writer.  verb and json are borrowed for the call. */
void command_take(void *self, uint64_t token, const char *verb, const char *json);
/* Whether a verb is one of these. */
bool command_is(const char *verb);

#endif

/* Commands that write, and stats.  They come from the query endpoint, join the writer's open batch
 * and are answered (query_answer) once the commit has made them true.
 *
 *   source.add {sources: [{url, title?, category?, categories?, interval_ms?, credentials?,
 *               options?}], hi?}
 *                             -> {added, existing, ids: [...], new: [...]}; category "a/b" is
 * nested; credentials also as "user:password"; user information in the url is taken out of it; hi
 * 1: the new ones are asked at once; one that was removed, or gone, lives again; one that is there
 * stays as it is source.set {id, title?, category?, categories?, interval_ms?, options?}
 *                             -> {set}; options are merged (command_options.h); other options mean
 *                                that validators are forgotten and the source is asked at once
 *   source.remove {id}        -> {removed}
 *   source.refresh {id?}      -> {asked}
 *   pause {} / resume {}      -> {paused}
 *   dead.retry {id?}          -> {asked}
 *   stats {}                  -> writer_stats
 *
 * A wrong argument is answered with code 64, an unknown id with 65, a store that cannot be written
 * to (disk full) with 74.  All or none of a command is done. */
#ifndef WEIR_STORER_COMMAND_H
#define WEIR_STORER_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

/* A query_command_fn; self is the struct writer.  verb and json are borrowed for the call. */
void command_take(void *self, uint64_t token, const char *verb, const char *json);
/* Whether a verb is one of these. */
bool command_is(const char *verb);

#endif

/* The items that a command is about. */
#ifndef WEIR_STORER_READS_TARGET_H
#define WEIR_STORER_READS_TARGET_H

#include <stdint.h>

struct idset;
struct reads;

/* From the query's arguments: those named (items: [ids], story, stories: [ids]), or all that are of
 * a source, of a category or one below it, older than before_ms, found by query or view: what of
 * these is given must all be true; all: true where nothing is.  A set that is not complemented, the
 * caller's; NULL after reads_fail. */
struct idset *reads_target(struct reads *reads, uint64_t head);
/* The items of a source; of the sources of a category or one below it; older than a time. */
struct idset *reads_of_source(struct reads *reads, int64_t source);
struct idset *reads_of_category(struct reads *reads, const char *name);
struct idset *reads_of_before(struct reads *reads, int64_t before_ms);

#endif

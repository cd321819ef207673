/* Whether the store is whole: the file, its references, the text index, stories against items,
 * keys, vectors, and the sum of the design's section 3.1.  Reads only. */
#ifndef WEIR_STORER_VERIFY_H
#define WEIR_STORER_VERIFY_H

#include <jansson.h>
#include <stddef.h>

struct db_read;

/* The checks, in the order in which they are best made. */
size_t verify_count(void);
const char *verify_name(size_t check);
/* The number of a name; verify_count () where there is none. */
size_t verify_of(const char *name);

/* Makes one check, in a transaction of its own: {name, ok, ms, count, problems: [text, ...]}, with
 * at most 20 of count problems; `sum` adds {accepted, stored, updated, known, dead, under_way}.
 * Caller owns the result.  NULL where the watch of the connection stopped it (SQLite looks at it
 * everywhere but while `integrity` walks the pages of the file, some seconds a GiB).  A check that
 * the store's damage keeps from being made has that as its problem. */
json_t *verify_check(struct db_read *db, size_t check);

/* Checks a file and prints a line a check on standard output: `weir-storer --verify FILE`.  Gives
 * the exit code: 0, 65 where something is wrong, 74 where the file cannot be read as a store. */
int verify_cli(const char *path);

#endif

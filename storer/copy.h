/* A verified copy of a store: written beside its name, verified, and only then given it. */
#ifndef WEIR_STORER_COPY_H
#define WEIR_STORER_COPY_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

/* Told of the progress; phase is "copying", then "verifying", done and all are pages or checks.
 * true: give it up. */
typedef bool copy_fn(void *arg, const char *phase, int64_t done, int64_t all);

/* Copies the store `from` to `to`, which must not be there yet.  fresh: see db_backup.h.  Nothing
 * is left of a copy that fails, or is given up.  A fresh one gets the newest schema.  0; or an exit
 * code: 65 the copy does not stand `verify`, 64 `to` is there, 74 reading or writing failed, 75
 * given up; with a sentence in why. */
int copy_store(const char *from, const char *to, bool fresh, copy_fn *fn, void *arg,
               struct buf *why);

#endif

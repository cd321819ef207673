/* Putting a backup in the store's place: `weir-storer --restore FILE`. */
#ifndef WEIR_STORER_RESTORE_H
#define WEIR_STORER_RESTORE_H

struct config;

/* Refused while a storer holds the store.  The backup is copied beside the store, brought to the
 * newest schema and verified before anything else is touched; then the store that was there gets
 * another name, with its log, and the copy gets its name.  Tells each step on standard output.
 * Gives the exit code: 0; 65 the backup does not stand `verify`, 74 a disk failed; then the store
 * is as it was; 75 a storer holds it, or a signal came. */
int restore_cli(const char *file, const struct config *config);

#endif

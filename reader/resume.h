/* How far an import has come, in a file: so many lines of this import's input are done with. */
#ifndef WEIR_READER_RESUME_H
#define WEIR_READER_RESUME_H

#include <stdint.h>

/* The lines done with; 0 where there is no such file yet.  0 or an exit code, told: the file cannot
 * be read, or is of another import. */
int resume_read(const char *path, const char *source, int64_t *lines);
/* Writes it anew and renames it into place.  0 or an exit code, told. */
int resume_write(const char *path, const char *source, int64_t lines);

#endif

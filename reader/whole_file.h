/* A file that is there whole or not at all: written beside its place, and renamed. */
#ifndef WEIR_READER_WHOLE_FILE_H
#define WEIR_READER_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct whole_file {
    FILE *stream;
    char *path, *beside;
};

/* path NULL or "-": standard output.  0 or an exit code, told. */
int whole_file_open(struct whole_file *file, const char *path);
/* Puts it in place, flushed, where `good`; else it is removed.  0 or an exit code, told. */
int whole_file_close(struct whole_file *file, bool good);

#endif

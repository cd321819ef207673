/* Values of settings: as given, from a file, or from standard input. */
#ifndef WEIR_READER_VALUE_H
#define WEIR_READER_VALUE_H

#include <stdbool.h>

struct buf;

enum { VALUE_BYTES_MAX = 65536 };

/* Reads a value into out: `@FILE` is what the file says, `@-` the next line of standard input
 * (typed unseen on a terminal, where name is asked for), `@@…` begins with an at sign, all else is
 * itself. The line end behind the last line does not count.  0, or an exit code, told. */
int value_read(const char *name, const char *value, struct buf *out);
/* Whether it stood on the command line, where every user of the machine can see it. */
bool value_is_open(const char *value);

#endif

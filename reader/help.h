/* What --help prints. */
#ifndef WEIR_READER_HELP_H
#define WEIR_READER_HELP_H

#include "reader/call.h"

/* The options that every verb takes; ends with a name of NULL.  The last ones stand without a verb.
 */
extern const struct option help_common[];
/* A line for each exit code: {"0", "done"}; ends with NULL. */
extern const char *const help_codes[][2];

void help_all(void);
void help_verb(const struct verb *verb);

#endif

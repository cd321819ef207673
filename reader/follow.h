/* What tap and events share: they go on until Ctrl-C, SIGTERM, or somebody closes the other end. */
#ifndef WEIR_READER_FOLLOW_H
#define WEIR_READER_FOLLOW_H

#include <stdbool.h>

enum { FOLLOW_TURN_MS = 200 }; /* longest wait before follow_ended is looked at again */

/* From now on SIGINT and SIGTERM are noted.  SIGPIPE is ignored: a write fails instead. */
void follow_start(void);
/* Whether a signal came, or standard output takes no more. */
bool follow_ended(void);

#endif

/* Ctrl-C while an answer is waited for: the storer is told first, so that it stops at once. */
#ifndef WEIR_READER_INTERRUPT_H
#define WEIR_READER_INTERRUPT_H

#include <stdbool.h>

/* From here until interrupt_end a SIGINT is noted and does not end the process; not where somebody
 * else has a handler for it. */
void interrupt_start(void);
bool interrupt_came(void);
/* Ends the process by the SIGINT that came, as the shell expects, if one did. */
void interrupt_end(void);

#endif

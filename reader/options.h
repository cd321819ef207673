/* The command line of weir: options may stand anywhere; `--` ends them. */
#ifndef WEIR_READER_OPTIONS_H
#define WEIR_READER_OPTIONS_H

struct call;

/* Fills call; -1 to go on, else an exit code, everything told.  options_end () also after a
 * failure. */
int options_read(struct call *call, int argc, char **argv);
void options_end(struct call *call);

#endif

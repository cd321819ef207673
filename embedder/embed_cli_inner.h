/* What the one-shot commands share: nobody else includes this. */
#ifndef WEIR_EMBEDDER_EMBED_CLI_INNER_H
#define WEIR_EMBEDDER_EMBED_CLI_INNER_H

#include <jansson.h>
#include <stdio.h>

/* The file, or standard input for "-"; NULL with words on standard error. */
FILE *cli_open(const char *path);
/* Closes the input; 0, or EX_IOERR where reading it or writing the results failed. */
int cli_finish(FILE *file, const char *path);
/* Prints the object as one line and releases it. */
void cli_print(json_t *json);

#endif

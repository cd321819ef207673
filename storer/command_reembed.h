/* The command `reembed` (see command.h). */
#ifndef WEIR_STORER_COMMAND_REEMBED_H
#define WEIR_STORER_COMMAND_REEMBED_H

struct input;
struct json_t;
struct writer;

/* Says how a change of model stands, or what one would do; unless dry_run is true, missing vectors
 * are asked for at once, and items are tried again for which the next model gave none. */
void command_reembed(struct writer *writer, struct input *input, struct json_t *arguments);

#endif

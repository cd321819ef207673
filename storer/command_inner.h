/* What the files of commands share. */
#ifndef WEIR_STORER_COMMAND_INNER_H
#define WEIR_STORER_COMMAND_INNER_H

#include <jansson.h>

struct input;
struct writer;

/* Carries a command out within the open transaction; it may be called again with the same input
 * where that transaction failed.  arguments is an object, borrowed. */
typedef void command_fn(struct writer *writer, struct input *input, json_t *arguments);

/* storer/command*.c; what they do stands in command.h. */
#define COMMAND(name, fn) command_fn fn;
#include "storer/command.def"
#undef COMMAND

/* The answer once all is committed: takes over json; or an exit code with a sentence. */
void command_answer(struct input *input, json_t *json);
void command_refuse(struct input *input, int code, const char *why);

#endif

/* Commands about sources; see command.h. */
#ifndef WEIR_STORER_COMMAND_SOURCE_H
#define WEIR_STORER_COMMAND_SOURCE_H

#include <jansson.h>

struct input;
struct writer;

void command_source_add(struct writer *writer, struct input *input, json_t *arguments);
void command_source_remove(struct writer *writer, struct input *input, json_t *arguments);
void command_source_refresh(struct writer *writer, struct input *input, json_t *arguments);

/* The answer once all is committed: takes over json; or an exit code with a sentence. */
void command_answer(struct input *input, json_t *json);
void command_refuse(struct input *input, int code, const char *why);

#endif

/* sweep. */
#include "storer/command_inner.h"
#include "storer/sweep.h"
#include "storer/writer_inner.h"

void command_sweep(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    command_answer(input, json_pack("{s:I}", "pass", (json_int_t)sweep_now(writer)));
}

#include "reader/later.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/mem.h"
#include "reader/print.h"

static struct {
    bool wanted, left, json;
    json_t *call;
    char *verb; /* of the answer that is here, or was */
    json_t *answer;
} state;

void later_start(int argc, char **argv, bool json)
{
    state.json = json;
    state.wanted = true;
    state.call = json_array();
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--later") != 0)
            json_array_append_new(state.call, json_string(argv[i]));
}

bool later_takes(const char *verb, const json_t *args, json_t **later)
{
    *later = NULL;
    if (!state.wanted)
        return false;
    if (state.left)
        return true;
    state.left = true;
    *later = json_object();
    json_object_set_new(*later, "verb", json_string(verb));
    if (args)
        json_object_set_new(*later, "args", json_deep_copy(args));
    json_object_set_new(*later, "call", state.call);
    return true;
}

void later_told(const json_t *answer)
{
    if (state.json)
        print_json((json_t *)(uintptr_t)answer);
    else
        puts(print_text(answer, "ticket"));
}

void later_give(const char *verb, json_t *answer)
{
    state.verb = mem_strdup(verb);
    state.answer = json_incref(answer);
}

bool later_answers(const char *verb, json_t **answer)
{
    *answer = NULL;
    if (!state.verb)
        return false;
    if (strcmp(state.verb, verb) != 0)
        return true;
    *answer = state.answer;
    state.answer = NULL;
    return *answer != NULL; /* further pages are asked for as always */
}

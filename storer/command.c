/* Commands that write, and stats. */
#include "storer/command.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/mem.h"
#include "storer/command_inner.h"
#include "storer/command_source.h"
#include "storer/db_fetch.h"
#include "storer/query.h"
#include "storer/writer_inner.h"

static void answer(struct input *input, char *json)
{
    free(input->answer);
    input->answer = json;
    input->code = APP_OK;
}

void command_refuse(struct input *input, int code, const char *why)
{
    free(input->error);
    input->error = mem_strdup(why);
    input->code = code;
}

void command_answer(struct input *input, json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);

    answer(input, mem_strdup(text));
    free(text);
    json_decref(json);
}

static void set_paused(struct writer *writer, struct input *input, bool paused)
{
    if ((writer->meta.paused != 0) != paused)
        log_notice(paused ? "paused" : "unpaused", "by=command");
    writer->meta.paused = paused;
    answer(input, mem_printf("{\"paused\":%s}", paused ? "true" : "false"));
}

void command_pause(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    set_paused(writer, input, true);
}

void command_resume(struct writer *writer, struct input *input, json_t *arguments)
{
    (void)arguments;
    set_paused(writer, input, false);
}

void command_dead_retry(struct writer *writer, struct input *input, json_t *arguments)
{
    int64_t id = json_integer_value(json_object_get(arguments, "id"));
    int64_t asked = db_dead_ask(writer->db, id > 0 ? (uint64_t)id : 0);

    if (asked < 0) {
        command_refuse(input, APP_DATA, "there is no such dead letter");
    } else if (asked == 0 && id > 0) {
        command_refuse(input, APP_DATA,
                       "this dead letter kept no content; refresh its source instead");
    } else {
        writer->retries_asked = true;
        answer(input, mem_printf("{\"asked\":%" PRId64 "}", asked));
    }
}

void command_stats(struct writer *writer, struct input *input, json_t *arguments)
{
    struct buf json = {0};

    (void)arguments;
    writer_stats(writer, &json);
    answer(input, buf_take(&json));
}

static const struct {
    const char *verb;
    command_fn *fn;
} commands[] = {
#define COMMAND(name, fn) {name, fn},
#include "storer/command.def"
#undef COMMAND
};

static command_fn *find(const char *verb)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(commands[i].verb, verb) == 0)
            return commands[i].fn;
    return NULL;
}

bool command_is(const char *verb)
{
    return find(verb) != NULL;
}

void command_apply(struct writer *writer, struct input *input)
{
    command_fn *fn = find(input->verb);
    json_error_t error;
    json_t *arguments =
        json_loads(*input->json ? input->json : "{}", JSON_REJECT_DUPLICATES, &error);

    if (!json_is_object(arguments)) {
        char *why = mem_printf("arguments are no JSON object: %s", arguments ? "" : error.text);

        command_refuse(input, APP_USAGE, why);
        free(why);
    } else {
        fn(writer, input, arguments);
    }
    json_decref(arguments);
}

/* Stats change nothing, and are wanted most when the store is stuck. */
static void answer_now(struct writer *writer, uint64_t token)
{
    struct buf json = {0};

    writer_stats(writer, &json);
    query_answer(writer->query, token, APP_OK, NULL, json.data);
    buf_free(&json);
}

void command_take(void *self, uint64_t token, const char *verb, const char *json)
{
    struct writer *writer = self;
    struct input *input = NULL;

    if (!find(verb)) {
        query_answer(writer->query, token, APP_USAGE, "unknown verb", NULL);
    } else if (strcmp(verb, "stats") == 0) {
        answer_now(writer, token);
    } else if (writer->stuck != DB_OK) {
        char *why = mem_printf("the store cannot be written to: %s", db_error_name(writer->stuck));

        query_answer(writer->query, token, APP_IO, why, NULL);
        free(why);
    } else if (writer->stopping) {
        query_answer(writer->query, token, APP_LEFT, "the storer is stopping", NULL);
    } else {
        input = mem_calloc(1, sizeof(*input));
        *input = (struct input){.kind = INPUT_COMMAND,
                                .token = token,
                                .verb = mem_strdup(verb),
                                .json = mem_strdup(json ? json : "")};
        batch_input(writer, input);
    }
}

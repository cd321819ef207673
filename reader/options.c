#include "reader/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/app_options.h"
#include "common/config.h"
#include "common/mem.h"
#include "common/nearest.h"
#include "reader/call.h"
#include "reader/help.h"
#include "reader/width.h"

/* While the line is read. */
struct line {
    int argc;
    char **argv;
    int at;
    bool ended; /* by -- */
    const char *file;
    char **assignments;
    int assignment_count;
    bool help;
};

/* What is told may quote strangers. */
int call_fail(int code, const char *format, ...)
{
    struct buf safe = {0};
    char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    width_add_safe(&safe, span_str(text), true);
    fprintf(stderr, "weir: %s\n", safe.len ? safe.data : "");
    buf_free(&safe);
    free(text);
    return code;
}

/* --- values ----------------------------------------------------------------------------------- */

static int option_index(const struct verb *verb, const char *name)
{
    for (int i = 0; verb && verb->options[i].name; i++)
        if (strcmp(verb->options[i].name, name) == 0)
            return i;
    return -1;
}

const char *call_option(const struct call *call, const char *name)
{
    int i = option_index(call->verb, name);

    return i < 0 ? NULL : call->values[i];
}

static bool whole_number(const char *text, int64_t *value)
{
    char *end = NULL;

    errno = 0;
    *value = strtoll(text, &end, 10);
    return *text && !*end && errno == 0;
}

bool call_number(const struct call *call, const char *name, int64_t none, int64_t least,
                 int64_t most, int64_t *value)
{
    const char *text = call_option(call, name);

    *value = none;
    if (!text)
        return true;
    if (whole_number(text, value) && *value >= least && *value <= most)
        return true;
    call_fail(APP_USAGE, "--%s takes a number from %lld to %lld, not '%s'", name, (long long)least,
              (long long)most, text);
    return false;
}

bool call_id(const char *word, int64_t *id)
{
    if (whole_number(word, id) && *id > 0)
        return true;
    call_fail(APP_USAGE, "a number is expected, not '%s'", word);
    return false;
}

/* --- reading ---------------------------------------------------------------------------------- */

static int usage(const struct call *call, const char *word, const char *what)
{
    return call_fail(APP_USAGE, "%s: %s (try weir %s%s--help)", word, what,
                     call->verb ? call->verb->name : "", call->verb ? " " : "");
}

/* The same of a word that is not known, with one that is like it. */
static int unknown(const struct call *call, const char *word, const char *what,
                   const struct nearest *nearest)
{
    bool dashes = call->verb || word[0] == '-';
    char *text = NULL;
    int code = 0;

    if (!nearest->word)
        return usage(call, word, what);
    text = mem_printf("%s; did you mean %s%s?", what, dashes ? "--" : "", nearest->word);
    code = usage(call, word, text);
    free(text);
    return code;
}

static int unknown_verb(const struct call *call, const char *word)
{
    struct nearest nearest = {0};

    for (int i = 0; verbs[i]; i++)
        nearest_try(&nearest, word, verbs[i]->name);
    return unknown(call, word, "no such verb", &nearest);
}

static int unknown_option(const struct call *call, const char *word, const char *name)
{
    struct nearest nearest = {0};

    for (const struct option *option = help_common; option->name; option++)
        nearest_try(&nearest, name, option->name);
    for (int i = 0; call->verb && call->verb->options[i].name; i++)
        nearest_try(&nearest, name, call->verb->options[i].name);
    return unknown(call, word,
                   call->verb ? "no such option" : "no such option (a verb comes first)", &nearest);
}

static const struct verb *verb_of(const char *name)
{
    for (int i = 0; verbs[i]; i++)
        if (strcmp(verbs[i]->name, name) == 0)
            return verbs[i];
    return NULL;
}

static int take_word(struct call *call, char *word)
{
    if (call->verb) {
        call->words[call->word_count++] = word;
        return -1;
    }
    call->verb = verb_of(word);
    return call->verb ? -1 : unknown_verb(call, word);
}

/* The value of the option at hand: behind its `=`, or the next argument; NULL where there is none.
 */
static const char *take_value(struct line *line, const char *equals)
{
    if (equals)
        return equals + 1;
    return line->at + 1 < line->argc ? line->argv[++line->at] : NULL;
}

static int take_setting(struct call *call, struct line *line, const char *name, const char *value)
{
    if (!value)
        return usage(call, name, "a value is expected");
    if (strcmp(name, "config") == 0)
        line->file = value;
    else
        line->assignments[line->assignment_count++] = (char *)(uintptr_t)value;
    return -1;
}

static int take_verb_option(struct call *call, struct line *line, const char *name,
                            const char *equals)
{
    int i = option_index(call->verb, name);
    const char *value = "";

    if (i < 0)
        return unknown_option(call, line->argv[line->at], name);
    if (call->verb->options[i].value)
        value = take_value(line, equals);
    else if (equals)
        return usage(call, line->argv[line->at], "takes no value");
    if (!value)
        return usage(call, line->argv[line->at], "a value is expected");
    call->values[i] = value;
    return -1;
}

static int take_colour(struct call *call, struct line *line, const char *equals)
{
    const char *value = take_value(line, equals);

    if (value && strcmp(value, "always") == 0)
        call->colour = CALL_COLOUR_ALWAYS;
    else if (value && strcmp(value, "never") == 0)
        call->colour = CALL_COLOUR_NEVER;
    else if (value && strcmp(value, "auto") == 0)
        call->colour = CALL_COLOUR_AUTO;
    else
        return usage(call, "--color", "always, never or auto is expected");
    return -1;
}

static int take_option(struct call *call, struct line *line)
{
    const char *word = line->argv[line->at] + 2;
    const char *equals = strchr(word, '=');
    char *name = mem_dup(word, equals ? (size_t)(equals - word) : strlen(word));
    int code = -1;

    if (strcmp(name, "help") == 0)
        line->help = true;
    else if (strcmp(name, "json") == 0)
        call->json = true;
    else if (strcmp(name, "later") == 0)
        call->later = true;
    else if (strcmp(name, "no-pager") == 0)
        call->no_pager = true;
    else if (strcmp(name, "color") == 0 || strcmp(name, "colour") == 0)
        code = take_colour(call, line, equals);
    else if (strcmp(name, "config") == 0 || strcmp(name, "set") == 0)
        code = take_setting(call, line, name, take_value(line, equals));
    else if (strcmp(name, "version") == 0)
        code = (printf("weir %s\n", app_version), APP_OK);
    else if (strcmp(name, "help-config") == 0)
        code = (config_print(stdout), APP_OK);
    else
        code = take_verb_option(call, line, name, equals);
    free(name);
    return code;
}

static int take(struct call *call, struct line *line)
{
    static char follow[] = "--follow", help[] = "--help", longer[] = "--long";
    char **word = &line->argv[line->at];

    if (line->ended || (*word)[0] != '-' || !(*word)[1])
        return take_word(call, *word);
    if (strcmp(*word, "--") == 0) {
        line->ended = true;
        return -1;
    }
    if (strcmp(*word, "-f") == 0)
        *word = follow;
    else if (strcmp(*word, "-h") == 0)
        *word = help;
    else if (strcmp(*word, "-l") == 0)
        *word = longer;
    /* "weir search river -flood": there are no other short options. */
    if ((*word)[1] != '-' && call->verb && strstr(call->verb->words, "QUERY"))
        return take_word(call, *word);
    if ((*word)[1] != '-')
        return usage(call, *word, "no such option");
    return take_option(call, line);
}

static int finish(struct call *call, const struct line *line)
{
    if (line->help)
        return (call->verb ? help_verb(call->verb) : help_all()), APP_OK;
    if (!call->verb)
        return help_all(), APP_USAGE;
    if (call->word_count < call->verb->least)
        return usage(call, call->verb->name, "something is missing");
    if (call->word_count > call->verb->most)
        return usage(call, call->words[call->verb->most], "one word too many");
    return -1;
}

int options_read(struct call *call, int argc, char **argv)
{
    struct line line = {.argc = argc, .argv = argv};
    int code = -1;

    call->words = mem_calloc((size_t)argc, sizeof(*call->words));
    line.assignments = mem_calloc((size_t)argc, sizeof(*line.assignments));
    for (line.at = 1; line.at < argc && code < 0; line.at++)
        code = take(call, &line);
    if (code < 0)
        code = finish(call, &line);
    if (code < 0) {
        code =
            app_settings("weir", line.file, line.assignments, line.assignment_count, &call->config);
        code = code ? code : -1;
    }
    free(line.assignments);
    return code;
}

void options_end(struct call *call)
{
    config_destroy(&call->config);
    free(call->words);
    *call = (struct call){0};
}

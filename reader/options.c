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
#include "reader/call.h"

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

int call_fail(int code, const char *format, ...)
{
    va_list args;

    fputs("weir: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
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

/* --- help ------------------------------------------------------------------------------------- */

static void print_option(const char *name, const char *value, const char *help)
{
    char *left = value ? mem_printf("--%s %s", name, value) : mem_printf("--%s", name);

    printf("  %-20s %s\n", left, help);
    free(left);
}

static void print_common(void)
{
    print_option("json", NULL, "print JSON");
    print_option("later", NULL, "leave the question with the storer, and print its ticket");
    print_option("config", "FILE", "settings, in ZPL (also $WEIR_CONFIG)");
    print_option("set", "KEY=VALUE", "one setting; wins over the environment and the file");
    print_option("help", NULL, "this text, or that of a verb");
}

static void print_all(void)
{
    puts("usage: weir VERB [WORD]... [OPTION]...\n"
         "Reads and steers a running Weir.\n");
    for (int i = 0; verbs[i]; i++)
        printf("  %-10s %s\n", verbs[i]->name, verbs[i]->summary);
    putchar('\n');
    print_common();
    print_option("help-config", NULL, "every setting with its default, range and meaning");
    print_option("version", NULL, "the version");
    puts("\nExit codes: 0 done, 64 wrong usage, 65 no such thing or a damaged store, 69 nobody\n"
         "answers, 74 the store or a file failed, 75 busy or out of time: try again.");
}

static void print_verb(const struct verb *verb)
{
    printf("usage: weir %s%s%s [OPTION]...\n%s\n", verb->name, *verb->words ? " " : "", verb->words,
           verb->summary);
    if (verb->more)
        printf("\n%s\n", verb->more);
    putchar('\n');
    for (int i = 0; verb->options[i].name; i++)
        print_option(verb->options[i].name, verb->options[i].value, verb->options[i].help);
    print_common();
}

/* --- reading ---------------------------------------------------------------------------------- */

static int usage(const struct call *call, const char *word, const char *what)
{
    return call_fail(APP_USAGE, "%s: %s (try weir %s%s--help)", word, what,
                     call->verb ? call->verb->name : "", call->verb ? " " : "");
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
    return call->verb ? -1 : usage(call, word, "no such verb");
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
        return usage(call, line->argv[line->at],
                     call->verb ? "no such option" : "no such option (a verb comes first)");
    if (call->verb->options[i].value)
        value = take_value(line, equals);
    else if (equals)
        return usage(call, line->argv[line->at], "takes no value");
    if (!value)
        return usage(call, line->argv[line->at], "a value is expected");
    call->values[i] = value;
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
    if ((*word)[1] != '-')
        return usage(call, *word, "no such option");
    return take_option(call, line);
}

static int finish(struct call *call, const struct line *line)
{
    if (line->help)
        return (call->verb ? print_verb(call->verb) : print_all()), APP_OK;
    if (!call->verb)
        return print_all(), APP_USAGE;
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

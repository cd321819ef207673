#include "common/app_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "common/config.h"
#include "common/mem.h"

struct options {
    const char *file;
    char **assignments;
    int count;
    const struct app_oneshot *oneshot; /* to be run with the settings, or NULL */
    const char *argument;              /* its */
};

static void print_help(const struct app_spec *spec)
{
    printf("usage: %s [--config FILE] [--set section.name=value]...\n%s\n\n"
           "  --config FILE     settings, in ZPL (also $WEIR_CONFIG)\n"
           "  --set KEY=VALUE   one setting; wins over the environment and the file\n"
           "  --help-config     every setting with its default, range and meaning\n"
           "  --version         the version\n"
           "  --help            this text\n",
           spec->name, spec->summary);
    for (const struct app_oneshot *one = spec->oneshots; one && one->name; one++) {
        char *option = mem_printf("--%s %s", one->name, one->argument ? one->argument : "");

        printf("  %-17s %s\n", option, one->help);
        free(option);
    }
}

static int usage(const struct app_spec *spec, const char *what, const char *word)
{
    fprintf(stderr, "%s: %s: %s (try %s --help)\n", spec->name, word, what, spec->name);
    return APP_USAGE;
}

/* -1 where word is none of them, or has to wait for the settings; then options has it. */
static int run_oneshot(const struct app_spec *spec, struct options *options, const char *word,
                       const char *argument)
{
    for (const struct app_oneshot *one = spec->oneshots; one && one->name; one++) {
        if (strcmp(word + 2, one->name) != 0)
            continue;
        if (one->argument && !argument)
            return usage(spec, "an argument is expected", word);
        options->argument = one->argument ? argument : NULL;
        if (one->run)
            return one->run(options->argument);
        options->oneshot = one;
        return -1;
    }
    return -1;
}

static int read_word(const struct app_spec *spec, struct options *options, int argc, char **argv,
                     int *i)
{
    const char *word = argv[*i];
    char *next = *i + 1 < argc ? argv[*i + 1] : NULL;
    const struct app_oneshot *before = options->oneshot;
    int code = -1;

    if (strncmp(word, "--", 2) != 0)
        return usage(spec, "no such argument", word);
    if (strcmp(word, "--help") == 0)
        return print_help(spec), APP_OK;
    if (strcmp(word, "--help-config") == 0)
        return config_print(stdout), APP_OK;
    if (strcmp(word, "--version") == 0)
        return printf("%s %s\n", spec->name, app_version), APP_OK;
    code = run_oneshot(spec, options, word, next);
    if (code >= 0)
        return code;
    if (options->oneshot != before) {
        *i += options->argument ? 1 : 0;
        return -1;
    }
    if (strcmp(word, "--config") != 0 && strcmp(word, "--set") != 0)
        return usage(spec, "no such option", word);
    if (!next)
        return usage(spec, "an argument is expected", word);
    if (strcmp(word, "--config") == 0)
        options->file = next;
    else
        options->assignments[options->count++] = next;
    (*i)++;
    return -1;
}

int app_settings(const char *program, const char *file, char **assignments, int count,
                 struct config **config)
{
    struct buf error = {0};
    int result = 0;

    *config = config_create();
    if (!file)
        file = getenv("WEIR_CONFIG");
    if (file && *file)
        result = config_load(*config, file, &error);
    if (!result)
        result = config_environment(*config, environ, &error);
    for (int i = 0; i < count && !result; i++)
        result = config_set(*config, assignments[i], "--set", &error);
    if (!result)
        result = config_finish(*config, &error);
    if (result) {
        fprintf(stderr, "%s: %s\n", program, error.data);
        config_destroy(config);
    }
    buf_free(&error);
    return result ? APP_CONFIG : 0;
}

int app_options(const struct app_spec *spec, int argc, char **argv, struct config **config)
{
    struct options options = {.assignments = mem_calloc((size_t)argc, sizeof(char *))};
    int code = -1;

    for (int i = 1; i < argc && code < 0; i++)
        code = read_word(spec, &options, argc, argv, &i);
    if (code < 0) {
        code = app_settings(spec->name, options.file, options.assignments, options.count, config);
        code = code ? code : -1;
    }
    if (code < 0 && options.oneshot) {
        code = options.oneshot->run_with(options.argument, *config);
        config_destroy(config);
    }
    free(options.assignments);
    return code;
}

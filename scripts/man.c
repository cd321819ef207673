/* Makes a manual page of a template: `man TEMPLATE.in [PROGRAM] > PAGE`.
 *
 * Lines of the template that are one of these words become what the program's own tables say; all
 * others stay as they are, but for @VERSION@.
 *
 *   @VERBS@             every verb of weir, with its words, its help and its options
 *   @COMMON@            the options that every verb takes
 *   @OPTIONS@           the options that PROGRAM --help tells of
 *   @CODES@             weir's exit codes
 *   @SETTINGS section@  every setting of a section; without a section: all, a heading each
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/buf.h"
#include "common/config.h"
#include "common/utf8.h"
#include "reader/call.h"
#include "reader/help.h"

enum { LONGEST = 4096 };

/* Text as roff: nothing in it is a request or an escape. */
static void put(const char *text)
{
    const char *end = text + strlen(text);
    uint32_t c = 0;

    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (const char *p = text; p < end;) {
        p += utf8_next(p, end, &c);
        if (c == '\\')
            fputs("\\e", stdout);
        else if (c == '-')
            fputs("\\-", stdout);
        else if (c == '\'')
            fputs("\\(aq", stdout);
        else if (c == '`')
            fputs("\\(ga", stdout);
        else if (c == '^')
            fputs("\\(ha", stdout);
        else if (c == '~')
            fputs("\\(ti", stdout);
        else if (c < 0x80)
            putchar((int)c);
        else
            printf("\\[u%04X]", c);
    }
}

/* Text that flows, but for lines that are indented, which stand by themselves. */
static void put_lines(const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        char line[LONGEST];

        snprintf(line, sizeof(line), "%.*s", (int)n, text);
        if (n == 0)
            fputs(".PP", stdout);
        else if (*line == ' ')
            puts(".br");
        put(line);
        putchar('\n');
        text += n + (text[n] == '\n');
    }
}

static void put_option(const char *name, const char *value, const char *help)
{
    fputs(".TP\n\\fB\\-\\-", stdout);
    put(name);
    fputs("\\fR", stdout);
    if (value && *value) {
        fputs(" \\fI", stdout);
        put(value);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put(help);
    putchar('\n');
}

static void put_options(const struct option *options)
{
    for (; options->name; options++)
        put_option(options->name, options->value, options->help);
}

static void put_verb(const struct verb *verb)
{
    fputs(".SS weir ", stdout);
    put(verb->name);
    fputs(*verb->words ? " " : "", stdout);
    put(verb->words);
    putchar('\n');
    put(verb->summary);
    puts(".");
    if (verb->more) {
        puts(".PP");
        put_lines(verb->more);
    }
    put_options(verb->options);
}

static void put_codes(void)
{
    for (int i = 0; help_codes[i][0]; i++) {
        printf(".TP\n.B %s\n", help_codes[i][0]);
        put(help_codes[i][1]);
        putchar('\n');
    }
}

/* --- settings --------------------------------------------------------------------------------- */

struct chosen {
    const char *section; /* "": all */
    char last[64];
};

static void put_setting(const struct config_about *about, void *arg)
{
    struct chosen *chosen = arg;
    size_t n = strcspn(about->key, ".");
    char section[64];

    snprintf(section, sizeof(section), "%.*s", (int)n, about->key);
    if (*chosen->section && strcmp(chosen->section, section) != 0)
        return;
    if (!*chosen->section && strcmp(chosen->last, section) != 0)
        printf(".SS %s\n", section);
    snprintf(chosen->last, sizeof(chosen->last), "%s", section);
    fputs(".TP\n\\fB", stdout);
    put(about->key);
    fputs("\\fR = ", stdout);
    if (about->text) {
        fputs("\\(dq", stdout);
        put(about->text);
        fputs("\\(dq", stdout);
    } else {
        printf("%lld", (long long)about->preset);
    }
    putchar('\n');
    put(about->help);
    if (about->text)
        printf(" (text, up to %lld bytes)\n", (long long)about->max);
    else
        printf(" (%s, %lld to %lld)\n", about->unit, (long long)about->min, (long long)about->max);
}

/* --- options of a stage ----------------------------------------------------------------------- */

/* A line of --help: "  --parse FILE      what it does". */
static void put_told(char *line)
{
    char *name = line + 4, *rest = strchr(name, ' '), *value = NULL;

    line[strcspn(line, "\n")] = '\0';
    if (!rest)
        return;
    *rest++ = '\0';
    if (isupper((unsigned char)*rest)) {
        value = rest;
        rest = strchr(rest, ' ');
        if (!rest)
            return;
        *rest++ = '\0';
    }
    put_option(name, value, rest + strspn(rest, " "));
}

static int put_program(const char *program)
{
    char line[LONGEST];
    FILE *told = NULL;

    snprintf(line, sizeof(line), "%s --help", program);
    told = popen(line, "r");
    if (!told)
        return 1;
    while (fgets(line, sizeof(line), told))
        if (strncmp(line, "  --", 4) == 0)
            put_told(line);
    return pclose(told) ? 1 : 0;
}

/* --- templates -------------------------------------------------------------------------------- */

static int expand(char *line, const char *program)
{
    char *at = strstr(line, "@VERSION@");
    struct chosen chosen = {.section = ""};

    if (strcmp(line, "@VERBS@\n") == 0)
        for (int i = 0; verbs[i]; i++)
            put_verb(verbs[i]);
    else if (strcmp(line, "@COMMON@\n") == 0)
        put_options(help_common);
    else if (strcmp(line, "@CODES@\n") == 0)
        put_codes();
    else if (strcmp(line, "@OPTIONS@\n") == 0)
        return put_program(program);
    else if (strncmp(line, "@SETTINGS", 9) == 0) {
        line[strcspn(line + 1, "@") + 1] = '\0';
        chosen.section = line[9] ? line + 10 : "";
        config_each(put_setting, &chosen);
    } else if (at) {
        printf("%.*s%s%s", (int)(at - line), line, app_version, at + 9);
    } else {
        fputs(line, stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    char line[LONGEST];
    int code = 0;

    if (!file) {
        fputs("usage: man TEMPLATE.in [PROGRAM] > PAGE\n", stderr);
        return 64;
    }
    while (!code && fgets(line, sizeof(line), file))
        code = expand(line, argc > 2 ? argv[2] : "false");
    fclose(file);
    return code || ferror(stdout) ? 1 : 0;
}

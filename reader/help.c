#include "reader/help.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/mem.h"
#include "reader/call.h"

const struct option help_common[] = {
    {"json", NULL, "print JSON"},
    {"later", NULL, "leave the question with the storer, and print its ticket"},
    {"color", "WHEN", "colour: always, never or auto (on a terminal, without $NO_COLOR)"},
    {"no-pager", NULL, "print to the terminal at once"},
    {"config", "FILE", "settings, in ZPL (also $WEIR_CONFIG)"},
    {"set", "KEY=VALUE", "one setting; wins over the environment and the file"},
    {"help", NULL, "this text, or that of a verb"},
    {"help-config", NULL, "every setting with its default, range and meaning"},
    {"version", NULL, "the version"},
    {NULL, NULL, NULL},
};

const char *const help_codes[][2] = {
    {"0", "done"},
    {"64", "wrong usage"},
    {"65", "no such thing, or a damaged store"},
    {"69", "nobody answers"},
    {"70", "an error of the program"},
    {"74", "the store or a file failed"},
    {"75", "busy or out of time: try again"},
    {"78", "wrong settings, or a key that may not do this"},
    {NULL, NULL},
};

static void print_option(const struct option *option)
{
    char *left = option->value ? mem_printf("--%s %s", option->name, option->value)
                               : mem_printf("--%s", option->name);

    printf("  %-20s %s\n", left, option->help);
    free(left);
}

static void print_options(const struct option *options)
{
    for (; options->name; options++)
        print_option(options);
}

void help_all(void)
{
    puts("usage: weir VERB [WORD]... [OPTION]...\n"
         "Reads and steers a running Weir.\n");
    for (int i = 0; verbs[i]; i++)
        printf("  %-12s %s\n", verbs[i]->name, verbs[i]->summary);
    putchar('\n');
    print_options(help_common);
    fputs("\nExit codes:", stdout);
    for (int i = 0; help_codes[i][0]; i++)
        printf("%s\n  %s %s", i ? "," : "", help_codes[i][0], help_codes[i][1]);
    puts(".");
}

void help_verb(const struct verb *verb)
{
    printf("usage: weir %s%s%s [OPTION]...\n%s\n", verb->name, *verb->words ? " " : "", verb->words,
           verb->summary);
    if (verb->more)
        printf("\n%s\n", verb->more);
    putchar('\n');
    print_options(verb->options);
    print_options(help_common);
}

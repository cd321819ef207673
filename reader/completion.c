#include "reader/completion.h"

#include <string.h>

#include "common/buf.h"
#include "reader/call.h"
#include "reader/help.h"

/* --- what is completed with what -------------------------------------------------------------- */

const char *completion_of_option(const struct option *option)
{
    static const char *const kinds[][2] = {
        {"view", "views"},   {"category", "categories"}, {"lane", "lanes"},    {"set", "settings"},
        {"color", "colors"}, {"mode", "modes"},          {"source", "sources"}};

    if (!option->value)
        return NULL;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(option->name, kinds[i][0]) == 0)
            return kinds[i][1];
    return strcmp(option->value, "FILE") == 0 ? "file" : "";
}

const char *completion_of_words(const struct verb *verb)
{
    static const char *const kinds[][2] = {
        {"SOURCE", "sources"}, {"LINK", "links"},        {"INSTANCE", "instances"},
        {"FILE", "file"},      {"DIR", "file"},          {"SHELL", "shells"},
        {"KIND", "kinds"},     {"list | retry", "dead"}, {"WHAT", "marks"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strstr(verb->words, kinds[i][0]))
            return kinds[i][1];
    return "";
}

/* --- bash ------------------------------------------------------------------------------------- */

static void add_names(struct buf *out, const struct option *options)
{
    for (; options->name; options++)
        buf_printf(out, " --%s", options->name);
}

static void add_case(struct buf *out, const char *verb, const struct option *options)
{
    for (; options->name; options++)
        if (options->value)
            buf_printf(out, "    '%s --%s') kind=%s ;;\n", verb, options->name,
                       *completion_of_option(options) ? completion_of_option(options) : "none");
}

/* All options that take a value, of any verb: the word behind them is no verb. */
static void add_valued(struct buf *out)
{
    buf_adds(out, "--set|--config|--color");
    for (int i = 0; verbs[i]; i++)
        for (const struct option *option = verbs[i]->options; option->name; option++)
            if (option->value)
                buf_printf(out, "|--%s", option->name);
}

static void bash(struct buf *out)
{
    buf_adds(out, "# Completion of weir for bash; made by `weir completion bash`.\n"
                  "_weir() {\n"
                  "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                  "    local verb= kind= options= word i\n"
                  "    COMPREPLY=()\n"
                  "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                  "        case ${COMP_WORDS[i]} in\n        ");
    add_valued(out);
    buf_adds(out, ") ((i++)) ;;\n"
                  "        -*) ;;\n"
                  "        *) verb=${COMP_WORDS[i]}; break ;;\n"
                  "        esac\n"
                  "    done\n"
                  "    case \"$verb $prev\" in\n");
    for (int i = 0; verbs[i]; i++)
        add_case(out, verbs[i]->name, verbs[i]->options);
    for (const struct option *option = help_common; option->name; option++)
        if (option->value)
            buf_printf(out, "    *' --%s') kind=%s ;;\n", option->name,
                       completion_of_option(option));
    buf_adds(out, "    esac\n"
                  "    if [[ -z $kind ]]; then\n"
                  "        case $verb in\n"
                  "        '') kind=verbs options='");
    add_names(out, help_common);
    buf_adds(out, "' ;;\n");
    for (int i = 0; verbs[i]; i++) {
        const char *words = completion_of_words(verbs[i]);

        buf_printf(out, "        %s) kind=%s options='", verbs[i]->name, *words ? words : "none");
        add_names(out, verbs[i]->options);
        add_names(out, help_common);
        buf_adds(out, "' ;;\n");
    }
    buf_adds(out, "        esac\n"
                  "    fi\n"
                  "    if [[ $cur == -* && -n $options ]]; then\n"
                  "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
                  "    elif [[ $kind == file ]]; then\n"
                  "        compopt -o filenames 2>/dev/null\n"
                  "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                  "    elif [[ $kind == verbs ]]; then\n"
                  "        COMPREPLY=($(compgen -W '");
    for (int i = 0; verbs[i]; i++)
        buf_printf(out, "%s%s", i ? " " : "", verbs[i]->name);
    buf_adds(out,
             "' -- \"$cur\"))\n"
             "    elif [[ -n $kind && $kind != none ]]; then\n"
             "        while IFS=$'\\t' read -r word _; do\n"
             "            [[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$(printf %q \"$word\")\")\n"
             "        done < <(\"${COMP_WORDS[0]}\" complete-words \"$kind\" 2>/dev/null)\n"
             "        [[ $kind == settings ]] && compopt -o nospace 2>/dev/null\n"
             "    fi\n"
             "    return 0\n"
             "}\n"
             "complete -F _weir weir\n");
}

/* --- zsh -------------------------------------------------------------------------------------- */

/* Text between single quotes. */
static void add_quoted(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            buf_adds(out, "'\\''");
        else
            buf_addc(out, *text);
    }
}

/* One specification of _arguments: '--limit=[help]:N:action'. */
static void add_argument(struct buf *out, const struct option *option)
{
    const char *kind = completion_of_option(option);

    buf_printf(out, "            '--%s%s[", option->name, option->value ? "=" : "");
    for (const char *p = option->help; *p; p++) {
        if (*p == '\'')
            buf_adds(out, "'\\''");
        else if (*p == '[' || *p == ']' || *p == ':' || *p == '\\')
            buf_printf(out, "\\%c", *p);
        else
            buf_addc(out, *p);
    }
    buf_addc(out, ']');
    if (kind && strcmp(kind, "file") == 0)
        buf_adds(out, ":file:_files");
    else if (kind && *kind)
        buf_printf(out, ":%s:_weir_words %s", kind, kind);
    else if (kind)
        buf_adds(out, ":value: ");
    buf_adds(out, "' \\\n");
}

static void add_arguments(struct buf *out, const struct option *options, const char *kind)
{
    buf_adds(out, "        _arguments \\\n");
    for (const struct option *option = options; option && option->name; option++)
        add_argument(out, option);
    for (const struct option *option = help_common; option->name; option++)
        add_argument(out, option);
    if (strcmp(kind, "file") == 0)
        buf_adds(out, "            '*:file:_files'\n");
    else if (*kind)
        buf_printf(out, "            '*:%s:_weir_words %s'\n", kind, kind);
    else
        buf_adds(out, "            '*:word: '\n");
}

static void zsh(struct buf *out)
{
    buf_adds(
        out,
        "#compdef weir\n"
        "# Completion of weir for zsh; made by `weir completion zsh`.\n"
        "_weir_words() {\n"
        "    local -a words_\n"
        "    words_=(${${(f)\"$(weir complete-words $1 2>/dev/null)\"}%%$'\\t'*})\n"
        "    if [[ $1 == settings ]]; then compadd -S '' -a words_; else compadd -a words_; fi\n"
        "}\n"
        "_weir() {\n"
        "    local verb= i\n"
        "    for ((i = 2; i < CURRENT; i++)); do\n"
        "        case $words[i] in\n        ");
    add_valued(out);
    buf_adds(out, ") ((i++)) ;;\n"
                  "        -*) ;;\n"
                  "        *) verb=$words[i]; break ;;\n"
                  "        esac\n"
                  "    done\n"
                  "    if [[ -n $verb ]]; then\n"
                  "        words=(\"${words[1]}\" \"${(@)words[i+1,-1]}\")\n"
                  "        ((CURRENT -= i - 1))\n"
                  "    fi\n"
                  "    case $verb in\n"
                  "    '')\n"
                  "        local -a verbs_\n"
                  "        verbs_=(\n");
    for (int i = 0; verbs[i]; i++) {
        buf_printf(out, "            '%s:", verbs[i]->name);
        add_quoted(out, verbs[i]->summary);
        buf_adds(out, "'\n");
    }
    buf_adds(out,
             "        )\n"
             "        if [[ $words[CURRENT] != -* ]]; then _describe verb verbs_; return; fi\n");
    add_arguments(out, NULL, "");
    buf_adds(out, "        ;;\n");
    for (int i = 0; verbs[i]; i++) {
        buf_printf(out, "    %s)\n", verbs[i]->name);
        add_arguments(out, verbs[i]->options, completion_of_words(verbs[i]));
        buf_adds(out, "        ;;\n");
    }
    buf_adds(out, "    esac\n"
                  "}\n"
                  "_weir \"$@\"\n");
}

/* --- fish ------------------------------------------------------------------------------------- */

static void add_fish_text(struct buf *out, const char *text)
{
    buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buf_addc(out, '\\');
        buf_addc(out, *text);
    }
    buf_addc(out, '\'');
}

static void add_fish(struct buf *out, const char *verb, const struct option *option)
{
    const char *kind = completion_of_option(option);

    buf_adds(out, "complete -c weir");
    if (verb)
        buf_printf(out, " -n '__fish_seen_subcommand_from %s'", verb);
    buf_printf(out, " -l %s", option->name);
    if (kind && strcmp(kind, "file") == 0)
        buf_adds(out, " -r -F");
    else if (kind && *kind)
        buf_printf(out, " -x -a '(__weir_words %s)'", kind);
    else if (kind)
        buf_adds(out, " -x");
    buf_adds(out, " -d ");
    add_fish_text(out, option->help);
    buf_addc(out, '\n');
}

static void fish(struct buf *out)
{
    buf_adds(out, "# Completion of weir for fish; made by `weir completion fish`.\n"
                  "function __weir_words\n"
                  "    command weir complete-words $argv[1] 2>/dev/null\n"
                  "end\n"
                  "complete -c weir -f\n");
    for (const struct option *option = help_common; option->name; option++)
        add_fish(out, NULL, option);
    for (int i = 0; verbs[i]; i++) {
        const char *kind = completion_of_words(verbs[i]);

        buf_printf(out, "complete -c weir -n __fish_use_subcommand -a %s -d ", verbs[i]->name);
        add_fish_text(out, verbs[i]->summary);
        buf_addc(out, '\n');
        for (const struct option *option = verbs[i]->options; option->name; option++)
            add_fish(out, verbs[i]->name, option);
        if (strcmp(kind, "file") == 0)
            buf_printf(out, "complete -c weir -n '__fish_seen_subcommand_from %s' -F\n",
                       verbs[i]->name);
        else if (*kind)
            buf_printf(out,
                       "complete -c weir -n '__fish_seen_subcommand_from %s' -a"
                       " '(__weir_words %s)'\n",
                       verbs[i]->name, kind);
    }
}

bool completion_write(struct buf *out, const char *shell)
{
    if (strcmp(shell, "bash") == 0)
        bash(out);
    else if (strcmp(shell, "zsh") == 0)
        zsh(out);
    else if (strcmp(shell, "fish") == 0)
        fish(out);
    else
        return false;
    return true;
}

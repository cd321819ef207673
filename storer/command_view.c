/* view.set, view.remove. */
#include <string.h>

#include "common/app.h"
#include "common/clock.h"
#include "common/config.h"
#include "common/mem.h"
#include "storer/command_inner.h"
#include "storer/command_query.h"
#include "storer/db_rules.h"
#include "storer/lang.h"
#include "storer/writer_inner.h"

enum { NAME_BYTES = 200 };

struct span command_text(const json_t *arguments, const char *name)
{
    const json_t *value = json_object_get(arguments, name);

    return span_of(json_string_value(value), json_string_length(value));
}

bool command_query_wrong(struct input *input, const json_t *arguments)
{
    struct lang_error error = {0};
    struct lang *lang = lang_parse(command_text(arguments, "query"), &error);
    char *why = NULL;

    if (lang) {
        lang_destroy(&lang);
        return false;
    }
    why = mem_printf("the query cannot be read, at byte %zu: %s", error.at, error.words);
    command_refuse(input, APP_USAGE, why);
    free(why);
    return true;
}

/* Names are shown in lines, and typed. */
static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.n; i++)
        if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
            return false;
    return name.n > 0 && name.n <= NAME_BYTES;
}

void command_view_set(struct writer *writer, struct input *input, json_t *arguments)
{
    struct span name = command_text(arguments, "name");

    if (!is_name(name)) {
        command_refuse(input, APP_USAGE, "name: text of 1 to 200 bytes in one line is wanted");
    } else if (!json_is_string(json_object_get(arguments, "query"))) {
        command_refuse(input, APP_USAGE, "query: text is wanted");
    } else if (db_view_others(writer->db, name) >= (uint64_t)writer->config->storer_views_max) {
        command_refuse(input, APP_DATA,
                       "there are as many views as there may be: remove one, or "
                       "raise storer.views_max");
    } else if (!command_query_wrong(input, arguments)) {
        db_view_set(writer->db, name, command_text(arguments, "query"), clock_utc_ms());
        command_answer(input, json_pack("{s:i}", "set", 1));
    }
}

void command_view_remove(struct writer *writer, struct input *input, json_t *arguments)
{
    if (!db_view_remove(writer->db, command_text(arguments, "name")))
        command_refuse(input, APP_DATA, "there is no such view: see `weir views`");
    else
        command_answer(input, json_pack("{s:i}", "removed", 1));
}

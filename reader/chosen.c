#include "reader/chosen.h"

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "reader/client.h"
#include "reader/print.h"

enum { TEXT_COLUMNS = 600, TITLE = 40 };

/* --- names ------------------------------------------------------------------------------------ */

static void name_sources(struct client *client, json_t *options)
{
    json_t *option = NULL;
    size_t i = 0;

    json_array_foreach(options, i, option)
    {
        json_t *answer = NULL, *source = NULL;

        if (client_query(client, "source.list", json_pack("{s:I}", "id", print_int(option, "id")),
                         &answer))
            return;
        source = json_array_get(json_object_get(answer, "sources"), 0);
        json_object_set_new(option, "title",
                            json_string(*print_text(source, "title") ? print_text(source, "title")
                                                                     : print_text(source, "url")));
        json_decref(answer);
    }
}

static void name_stories(struct client *client, json_t *options)
{
    json_t *option = NULL;
    size_t i = 0;

    json_array_foreach(options, i, option)
    {
        json_t *answer = NULL;

        if (client_query(client, "story",
                         json_pack("{s:I, s:i}", "id", print_int(option, "id"), "limit", 1),
                         &answer))
            return;
        json_object_set_new(option, "title", json_string(print_text(answer, "title")));
        json_decref(answer);
    }
}

void chosen_name(struct client *client, json_t *explain)
{
    name_sources(client, json_object_get(json_object_get(explain, "sources"), "options"));
    name_stories(client, json_object_get(json_object_get(explain, "stories"), "options"));
}

/* --- how it was chosen ------------------------------------------------------------------------ */

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_draw(struct buf *out, const char *what, const json_t *stage)
{
    const json_t *from = json_object_get(stage, "from");
    const char *how = print_text(stage, "how");

    buf_printf(out, "%s: %lld, from ", what, (long long)print_int(stage, "count"));
    if (json_is_integer(from))
        buf_printf(out, "source %lld", (long long)json_integer_value(from));
    else
        buf_adds(out, "anywhere");
    buf_printf(out, "; G %.3f, r %.2f, ", number(stage, "g"), number(stage, "r"));
    if (strcmp(how, "weighted") == 0)
        buf_printf(out, "drawn by p^%.2f\n", number(stage, "alpha"));
    else if (strcmp(how, "top") == 0)
        buf_printf(out, "one of the best %lld\n", (long long)print_int(stage, "top"));
    else
        buf_adds(out, "all weights are 0: the least bad\n");
}

static void print_stage(struct buf *out, const char *what, const json_t *stage)
{
    int64_t chosen = print_int(stage, "chosen");
    json_t *options = json_object_get(stage, "options"), *option = NULL;
    size_t i = 0;

    print_draw(out, what, stage);
    buf_adds(out, "       p  weight    base   bonus cooldown penalty\n");
    json_array_foreach(options, i, option)
    {
        bool is_chosen = print_int(option, "id") == chosen;

        buf_printf(out, "%c %6.4f %7.2f %7.2f %7.2f %8.2f %7.2f  %lld ", is_chosen ? '>' : ' ',
                   number(option, "p"), number(option, "weight"), number(option, "base"),
                   number(option, "bonus"), number(option, "cooldown"), number(option, "penalty"),
                   (long long)print_int(option, "id"));
        print_cut(out, print_text(option, "title"), TITLE);
        buf_addc(out, '\n');
    }
}

/* --- the story -------------------------------------------------------------------------------- */

static const json_t *member_of(const json_t *story, int64_t id)
{
    json_t *members = json_object_get(story, "members"), *member = NULL;
    size_t i = 0;

    json_array_foreach(members, i, member) if (print_int(member, "id") == id) return member;
    return NULL;
}

void chosen_print(struct buf *out, const json_t *place, const json_t *story, const json_t *item)
{
    const json_t *explain = json_object_get(place, "explain");
    struct buf title = {0};

    print_cut(&title, print_text(item, "title"), 0);
    print_styled(out, PRINT_BOLD, title.data ? title.data : "");
    buf_printf(out, "\nstory %lld: %lld items of %lld sources, %lld of them copies\n",
               (long long)print_int(story, "id"), (long long)print_int(story, "items"),
               (long long)print_int(story, "sources"), (long long)print_int(story, "copies"));
    print_time(out, print_int(item, "time_ms"), print_terminal());
    buf_printf(out, "  item %lld  ", (long long)print_int(item, "id"));
    print_cut(out, print_text(member_of(story, print_int(item, "id")), "source_title"), 0);
    buf_adds(out, "\n");
    print_cut(out, print_text(item, "url"), 0);
    buf_adds(out, "\n\n");
    print_cut(out, print_text(item, "text"), TEXT_COLUMNS);
    buf_addc(out, '\n');
    if (json_is_true(json_object_get(place, "again")))
        print_styled(out, PRINT_DIM, "(given before: there is nothing else that is unread)\n");
    if (explain) {
        buf_addc(out, '\n');
        print_stage(out, "sources", json_object_get(explain, "sources"));
        buf_addc(out, '\n');
        print_stage(out, "stories", json_object_get(explain, "stories"));
    }
    buf_free(&title);
}

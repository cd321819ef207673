/* Exports of items. */
#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/export.h"
#include "reader/print.h"
#include "reader/syntax.h"

typedef void write_fn(const json_t *item, bool first, FILE *out);

/* --- pages ------------------------------------------------------------------------------------ */

static bool turn(json_t *args, const json_t *answer)
{
    json_t *next = json_object_get(answer, "next");

    if (next)
        json_object_set(args, "after", next);
    json_object_set(args, "upto", json_object_get(answer, "upto"));
    return next != NULL;
}

static int each(const struct call *call, json_t *args, write_fn *fn, FILE *out)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    bool first = true, more = true, told = false;
    int code = client ? 0 : APP_NO_PEER;

    while (!code && more) {
        json_t *answer = NULL, *item = NULL;
        size_t i = 0;

        code = client_query(client, "export", json_deep_copy(args), &answer);
        if (!code && !told)
            syntax_tell(answer, print_text(args, "query"));
        told = true;
        json_array_foreach(json_object_get(answer, "items"), i, item)
        {
            fn(item, first, out);
            first = false;
        }
        more = !code && turn(args, answer);
        if (!code && ferror(out))
            code = APP_IO; /* told where it is closed */
        json_decref(answer);
    }
    client_close(&client);
    json_decref(args);
    return code;
}

/* --- forms ------------------------------------------------------------------------------------ */

static void write_line(const json_t *item, bool first, FILE *out)
{
    (void)first;
    json_dumpf(item, out, JSON_COMPACT);
    fputc('\n', out);
}

int export_lines(const struct call *call, json_t *args, FILE *out)
{
    return each(call, args, write_line, out);
}

static void write_feed_item(const json_t *item, bool first, FILE *out)
{
    json_t *made = export_feed_item(item);

    fputs(first ? "" : ",\n", out);
    json_dumpf(made, out, JSON_COMPACT);
    json_decref(made);
}

int export_feed(const struct call *call, json_t *args, FILE *out)
{
    int code = 0;

    fputs("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Weir\",\"items\":[\n",
          out);
    code = each(call, args, write_feed_item, out);
    fputs("\n]}\n", out);
    return code;
}

#include "reader/pages.h"

#include <stdbool.h>

#include "common/app.h"
#include "reader/client.h"

enum { PAGE_ROWS = 500 };

static void set_limit(json_t *args, const json_t *list, int64_t most)
{
    int64_t left = most ? most - (int64_t)json_array_size(list) : PAGE_ROWS;

    json_object_set_new(args, "limit", json_integer(left < PAGE_ROWS ? left : PAGE_ROWS));
}

/* Whether there is a next page, and args ask for it. */
static bool turn(json_t *args, const json_t *answer, const char *cursor)
{
    json_t *next = json_object_get(answer, "next");

    if (!next)
        return false;
    if (cursor)
        json_object_set(args, cursor, next);
    else
        json_object_update(args, next);
    return true;
}

int pages_read(const struct config *config, const char *verb, json_t *args, const char *name,
               const char *cursor, int64_t most, json_t **list)
{
    struct client *client = client_open(config, CLIENT_STORER);
    int code = client ? 0 : APP_NO_PEER;
    bool more = true;

    *list = json_array();
    while (!code && more && (!most || (int64_t)json_array_size(*list) < most)) {
        json_t *answer = NULL;

        set_limit(args, *list, most);
        code = client_query(client, verb, json_deep_copy(args), &answer);
        json_array_extend(*list, json_object_get(answer, name));
        more = !code && turn(args, answer, cursor);
        json_decref(answer);
    }
    client_close(&client);
    json_decref(args);
    if (code) {
        json_decref(*list);
        *list = NULL;
    }
    return code;
}

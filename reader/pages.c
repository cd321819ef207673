#include "reader/pages.h"

#include <stdio.h>

#include "common/app.h"
#include "common/clock.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/listing.h"
#include "reader/print.h"

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

/* Once, for a query says the same on each page. */
static void tell_remarks(const json_t *args, const json_t *answer)
{
    struct buf out = {0};

    listing_remarks(&out, answer, print_text(args, "query"));
    if (out.data)
        fputs(out.data, stderr);
    buf_free(&out);
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
        if (!code && json_array_size(*list) == 0)
            tell_remarks(args, answer);
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

bool pages_since(const struct call *call, json_t *args)
{
    const char *text = call_option(call, "since");
    int64_t age_ms = text ? print_parse_span(text) : 0;

    if (age_ms < 0) {
        call_fail(APP_USAGE, "--since takes an age such as 30m, 6h or 2d, not '%s'", text);
        return false;
    }
    if (text)
        json_object_set_new(args, "since_ms", json_integer(clock_utc_ms() - age_ms));
    return true;
}

void pages_print(const struct call *call, json_t **list,
                 void (*line)(struct buf *out, const json_t *element), const char *none)
{
    struct buf out = {0};
    json_t *element = NULL;
    size_t i = 0;

    if (call->json) {
        print_add_iso(*list);
        print_json(*list);
    } else {
        json_array_foreach(*list, i, element) line(&out, element);
        print_out(&out);
        if (none && json_array_size(*list) == 0)
            puts(none);
    }
    buf_free(&out);
    json_decref(*list);
    *list = NULL;
}

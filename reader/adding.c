#include "reader/adding.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/app.h"
#include "common/mem.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"

enum { SOURCES_A_QUERY = 200 };

char *adding_url(const char *word)
{
    bool has_scheme = strstr(word, "://") || strncasecmp(word, "feed:", 5) == 0;

    return has_scheme ? mem_strdup(word) : mem_printf("https://%s", word);
}

/* What the storer would refuse, so that one bad address does not cost the others. */
static bool is_web(const char *url)
{
    bool feed = strncasecmp(url, "feed:", 5) == 0;
    const char *rest = feed ? url + 5 : url;
    const char *host = strncasecmp(rest, "http://", 7) == 0    ? rest + 7
                       : strncasecmp(rest, "https://", 8) == 0 ? rest + 8
                       : feed && strncmp(rest, "//", 2) == 0   ? rest + 2
                                                               : "";

    return *host && !strchr("/?#:", *host) && !strpbrk(host, " \t\r\n");
}

/* Counts and ids of an answer are added to total. */
static void add_up(json_t *total, const json_t *answer)
{
    static const char *const counts[] = {"added", "existing"}, *const lists[] = {"ids", "new"};

    for (int i = 0; i < 2; i++) {
        json_object_set_new(
            total, counts[i],
            json_integer(print_int(total, counts[i]) + print_int(answer, counts[i])));
        json_array_extend(json_object_get(total, lists[i]), json_object_get(answer, lists[i]));
    }
    if (print_int(total, "now_ms") == 0)
        json_object_set_new(total, "now_ms", json_integer(print_int(answer, "now_ms")));
}

static void leave_out(json_t *total, const json_t *source, const char *why)
{
    call_fail(APP_DATA, "left out%s: %s", why, print_text(source, "url"));
    json_object_set_new(total, "refused", json_integer(print_int(total, "refused") + 1));
}

static int ask(struct client *client, json_t *some, bool now, json_t *total)
{
    json_t *answer = NULL;
    int code = client_query(client, "source.add",
                            json_pack("{s:O, s:i}", "sources", some, "hi", (int)now), &answer);

    add_up(total, answer);
    json_decref(answer);
    return code;
}

/* The storer takes all of a query or none: where it refused, each goes alone, so that one bad
 * source does not cost the others. */
static int ask_each(struct client *client, const json_t *some, bool now, json_t *total)
{
    size_t taken = 0;

    for (size_t i = 0; i < json_array_size(some); i++) {
        json_t *source = json_array_get(some, i);
        json_t *one = json_pack("[O]", source);
        int code = ask(client, one, now, total);

        json_decref(one);
        if (code && code != APP_USAGE)
            return code;
        if (code)
            leave_out(total, source, "");
        taken += code == 0;
    }
    return taken ? 0 : APP_USAGE;
}

/* Adds up to SOURCES_A_QUERY from *at on. */
static int add_some(struct client *client, const json_t *sources, bool now, size_t *at,
                    json_t *total)
{
    json_t *some = json_array();
    int code = 0;

    for (; *at < json_array_size(sources) && json_array_size(some) < SOURCES_A_QUERY; ++*at) {
        json_t *source = json_array_get(sources, *at);

        if (is_web(print_text(source, "url")))
            json_array_append(some, source);
        else
            leave_out(total, source, ": no http or https address");
    }
    if (json_array_size(some) > 0)
        code = ask(client, some, now, total);
    if (code == APP_USAGE && json_array_size(some) > 1)
        code = ask_each(client, some, now, total);
    json_decref(some);
    return code;
}

int adding_ask(struct client *client, const json_t *sources, bool now, json_t **total)
{
    int code = 0;

    *total = json_pack("{s:i, s:i, s:i, s:[], s:[], s:i}", "added", 0, "existing", 0, "refused", 0,
                       "ids", "new", "now_ms", 0);
    for (size_t i = 0; !code && i < json_array_size(sources);)
        code = add_some(client, sources, now, &i, *total);
    return code;
}

int adding_run(const struct call *call, const json_t *sources)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *total = NULL;
    int code = client ? adding_ask(client, sources, false, &total) : APP_NO_PEER;

    client_close(&client);
    if (!code && call->json)
        print_json(total);
    else if (total && (!code || print_int(total, "added")))
        printf("%lld added, %lld already there\n", (long long)print_int(total, "added"),
               (long long)print_int(total, "existing"));
    if (!code && print_int(total, "refused"))
        code = APP_DATA;
    json_decref(total);
    return code;
}

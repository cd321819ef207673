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
    return strstr(word, "://") ? mem_strdup(word) : mem_printf("https://%s", word);
}

/* What the storer would refuse, so that one bad address does not cost the others. */
static bool is_web(const char *url)
{
    const char *host = strncasecmp(url, "http://", 7) == 0    ? url + 7
                       : strncasecmp(url, "https://", 8) == 0 ? url + 8
                                                              : "";

    return *host && !strchr("/?#:", *host) && !strpbrk(host, " \t\r\n");
}

/* Counts and ids of an answer are added to total. */
static void add_up(json_t *total, const json_t *answer)
{
    static const char *const keys[] = {"added", "existing"};

    for (int i = 0; i < 2; i++)
        json_object_set_new(total, keys[i],
                            json_integer(print_int(total, keys[i]) + print_int(answer, keys[i])));
    json_array_extend(json_object_get(total, "ids"), json_object_get(answer, "ids"));
}

/* Adds up to SOURCES_A_QUERY from *at on. */
static int add_some(struct client *client, const json_t *sources, size_t *at, json_t *total)
{
    json_t *some = json_array(), *answer = NULL;
    int code = 0;

    for (; *at < json_array_size(sources) && json_array_size(some) < SOURCES_A_QUERY; ++*at) {
        json_t *source = json_array_get(sources, *at);

        if (is_web(print_text(source, "url"))) {
            json_array_append(some, source);
            continue;
        }
        call_fail(APP_DATA, "left out: no http or https address: %s", print_text(source, "url"));
        json_object_set_new(total, "refused", json_integer(print_int(total, "refused") + 1));
    }
    if (json_array_size(some) == 0) {
        json_decref(some);
        return 0;
    }
    code = client_query(client, "source.add", json_pack("{s:o}", "sources", some), &answer);
    add_up(total, answer);
    json_decref(answer);
    return code;
}

int adding_run(const struct call *call, const json_t *sources)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *total =
        json_pack("{s:i, s:i, s:i, s:[]}", "added", 0, "existing", 0, "refused", 0, "ids");
    int code = client ? 0 : APP_NO_PEER;

    for (size_t i = 0; !code && i < json_array_size(sources);)
        code = add_some(client, sources, &i, total);
    client_close(&client);
    if (!code && call->json)
        print_json(total);
    else if (!code || print_int(total, "added"))
        printf("%lld added, %lld already there\n", (long long)print_int(total, "added"),
               (long long)print_int(total, "existing"));
    if (!code && print_int(total, "refused"))
        code = APP_DATA;
    json_decref(total);
    return code;
}

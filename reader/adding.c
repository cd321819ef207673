#include "reader/adding.h"

#include <stdio.h>
#include <string.h>

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

/* Adds the sources from on; counts and ids are added to total. */
static int add_some(struct client *client, const json_t *sources, size_t from, json_t *total)
{
    json_t *some = json_array(), *answer = NULL;
    int code = 0;

    for (size_t i = from; i < json_array_size(sources) && i < from + SOURCES_A_QUERY; i++)
        json_array_append(some, json_array_get(sources, i));
    code = client_query(client, "source.add", json_pack("{s:o}", "sources", some), &answer);
    if (code)
        return code;
    for (int i = 0; i < 2; i++) {
        const char *key = i ? "existing" : "added";

        json_object_set_new(total, key,
                            json_integer(print_int(total, key) + print_int(answer, key)));
    }
    json_array_extend(json_object_get(total, "ids"), json_object_get(answer, "ids"));
    json_decref(answer);
    return 0;
}

int adding_run(const struct call *call, const json_t *sources)
{
    struct client *client = client_open(call->config, CLIENT_STORER);
    json_t *total = json_pack("{s:i, s:i, s:[]}", "added", 0, "existing", 0, "ids");
    int code = client ? 0 : APP_NO_PEER;

    for (size_t i = 0; i < json_array_size(sources) && !code; i += SOURCES_A_QUERY)
        code = add_some(client, sources, i, total);
    client_close(&client);
    if (!code && call->json)
        print_json(total);
    else if (!code || print_int(total, "added"))
        printf("%lld added, %lld already there\n", (long long)print_int(total, "added"),
               (long long)print_int(total, "existing"));
    json_decref(total);
    return code;
}

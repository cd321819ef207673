/* set. */
#include <stdio.h>

#include "common/app.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/print.h"
#include "reader/settings.h"
#include "reader/sources.h"
#include "reader/verbs.h"

enum { WORDS_MOST = 1000 };

static int set(struct call *call)
{
    json_t *wishes = json_object(), *answer = NULL;
    int64_t id = 0;
    int code = 0;

    for (int i = 1; !code && i < call->word_count; i++)
        code = settings_word(wishes, call->words[i]);
    if (!code) {
        id = sources_find(call->config, call->words[0]);
        code = id ? 0 : APP_DATA;
    }
    if (!code) {
        json_object_set_new(wishes, "id", json_integer(id));
        code = client_ask(call->config, "source.set", json_incref(wishes), &answer);
    }
    if (!code && call->json)
        print_json(answer);
    else if (!code)
        printf("source %lld set\n", (long long)id);
    json_decref(answer);
    json_decref(wishes);
    return code;
}

const struct verb verb_set = {
    .name = "set",
    .words = "SOURCE KEY=VALUE...",
    .least = 2,
    .most = WORDS_MOST,
    .summary = "change a subscription: title, interval, credentials, proxy ...",
    .more = settings_help,
    .run = set,
};

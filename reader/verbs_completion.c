/* weir completion, weir complete-words: for shells. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/app.h"
#include "common/config.h"
#include "reader/call.h"
#include "reader/client.h"
#include "reader/completion.h"
#include "reader/pages.h"
#include "reader/pager.h"
#include "reader/print.h"

static int completion(struct call *call)
{
    struct buf out = {0};

    if (!completion_write(&out, call->words[0]))
        return call_fail(APP_USAGE, "completion: bash, zsh or fish is expected, not '%s'",
                         call->words[0]);
    if (call->json) {
        json_t *object = json_pack("{s:s, s:s}", "shell", call->words[0], "script", out.data);

        print_json(object);
        json_decref(object);
    } else {
        print_out(&out);
    }
    buf_free(&out);
    return 0;
}

const struct verb verb_completion = {
    .name = "completion",
    .words = "SHELL",
    .least = 1,
    .most = 1,
    .summary = "print the completion of this command for bash, zsh or fish",
    .more = "For bash: source <(weir completion bash)",
    .run = completion,
};

/* --- words ------------------------------------------------------------------------------------ */

struct words {
    struct call *call;
    json_t *list; /* of [word, meaning] */
};

static void add(struct words *words, const char *word, const char *meaning)
{
    json_t *pair = json_array();
    json_t *one = NULL;
    size_t i = 0;

    json_array_foreach(words->list, i,
                       one) if (strcmp(json_string_value(json_array_get(one, 0)), word) == 0)
    {
        json_decref(pair);
        return;
    }
    json_array_append_new(pair, json_string(word));
    json_array_append_new(pair, json_string(meaning));
    json_array_append_new(words->list, pair);
}

static void add_sources(struct words *words, bool categories)
{
    json_t *list = NULL, *one = NULL, *category = NULL;
    size_t i = 0, k = 0;
    char id[32];

    if (pages_read(words->call->config, "source.list", json_object(), "sources", "after", 0, &list))
        return;
    json_array_foreach(list, i, one)
    {
        snprintf(id, sizeof(id), "%lld", (long long)print_int(one, "id"));
        if (!categories)
            add(words, id, print_text(one, "title"));
        else
            json_array_foreach(json_object_get(one, "categories"), k, category)
                add(words, json_string_value(category) ? json_string_value(category) : "", "");
    }
    json_decref(list);
}

static void add_views(struct words *words)
{
    json_t *answer = NULL, *one = NULL;
    size_t i = 0;

    if (client_ask(words->call->config, "views", NULL, &answer))
        return;
    json_array_foreach(json_object_get(answer, "views"), i, one)
        add(words, print_text(one, "name"), print_text(one, "query"));
    json_decref(answer);
}

static void add_instances(struct words *words)
{
    json_t *answer = NULL, *one = NULL;
    size_t i = 0;

    if (client_tell(words->call->config, "status", "", &answer))
        return;
    json_array_foreach(json_object_get(answer, "instances"), i, one)
        add(words, print_text(one, "instance"), print_text(one, "stage"));
    json_decref(answer);
}

static void add_setting(const struct config_about *about, void *arg)
{
    char name[128];

    snprintf(name, sizeof(name), "%s=", about->key);
    add(arg, name, about->help);
}

/* Words that are always the same, by kind. */
static const char *const constant[][2] = {
    {"links", "jobs items vectors verdicts reports"},
    {"lanes", "hi lo"},
    {"stages", "fetcher embedder deduper storer"},
    {"colors", "auto always never"},
    {"modes", "hybrid keyword vector"},
    {"shells", "bash zsh fish"},
    {"dead", "list retry"},
    {"marks", "read unread starred unstarred hidden unhidden"},
    {"kinds", "sources categories views instances settings links lanes stages colors modes shells"
              " dead marks"},
};

static bool add_constant(struct words *words, const char *kind)
{
    for (size_t i = 0; i < sizeof(constant) / sizeof(constant[0]); i++) {
        const char *p = constant[i][1];

        if (strcmp(constant[i][0], kind) != 0)
            continue;
        while (*p) {
            char word[32];
            size_t n = strcspn(p, " ");

            snprintf(word, sizeof(word), "%.*s", (int)n, p);
            add(words, word, "");
            p += n + (p[n] == ' ');
        }
        return true;
    }
    return false;
}

static void add_words(struct words *words, const char *kind)
{
    if (add_constant(words, kind))
        return;
    if (strcmp(kind, "sources") == 0 || strcmp(kind, "categories") == 0)
        add_sources(words, *kind == 'c');
    else if (strcmp(kind, "views") == 0)
        add_views(words);
    else if (strcmp(kind, "instances") == 0)
        add_instances(words);
    else if (strcmp(kind, "settings") == 0)
        config_each(add_setting, words);
}

/* In the middle of somebody's typing: at once or not at all, and without a word. */
static void hush(struct config *config)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    config->reader_connect_ms = 0;
    config->reader_timeout_ms = config->reader_complete_ms;
    pager_use("");
}

static int complete_words(struct call *call)
{
    struct words words = {.call = call, .list = json_array()};
    struct buf out = {0};
    json_t *one = NULL;
    size_t i = 0;

    hush(call->config);
    add_words(&words, call->words[0]);
    if (call->json)
        print_json(words.list);
    else
        json_array_foreach(words.list, i, one)
            buf_printf(&out, "%s\t%s\n", json_string_value(json_array_get(one, 0)),
                       json_string_value(json_array_get(one, 1)));
    print_out(&out);
    buf_free(&out);
    json_decref(words.list);
    return 0;
}

const struct verb verb_complete_words = {
    .name = "complete-words",
    .words = "KIND",
    .least = 1,
    .most = 1,
    .summary = "words for completion: sources, categories, views, settings, ... (or kinds)",
    .run = complete_words,
};

#include "embedder/ask.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/app.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/vec.h"
#include "embedder/backend.h"
#include "embedder/model.h"
#include "embedder/settings.h"
#include "embedder/texts.h"
#include "embedder/traits.h"

/* Nobody waits behind us: a text is held as long as its tries take. */
enum { HOLD_MS = 86400000 };

struct ask {
    const struct config *config;
    struct model *model;
    struct loop *loop;
    struct counters counters;
    struct backend *backend; /* NULL = the built-in model */
    int code;                /* of the present call */
};

static void on_answer(void *self, void *token, const struct backend_answer *answer)
{
    struct ask *ask = self;
    struct traits_buf *out = token;

    if (answer->vector) {
        memcpy(out->vector, answer->vector, answer->dims);
        out->dims = (uint32_t)answer->dims;
        out->norm = vec_norm(out->vector, answer->dims);
    } else if (!ask->code) {
        fprintf(stderr, "weir-embedder: %s: %s\n", backend_url(ask->backend),
                answer->reason[0] ? answer->reason : "there is no text to embed");
        ask->code = APP_NO_PEER;
    }
}

static bool all_answered(struct loop *loop, void *arg)
{
    const struct ask *ask = arg;

    (void)loop;
    return backend_count(ask->backend) == 0;
}

static bool open_server(struct ask *ask)
{
    struct backend_calls calls = {.done = on_answer, .self = ask};

    signal(SIGPIPE, SIG_IGN);
    log_set_level("warning");
    ask->loop = loop_create(HOLD_MS);
    loop_on_turn(ask->loop, all_answered, ask);
    ask->backend = backend_open(ask->config, ask->loop, &ask->counters, HOLD_MS, &calls);
    return ask->backend != NULL;
}

struct ask *ask_open(const struct config *config)
{
    struct ask *ask = mem_calloc(1, sizeof(*ask));

    ask->config = config;
    ask->model = model_create();
    if (!settings_check(config, model_name(ask->model)) ||
        (settings_has_server(config) && !open_server(ask)))
        ask_close(&ask);
    return ask;
}

void ask_close(struct ask **ask)
{
    if (!*ask)
        return;
    backend_close(&(*ask)->backend);
    loop_destroy(&(*ask)->loop);
    model_destroy(&(*ask)->model);
    free(*ask);
    *ask = NULL;
}

const char *ask_model(const struct ask *ask)
{
    return ask->backend ? ask->config->embedder_model : model_name(ask->model);
}

static void ask_server(struct ask *ask, const struct ask_item *item, struct traits_buf *out)
{
    struct buf input = {0};

    model_keys(ask->model, item->title, item->text, item->url, out);
    texts_input(item->title, item->text, (size_t)ask->config->embedder_input_bytes, &input);
    if (input.len)
        backend_embed(ask->backend, &input, false, 0, 0, out);
    buf_free(&input);
}

int ask_traits(struct ask *ask, const struct ask_item *items, size_t count, struct traits_buf *out)
{
    ask->code = 0;
    for (size_t i = 0; i < count; i++) {
        if (ask->backend)
            ask_server(ask, &items[i], &out[i]);
        else
            model_traits(ask->model, items[i].title, items[i].text, items[i].url, &out[i]);
    }
    if (ask->backend && backend_count(ask->backend))
        loop_run(ask->loop);
    return ask->code;
}

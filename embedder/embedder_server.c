/* The model server's side of the embedder: whether there is one, and what it gave. */
#include "common/backlog.h"
#include "common/link.h"
#include "common/service.h"
#include "embedder/asked.h"
#include "embedder/embedder_inner.h"
#include "embedder/model.h"
#include "embedder/reranker.h"
#include "embedder/settings.h"

/* What the model server made of an item, or did not. */
static void on_answered(void *self, enum lane lane, zmsg_t **message, bool bare)
{
    struct embedder *embedder = self;
    struct counters *counters = &embedder->service->app.counters;

    if (*message) {
        counters_add(counters, COUNTER_items, 1);
        if (bare)
            counters_add(counters, COUNTER_no_vector, 1);
        backlog_send(embedder->vectors, lane, message);
    } else {
        counters_add(counters, COUNTER_expired, 1);
    }
    embedder_watch(embedder);
    embedder_finish_if_empty(embedder);
}

/* Whoever looks at the status sees it at once. */
static void on_changed(void *self)
{
    struct embedder *embedder = self;

    if (embedder->service->member)
        service_beat_now(embedder->service);
}

/* What the reranker made of a question, or did not. */
static void on_ranked(void *self, enum lane lane, zmsg_t **message, const char *why)
{
    struct embedder *embedder = self;
    struct counters *counters = &embedder->service->app.counters;

    if (*message) {
        counters_add(counters, COUNTER_items, 1);
        backlog_send(embedder->vectors, lane, message);
    } else if (why) {
        app_malformed(&embedder->service->app, "link=items", why);
    } else {
        counters_add(counters, COUNTER_expired, 1);
    }
    embedder_watch(embedder);
    embedder_finish_if_empty(embedder);
}

static bool open_reranker(struct embedder *embedder)
{
    struct app *app = &embedder->service->app;
    struct reranker_calls calls = {.answered = on_ranked, .self = embedder};

    embedder->reranker = reranker_open(app->config, app->loop, &app->counters, &calls);
    return embedder->reranker != NULL;
}

int embedder_open_server(struct embedder *embedder)
{
    struct app *app = &embedder->service->app;
    struct asked_calls calls = {.answered = on_answered, .changed = on_changed, .self = embedder};
    struct model *model = model_create();
    bool right = settings_check(app->config, model_name(model));

    model_destroy(&model);
    if (right && settings_has_server(app->config)) {
        embedder->asked = asked_open(app->config, app->loop, &app->counters, app->instance, &calls);
        right = embedder->asked != NULL;
    }
    right = right && open_reranker(embedder);
    return right ? 0 : APP_CONFIG;
}

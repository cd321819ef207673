#include "embedder/asked.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/counters.h"
#include "common/fault.h"
#include "common/mem.h"
#include "common/msg.h"
#include "embedder/backend.h"
#include "embedder/compute.h"
#include "embedder/finish.h"

/* An item while the server thinks about it. */
struct item {
    enum lane lane;
    zmsg_t *message; /* header, item, vector */
    struct item *next;
    struct item **place; /* what points to this */
};

struct asked {
    const struct config *config;
    struct counters *counters;
    const char *instance;
    struct backend *backend;
    struct finish finish;
    zsock_t *events;
    struct item *first;
    struct asked_calls calls;
};

static void destroy(struct item *item)
{
    *item->place = item->next;
    if (item->next)
        item->next->place = item->place;
    zmsg_destroy(&item->message);
    free(item);
}

static void on_answer(void *self, void *token, const struct backend_answer *answer)
{
    struct asked *asked = self;
    struct item *item = token;

    FAULT(answer_taken);
    if (answer->expired)
        zmsg_destroy(&item->message);
    else
        finish_vector(&asked->finish, item->message, answer);
    asked->calls.answered(asked->calls.self, item->lane, &item->message, !answer->vector);
    destroy(item);
}

/* Told on the event bus, for the storer: what it lacks can be had again. */
static void on_change(void *self, const char *state, const char *error)
{
    struct asked *asked = self;
    char event[64];
    json_t *detail = json_pack("{s:s, s:s, s:s, s:s}", "instance", asked->instance, "backend",
                               asked->config->embedder_backend, "model",
                               asked->config->embedder_model, "error", error);
    char *json = detail ? json_dumps(detail, JSON_COMPACT) : NULL;
    struct msg_state frame = {.detail = span_str(json ? json : "{}")};
    struct buf out = {0};
    zmsg_t *message = zmsg_new();

    snprintf(event, sizeof(event), "breaker-%s", state);
    frame.event = span_str(event);
    zmsg_addstr(message, "state");
    if (msg_state_write(&frame, &out) == 0) {
        link_append(message, &out);
        zmsg_send(&message, asked->events);
    }
    zmsg_destroy(&message);
    buf_free(&out);
    free(json);
    json_decref(detail);
    asked->calls.changed(asked->calls.self);
}

struct asked *asked_open(const struct config *config, struct loop *loop, struct counters *counters,
                         const char *instance, const struct asked_calls *outer)
{
    struct asked *asked = mem_calloc(1, sizeof(*asked));
    struct backend_calls calls = {.done = on_answer, .changed = on_change, .self = asked};
    int64_t drain_ms = config->broker_drain_ms / 5 * 4;
    int64_t hold_ms = config->embedder_hold_ms < drain_ms ? config->embedder_hold_ms : drain_ms;
    char *endpoint = link_endpoint_named(config, "events.in");

    *asked = (struct asked){
        .config = config, .counters = counters, .instance = instance, .calls = *outer};
    asked->events = link_connect(config, ZMQ_PUB, LINK_ROLE_EVENTS, LINKS, endpoint);
    if (asked->events)
        asked->backend = backend_open(config, loop, counters, hold_ms, &calls);
    if (asked->backend)
        backend_greet(asked->backend);
    else
        asked_close(&asked);
    free(endpoint);
    return asked;
}

void asked_close(struct asked **asked)
{
    if (!*asked)
        return;
    backend_close(&(*asked)->backend);
    while ((*asked)->first)
        destroy((*asked)->first);
    finish_free(&(*asked)->finish);
    zsock_destroy(&(*asked)->events);
    free(*asked);
    *asked = NULL;
}

void asked_take(struct asked *asked, const struct compute_ticket *ticket, zmsg_t **message)
{
    enum lane lane = (enum lane)ticket->lane;
    int64_t deadline_ms = ticket->deadline_ms;
    struct item *item = mem_calloc(1, sizeof(*item));
    zframe_t *frame = zmsg_last(*message);
    struct span input = link_span(frame);
    struct buf bytes = {0};

    buf_add(&bytes, input.p, input.n);
    zmsg_remove(*message, frame);
    zframe_destroy(&frame);
    *item = (struct item){
        .lane = lane, .message = *message, .next = asked->first, .place = &asked->first};
    if (asked->first)
        asked->first->place = &item->next;
    asked->first = item;
    *message = NULL;
    if (deadline_ms)
        deadline_ms += clock_mono_ms() - clock_utc_ms();
    backend_embed(asked->backend, &bytes, lane == LANE_HI, ticket->waited_ms, deadline_ms, item);
}

size_t asked_count(const struct asked *asked)
{
    return asked ? backend_count(asked->backend) : 0;
}

bool asked_has_room(const struct asked *asked, size_t coming)
{
    return !asked || backend_has_room(asked->backend, coming);
}

void asked_stop(struct asked *asked, int64_t within_ms)
{
    if (asked)
        backend_stop(asked->backend, within_ms);
}

void asked_strain(struct asked *asked, unsigned rung)
{
    if (asked)
        backend_strain(asked->backend, rung);
}

void asked_note(const struct asked *asked, const struct config *config, struct buf *out)
{
    if (asked)
        backend_note(asked->backend, out);
    else
        buf_printf(out, "{\"backend\":\"builtin\",\"model\":\"%s\"}", config->embedder_model);
}

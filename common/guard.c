#include "common/guard.h"

#include <czmq.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/curve.h"
#include "common/link_place.h"
#include "common/log.h"
#include "common/mem.h"

enum { TELL_MS = 1000 }; /* a flood of refusals makes one line a second */

struct state {
    const struct config *config;
    zsock_t *zap;
    struct curve_list list;
    struct guard_counts counts;
    struct guard_counts told;
    int64_t read_ms;
    int64_t refused_ms; /* of the last line about a refusal */
};

struct guard {
    struct state *state;
    zactor_t *actor;
    struct guard_counts last;
};

/* --- the list of keys ------------------------------------------------------------------------- */

/* Whether each certificate of the old list is in the new one, under its name. */
static bool all_there(const struct curve_list *before, const struct curve_list *now)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct curve_certificate *found = NULL;
        size_t from = 0;

        do
            found = curve_list_find(now, before->at[i].public_key, &from);
        while (found && strcmp(found->name, before->at[i].name) != 0);
        if (!found)
            return false;
    }
    return true;
}

static void read_again(struct state *state)
{
    struct curve_list now = {0};
    size_t bad = state->list.bad;

    state->read_ms = clock_mono_ms();
    /* A folder that is gone for a moment (a mount, a copy) shuts nobody out and lets nobody in. */
    if (curve_list_read(state->config->link_keys, false, &now))
        return;
    if (now.bad > bad)
        log_warning("key-file", "folder=%s bad=%zu why=\"files that are no certificates\"",
                    state->config->link_keys, now.bad);
    if (!all_there(&state->list, &now)) {
        state->counts.removed++;
        log_notice("keys-removed", "folder=%s keys=%zu", state->config->link_keys, now.count);
    } else if (now.count != state->list.count) {
        log_notice("keys-added", "folder=%s keys=%zu", state->config->link_keys, now.count);
    }
    curve_list_free(&state->list);
    state->list = now;
    state->counts.keys = now.count;
}

/* --- requests --------------------------------------------------------------------------------- */

struct request {
    char *version, *id, *domain, *address, *identity, *mechanism;
    zframe_t *key;
};

static void request_free(struct request *request)
{
    char **texts[] = {&request->version, &request->id,       &request->domain,
                      &request->address, &request->identity, &request->mechanism};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        zstr_free(texts[i]);
    zframe_destroy(&request->key);
}

/* The name of who may come in, or NULL with why. */
static const char *judge(const struct state *state, const struct request *request, const char **why)
{
    const struct curve_certificate *found = NULL;
    size_t from = 0;

    if (strcmp(request->mechanism, "CURVE") != 0 || !request->key ||
        zframe_size(request->key) != CURVE_KEY) {
        *why = "not a CURVE client";
        return NULL;
    }
    *why = "unknown key";
    while ((found = curve_list_find(&state->list, zframe_data(request->key), &from))) {
        if (link_place_admits(request->domain, found->role))
            return found->name;
        *why = "not an endpoint of this key's role";
    }
    return NULL;
}

static void tell_refusal(struct state *state, const struct request *request, const char *why)
{
    int64_t now = clock_mono_ms();
    char key[CURVE_TEXT] = "";

    if (state->refused_ms && now - state->refused_ms < TELL_MS)
        return;
    state->refused_ms = now;
    if (request->key && zframe_size(request->key) == CURVE_KEY)
        zmq_z85_encode(key, zframe_data(request->key), CURVE_KEY);
    log_warning("connection-refused", "endpoint=%s from=%s key=\"%s\" why=\"%s\" so-far=%llu",
                request->domain, request->address, key, why,
                (unsigned long long)state->counts.refused);
}

static void answer(struct state *state)
{
    zmsg_t *message = zmsg_recv(state->zap);
    struct request request = {0};
    const char *name = NULL, *why = "malformed request";

    if (!message)
        return;
    request = (struct request){.version = zmsg_popstr(message),
                               .id = zmsg_popstr(message),
                               .domain = zmsg_popstr(message),
                               .address = zmsg_popstr(message),
                               .identity = zmsg_popstr(message),
                               .mechanism = zmsg_popstr(message),
                               .key = zmsg_pop(message)};
    if (request.mechanism)
        name = judge(state, &request, &why);
    if (name) {
        state->counts.admitted++;
    } else {
        state->counts.refused++;
        if (request.mechanism)
            tell_refusal(state, &request, why);
    }
    /* After 400 libzmq's clients never try again; after 300, which says that this may change, they
     * do: a key that is added lets in who waits. */
    zstr_sendx(state->zap, "1.0", request.id ? request.id : "", name ? "200" : "300",
               name ? "OK" : why, name ? name : "", "", NULL);
    request_free(&request);
    zmsg_destroy(&message);
}

/* --- the thread ------------------------------------------------------------------------------- */

static void tell(struct state *state, zsock_t *pipe)
{
    if (memcmp(&state->told, &state->counts, sizeof(state->counts)) != 0 &&
        zmq_send(zsock_resolve(pipe), &state->counts, sizeof(state->counts), ZMQ_DONTWAIT) >= 0)
        state->told = state->counts;
}

static void guard_actor(zsock_t *pipe, void *arg)
{
    struct state *state = arg;
    zmq_pollitem_t items[] = {
        {.socket = zsock_resolve(pipe), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(state->zap), .events = ZMQ_POLLIN},
    };

    zsock_signal(pipe, 0);
    while (!items[0].revents) { /* the pipe carries one word only: the end */
        if (zmq_poll(items, 2, (long)state->config->link_keys_ms) < 0 && zmq_errno() != EINTR)
            break;
        if (clock_mono_ms() - state->read_ms >= state->config->link_keys_ms)
            read_again(state);
        if (items[1].revents)
            answer(state);
        tell(state, pipe);
    }
    zsock_destroy(&state->zap);
}

int guard_open(const struct config *config, const char *listen, struct guard **guard)
{
    struct state *state = NULL;

    *guard = NULL;
    if (!*listen)
        return 0;
    state = mem_calloc(1, sizeof(*state));
    *guard = mem_calloc(1, sizeof(**guard));
    **guard = (struct guard){.state = state};
    state->config = config;
    state->read_ms = clock_mono_ms();
    if (curve_list_read(config->link_keys, true, &state->list))
        goto out;
    state->counts.keys = state->list.count;
    state->zap = zsock_new(ZMQ_REP);
    if (!state->zap || zsock_bind(state->zap, "inproc://zeromq.zap.01") < 0) {
        log_error("guard-failed", "error=\"%s\"", zmq_strerror(zmq_errno()));
        goto out;
    }
    (*guard)->actor = zactor_new(guard_actor, state);
    if ((*guard)->actor)
        return 0;
out:
    guard_close(guard);
    return -1;
}

void guard_close(struct guard **guard)
{
    if (!*guard)
        return;
    zactor_destroy(&(*guard)->actor);
    zsock_destroy(&(*guard)->state->zap);
    curve_list_free(&(*guard)->state->list);
    free((*guard)->state);
    free(*guard);
    *guard = NULL;
}

void guard_counts(struct guard *guard, struct guard_counts *counts)
{
    struct guard_counts told;

    *counts = (struct guard_counts){0};
    if (!guard)
        return;
    while (zmq_recv(zsock_resolve(guard->actor), &told, sizeof(told), ZMQ_DONTWAIT) ==
           (int)sizeof(told))
        guard->last = told;
    *counts = guard->last;
}

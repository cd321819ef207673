/* The control ROUTER: HELLO, heartbeats, BYE, QUIESCED, and what administrators ask. */
#include "broker/broker.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"

enum { MESSAGES_A_TURN = 128 };

struct peer {
    struct span identity;
    struct instance *instance; /* NULL = unknown */
    const char *key, *from;    /* over tcp: name of its certificate, its address */
};

void control_send(struct broker *broker, struct span identity, enum msg_type type,
                  const void *message)
{
    zmsg_t *frames = NULL;

    buf_clear(&broker->out);
    if (msg_write(type, message, &broker->out)) {
        log_error("unwritable", "message=%s", msg_name(type));
        return;
    }
    frames = zmsg_new();
    zmsg_addmem(frames, identity.p, identity.n);
    zmsg_addstr(frames, msg_name(type));
    link_append(frames, &broker->out);
    if (zmsg_send(&frames, broker->control)) {
        counters_add(&broker->app.counters, COUNTER_dropped, 1);
        zmsg_destroy(&frames);
    }
}

static void welcome(struct broker *broker, struct span identity, uint64_t run, const char *why)
{
    struct msg_welcome message = {
        .broker = run, .accepted = why == NULL, .why = span_str(why ? why : "")};

    control_send(broker, identity, MSG_welcome, &message);
}

/* --- from instances --------------------------------------------------------------------------- */

static bool printable(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < ' ' || text.p[i] > '~')
            return false;
    return true;
}

/* Names stand in logs, in status and in the roster, where they tell instances apart. */
static bool names_fit(const struct msg_hello *hello)
{
    return hello->instance.n > 0 && printable(hello->instance) && printable(hello->version) &&
           printable(hello->stage);
}

/* Only one storer can hold the store: where another says HELLO, the one before it is dead.  The
 * same on a new connection is no other. */
static void greet_storer(struct broker *broker, const struct msg_hello *hello)
{
    struct instance *before = roster_storer(&broker->roster);

    if (before && !span_eq(span_str(before->name), hello->instance))
        broker_forget(broker, before, true);
    order_storer_came(&broker->order);
}

/* It says hello again with each heartbeat, so it is not sent away: somebody may leave. */
static bool is_full(struct broker *broker, const struct peer *peer, const struct msg_hello *hello)
{
    char *name = mem_dup(hello->instance.p, hello->instance.n);
    bool known = peer->instance || roster_find_name(&broker->roster, name);

    free(name);
    return !known && broker->roster.count >= (size_t)broker->app.config->broker_instances;
}

static void take_hello(struct broker *broker, struct peer *peer, const struct msg_hello *hello)
{
    int64_t now = loop_now(broker->app.loop);
    struct instance *instance = NULL;

    if (!names_fit(hello)) {
        if (app_often(&broker->app, "refused"))
            log_warning("refused", "why=\"instance, version or stage is no name\"");
        welcome(broker, peer->identity, broker->run, "instance, version or stage is no name");
        return;
    }
    if (hello->protocol != MSG_PROTOCOL || roster_stage_of(hello->stage) == STAGES) {
        char *why = mem_printf("protocol %" PRIu64 ", stage %.*s: this broker speaks protocol %d",
                               hello->protocol, (int)hello->stage.n, hello->stage.p, MSG_PROTOCOL);

        if (app_often(&broker->app, "refused"))
            log_warning("refused", "instance=%.*s why=\"%s\"", (int)hello->instance.n,
                        hello->instance.p, why);
        welcome(broker, peer->identity, broker->run, why);
        free(why);
        return;
    }
    if (is_full(broker, peer, hello)) {
        counters_add(&broker->app.counters, COUNTER_dropped, 1);
        if (app_often(&broker->app, "hello-dropped"))
            log_warning("hello-dropped", "instances=%zu do=\"raise broker.instances\"",
                        broker->roster.count);
        return;
    }
    if (!peer->instance)
        log_info("hello", "instance=%.*s version=%.*s leaving=%d", (int)hello->instance.n,
                 hello->instance.p, (int)hello->version.n, hello->version.p, (int)hello->leaving);
    if (roster_stage_of(hello->stage) == STAGE_STORER)
        greet_storer(broker, hello);
    instance = roster_hello(&broker->roster, peer->identity, hello, now);
    access_note(instance, peer->key, peer->from);
    welcome(broker, peer->identity, broker->run, NULL);
    FAULT(hello_taken);
    if (order_refuses(&broker->order, instance)) {
        struct msg_stop stop = {.within_ms = (uint64_t)broker->app.config->service_stop_ms,
                                .why = span_str("shutdown")};

        control_send(broker, peer->identity, MSG_stop, &stop);
    }
    broker_step(broker);
}

static void take_heartbeat(struct broker *broker, struct peer *peer,
                           const struct msg_heartbeat *heartbeat)
{
    bool news = false;

    if (!peer->instance) {
        welcome(broker, peer->identity, 0, NULL); /* who are you? */
        return;
    }
    news = peer->instance->leaving != (heartbeat->leaving != 0);
    roster_heartbeat(peer->instance, heartbeat, loop_now(broker->app.loop));
    welcome(broker, peer->identity, broker->run, NULL);
    if (news)
        broker_step(broker);
}

static void take_bye(struct broker *broker, struct peer *peer, const struct msg_bye *bye)
{
    struct msg_bye answer = {0};

    control_send(broker, peer->identity, MSG_bye, &answer);
    FAULT(bye_taken);
    if (!peer->instance)
        return;
    if (peer->instance->stage == STAGE_STORER)
        order_storer_gone(&broker->order, bye->left);
    broker_forget(broker, peer->instance, false);
    broker_step(broker);
}

static void take_quiesced(struct broker *broker, struct peer *peer,
                          const struct msg_quiesced *quiesced)
{
    bool news = !broker->order.storer_answered;

    if (!peer->instance || peer->instance->stage != STAGE_STORER)
        return;
    order_quiesced(&broker->order, quiesced);
    if (news && broker->order.storer_answered)
        broker_step(broker);
}

/* --- from administrators ---------------------------------------------------------------------- */

static void answer(struct broker *broker, struct span identity, int code, const char *error,
                   struct span json)
{
    struct msg_answer message = {.code = (uint64_t)code, .error = span_str(error), .json = json};

    control_send(broker, identity, MSG_answer, &message);
}

static void leave_one(struct broker *broker, struct span identity, struct span name)
{
    char *text = mem_dup(name.p, name.n);
    struct instance *instance = roster_find_name(&broker->roster, text);

    if (instance) {
        instance->leaving = instance->asked_to_leave = true;
        answer(broker, identity, 0, "", span_str("{}"));
        broker_step(broker);
    } else {
        answer(broker, identity, APP_DATA, "no such instance (weir status lists them)",
               span_str("{}"));
    }
    free(text);
}

static void take_admin(struct broker *broker, struct peer *peer, const struct msg_admin *admin)
{
    struct buf json = {0};

    if (span_eq(admin->verb, span_str("status"))) {
        status_json(broker, &json);
        answer(broker, peer->identity, 0, "", buf_span(&json));
    } else if (span_eq(admin->verb, span_str("stop"))) {
        log_notice("told-to-stop", "by=administrator");
        order_shutdown(&broker->order, broker->app.config, loop_now(broker->app.loop),
                       clock_utc_ms());
        answer(broker, peer->identity, 0, "", span_str("{}"));
        broker_step(broker);
    } else if (span_eq(admin->verb, span_str("leave"))) {
        leave_one(broker, peer->identity, admin->argument);
    } else {
        answer(broker, peer->identity, APP_USAGE, "no such verb: status, stop or leave",
               span_str("{}"));
    }
    buf_free(&json);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void dispatch(struct broker *broker, struct peer *peer, enum msg_type type,
                     const void *message)
{
    switch (type) {
    case MSG_hello:
        take_hello(broker, peer, message);
        break;
    case MSG_heartbeat:
        take_heartbeat(broker, peer, message);
        break;
    case MSG_bye:
        take_bye(broker, peer, message);
        break;
    case MSG_quiesced:
        take_quiesced(broker, peer, message);
        break;
    default:
        take_admin(broker, peer, message);
        break;
    }
}

/* A stage is told, and ends; who is no stage hears an answer. */
static void forbid(struct broker *broker, struct peer *peer, enum msg_type type, const char *why)
{
    counters_add(&broker->app.counters, COUNTER_forbidden, 1);
    if (app_often(&broker->app, "forbidden"))
        log_warning("forbidden", "message=%s key=%s from=%s why=\"%s\"", msg_name(type), peer->key,
                    peer->from ? peer->from : "?", why);
    if (type == MSG_admin)
        answer(broker, peer->identity, APP_CONFIG, why, span_str("{}"));
    else
        welcome(broker, peer->identity, broker->run, why);
}

static void take(struct broker *broker, zmsg_t *frames)
{
    struct peer peer = {.identity = link_span(zmsg_first(frames))};
    const char *why = NULL;
    zframe_t *name = zmsg_next(frames);
    zframe_t *body = zmsg_next(frames);
    enum msg_type type = name ? msg_type_of(link_span(name)) : MSG_TYPES;
    bool known = type == MSG_hello || type == MSG_heartbeat || type == MSG_bye ||
                 type == MSG_quiesced || type == MSG_admin;
    union {
        struct msg_hello hello;
        struct msg_heartbeat heartbeat;
        struct msg_bye bye;
        struct msg_quiesced quiesced;
        struct msg_admin admin;
    } any;

    msg_pool_reset(&broker->pool);
    broker->pool.why = "wrong number of frames";
    if (!known || !body || zmsg_next(frames) ||
        msg_read(type, link_span(body), &broker->pool, &any)) {
        app_malformed(&broker->app, "socket=control", known ? broker->pool.why : "unknown message");
        return;
    }
    peer.instance = roster_find(&broker->roster, peer.identity);
    peer.key = zframe_meta(body, "User-Id");
    peer.from = zframe_meta(body, "Peer-Address");
    why = access_refuses(peer.key, type, &any);
    if (why)
        forbid(broker, &peer, type, why);
    else
        dispatch(broker, &peer, type, &any);
}

bool control_serve(struct loop *loop, void *arg)
{
    struct broker *broker = arg;

    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(broker->control) & ZMQ_POLLIN); i++) {
        zmsg_t *frames = zmsg_recv(broker->control);

        if (!frames)
            break;
        counters_add(&broker->app.counters, COUNTER_in, 1);
        take(broker, frames);
        zmsg_destroy(&frames);
    }
    return false;
}

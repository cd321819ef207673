#include "common/member.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/app.h"
#include "common/config.h"
#include "common/fault.h"
#include "common/link.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"

enum { REMINDER_MS = 30000, MESSAGES_A_TURN = 64 };

struct member {
    struct app *app;
    zsock_t *control;
    char *endpoint;
    member_fn *fn;
    member_broker_fn *on_broker;
    void *self;
    struct msg_pool pool;
    struct buf out;
    uint64_t broker;
    int64_t heard_ms;    /* last word of the broker */
    int64_t reminded_ms; /* last line about its absence */
};

static void lose(struct member *member)
{
    log_warning("broker-lost", "endpoint=%s silent_ms=%" PRId64, member->endpoint,
                loop_now(member->app->loop) - member->heard_ms);
    member->broker = 0;
    member->on_broker(member->self, 0);
}

static void take_welcome(struct member *member, const struct msg_welcome *welcome)
{
    if (!welcome->accepted) {
        log_error("refused", "by=broker why=\"%.*s\"", (int)welcome->why.n, welcome->why.p);
        app_leave(member->app, APP_CONFIG);
        return;
    }
    /* Run 0 is the question who we are: a broker that does not know us. */
    if (welcome->broker == 0) {
        member->broker = 0;
        return;
    }
    member->heard_ms = loop_now(member->app->loop);
    if (welcome->broker == member->broker)
        return;
    log_info("broker-found", "run=%" PRIx64, welcome->broker);
    member->broker = welcome->broker;
    member->on_broker(member->self, welcome->broker);
}

static void take(struct member *member, zmsg_t *message)
{
    zframe_t *name = zmsg_first(message);
    zframe_t *body = zmsg_next(message);
    enum msg_type type = name ? msg_type_of(link_span(name)) : MSG_TYPES;
    union {
        struct msg_welcome welcome;
        struct msg_stop stop;
        struct msg_quiesce quiesce;
        struct msg_lost lost;
        struct msg_roster roster;
        struct msg_bye bye;
    } any;
    bool known = type == MSG_welcome || type == MSG_stop || type == MSG_quiesce ||
                 type == MSG_lost || type == MSG_roster || type == MSG_bye;

    msg_pool_reset(&member->pool);
    member->pool.why = "wrong number of frames";
    if (!known || !body || zmsg_next(message) ||
        msg_read(type, link_span(body), &member->pool, &any)) {
        app_malformed(member->app, "socket=control", known ? member->pool.why : "unknown message");
        return;
    }
    if (type == MSG_welcome)
        take_welcome(member, &any.welcome);
    else
        member->fn(member->self, type, &any);
}

static bool on_control(struct loop *loop, void *arg)
{
    struct member *member = arg;

    (void)loop;
    for (int i = 0; i < MESSAGES_A_TURN && (zsock_events(member->control) & ZMQ_POLLIN); i++) {
        zmsg_t *message = zmsg_recv(member->control);

        if (message)
            take(member, message);
        zmsg_destroy(&message);
    }
    return false;
}

struct member *member_create(struct app *app, member_fn *fn, member_broker_fn *on_broker,
                             void *self)
{
    struct member *member = mem_calloc(1, sizeof(*member));

    *member = (struct member){.app = app, .fn = fn, .on_broker = on_broker, .self = self};
    member->heard_ms = loop_now(app->loop);
    member->heard_ms = loop_now(app->loop); /* its absence counts from here */
    member->endpoint = link_endpoint_named(app->config, "control");
    member->control =
        link_connect(app->config, ZMQ_DEALER, LINK_ROLE_CONTROL, LINKS, member->endpoint);
    if (!member->control) {
        member_destroy(&member);
        return NULL;
    }
    loop_socket(app->loop, zsock_resolve(member->control), ZMQ_POLLIN, on_control, member);
    return member;
}

void member_destroy(struct member **member)
{
    if (!*member)
        return;
    if ((*member)->control)
        loop_forget_socket((*member)->app->loop, zsock_resolve((*member)->control));
    zsock_destroy(&(*member)->control);
    msg_pool_free(&(*member)->pool);
    buf_free(&(*member)->out);
    free((*member)->endpoint);
    free(*member);
    *member = NULL;
}

static void put(struct member *member, enum msg_type type, const void *message)
{
    zmsg_t *frames = NULL;

    buf_clear(&member->out);
    if (msg_write(type, message, &member->out)) {
        log_error("unwritable", "message=%s", msg_name(type));
        return;
    }
    frames = zmsg_new();
    zmsg_addstr(frames, msg_name(type));
    link_append(frames, &member->out);
    if (zmsg_send(&frames, member->control)) {
        counters_add(&member->app->counters, COUNTER_dropped, 1);
        zmsg_destroy(&frames);
    }
}

static void remind(struct member *member)
{
    int64_t now = loop_now(member->app->loop);

    if (member->reminded_ms && now - member->reminded_ms < REMINDER_MS)
        return;
    log_notice("no-broker", "endpoint=%s state=waiting", member->endpoint);
    member->reminded_ms = now;
}

void member_beat(struct member *member, const struct msg_hello *hello,
                 struct msg_heartbeat *heartbeat)
{
    int64_t now = loop_now(member->app->loop);

    if (member->broker && now - member->heard_ms > member->app->config->service_lost_ms)
        lose(member);
    if (!member->broker) {
        if (now - member->heard_ms > member->app->config->service_lost_ms)
            remind(member);
        put(member, MSG_hello, hello);
        FAULT(hello_sent);
        return;
    }
    put(member, MSG_heartbeat, heartbeat);
}

void member_tell(struct member *member, enum msg_type type, const void *message)
{
    if (member->broker)
        put(member, type, message);
}

uint64_t member_broker(const struct member *member)
{
    return member->broker;
}

void member_was_late(struct member *member, int64_t late_ms)
{
    member->heard_ms += late_ms;
}

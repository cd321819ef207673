#include "broker/bus.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/fault.h"
#include "common/link.h"
#include "common/mem.h"
#include "common/watchdog.h"

struct bus {
    zsock_t *in;
    zsock_t *out;
    zactor_t *actor;
    uint64_t turns; /* as the thread last told */
    struct watch watch;
};

enum { TELL_MS = 250 };

/* Events one way, subscriptions the other; both sockets drop rather than block. */
static void pass(zsock_t *from, zsock_t *to)
{
    while (zsock_events(from) & ZMQ_POLLIN) {
        int more = ZMQ_SNDMORE;

        while (more) {
            zmq_msg_t frame;

            zmq_msg_init(&frame);
            if (zmq_msg_recv(&frame, zsock_resolve(from), ZMQ_DONTWAIT) < 0) {
                zmq_msg_close(&frame);
                return;
            }
            more = zmq_msg_more(&frame) ? ZMQ_SNDMORE : 0;
            if (zmq_msg_send(&frame, zsock_resolve(to), ZMQ_DONTWAIT | more) < 0)
                zmq_msg_close(&frame);
        }
        FAULT(event_forwarded);
    }
}

/* false: the word is that of the end. */
static bool obey(struct bus *bus, zsock_t *pipe)
{
    char *word = zstr_recv(pipe);
    bool renew = word && strcmp(word, "ALL") == 0;

    zstr_free(&word);
    if (renew) {
        link_renew(bus->in);
        link_renew(bus->out);
    }
    return renew;
}

static void bus_actor(zsock_t *pipe, void *arg)
{
    struct bus *bus = arg;
    zmq_pollitem_t items[] = {
        {.socket = zsock_resolve(pipe), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(bus->in), .events = ZMQ_POLLIN},
        {.socket = zsock_resolve(bus->out), .events = ZMQ_POLLIN},
    };
    uint64_t turns = 0;
    int64_t told_ms = 0;

    zsock_signal(pipe, 0);
    while (!items[0].revents || obey(bus, pipe)) {
        if (zmq_poll(items, 3, TELL_MS) < 0 && zmq_errno() != EINTR)
            break;
        pass(bus->in, bus->out);
        pass(bus->out, bus->in);
        if (clock_mono_ms() - told_ms < TELL_MS)
            continue;
        told_ms = clock_mono_ms();
        turns++;
        zmq_send(zsock_resolve(pipe), &turns, sizeof(turns), ZMQ_DONTWAIT);
    }
    zsock_destroy(&bus->in);
    zsock_destroy(&bus->out);
}

static zsock_t *bind_named(const struct config *config, int type, const char *name)
{
    char *endpoint = link_endpoint_named(config, name);
    zsock_t *socket = link_bind(config, type, LINK_ROLE_EVENTS, LINKS, endpoint);

    free(endpoint);
    return socket;
}

struct bus *bus_open(const struct config *config)
{
    struct bus *bus = mem_calloc(1, sizeof(*bus));

    bus->in = bind_named(config, ZMQ_XSUB, "events.in");
    bus->out = bind_named(config, ZMQ_XPUB, "events.out");
    if (bus->in && bus->out)
        bus->actor = zactor_new(bus_actor, bus);
    if (!bus->actor)
        bus_close(&bus);
    return bus;
}

void bus_renew(struct bus *bus)
{
    zstr_send(bus->actor, "ALL");
}

void bus_close(struct bus **bus)
{
    if (!*bus)
        return;
    zactor_destroy(&(*bus)->actor);
    zsock_destroy(&(*bus)->in);
    zsock_destroy(&(*bus)->out);
    free(*bus);
    *bus = NULL;
}

void bus_look(struct bus *bus, int64_t stuck_ms, int64_t now_ms)
{
    void *pipe = zsock_resolve(zactor_sock(bus->actor));
    uint64_t told = 0;

    while (zmq_recv(pipe, &told, sizeof(told), ZMQ_DONTWAIT) == (int)sizeof(told))
        bus->turns = told;
    watchdog_look(&bus->watch, "events", 1, bus->turns, stuck_ms, now_ms);
}

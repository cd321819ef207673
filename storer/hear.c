/* Events of others: an embedder's circuit that closed means that missing vectors can be had.  A
 * lost event is harmless: the vectors that come, and the back-off of each row, do the same later.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/config.h"
#include "common/loop.h"
#include "storer/writer_inner.h"

enum { TAKE_MOST = 64 };

static void on_closed(struct writer *writer, struct span detail)
{
    json_t *json = json_loadb(detail.p, detail.n, JSON_REJECT_DUPLICATES, NULL);
    const char *model = json_string_value(json_object_get(json, "model"));

    if (model && strcmp(model, writer->meta.model) == 0)
        wanted_hurry(writer, "the circuit closed");
    if (model && strcmp(model, writer->meta.model_next) == 0)
        reembed_hurry(writer, false);
    json_decref(json);
}

static void take(struct writer *writer, zmsg_t *message)
{
    struct msg_state state;
    zframe_t *topic = zmsg_first(message), *body = zmsg_next(message);

    if (!topic || !span_eq(link_span(topic), span_str("state")))
        return;
    msg_pool_reset(&writer->pools[0]);
    writer->pools[0].why = "wrong number of frames";
    if (zmsg_size(message) != 2 || msg_state_read(link_span(body), &writer->pools[0], &state))
        intake_malformed(writer, "socket=events", writer->pools[0].why);
    else if (span_eq(state.event, span_str("breaker-closed")))
        on_closed(writer, state.detail);
}

static bool on_event(struct loop *loop, void *self)
{
    struct writer *writer = self;

    (void)loop;
    for (int i = 0; i < TAKE_MOST && (zsock_events(writer->heard) & ZMQ_POLLIN); i++) {
        zmsg_t *message = zmsg_recv(writer->heard);

        if (message)
            take(writer, message);
        zmsg_destroy(&message);
    }
    return false;
}

void hear_open(struct writer *writer)
{
    char *endpoint = link_endpoint_named(writer->config, "events.out");

    writer->heard = link_connect(writer->config, ZMQ_SUB, LINK_ROLE_EVENTS, LINKS, endpoint);
    free(endpoint);
    if (!writer->heard)
        return;
    zsock_set_subscribe(writer->heard, "state");
    loop_socket(writer->loop, zsock_resolve(writer->heard), ZMQ_POLLIN, on_event, writer);
}

void hear_close(struct writer *writer)
{
    if (writer->heard)
        loop_socket(writer->loop, zsock_resolve(writer->heard), 0, on_event, writer);
    zsock_destroy(&writer->heard);
}

#include "common/link_callers.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/mem.h"

zsock_t *link_callers(zsock_t *socket, const char *name)
{
    char *place = mem_printf("inproc://callers-%s", name);
    zsock_t *watch = zsock_new(ZMQ_PAIR);

    /* libzmq's own thread waits where the monitor's queue is full: it is not to be. */
    zsock_set_rcvhwm(watch, 0);
    zsock_set_rcvtimeo(watch, 0);
    if (zmq_socket_monitor(zsock_resolve(socket), place,
                           ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) ||
        zmq_connect(zsock_resolve(watch), place)) {
        log_error("monitor-failed", "socket=%s error=\"%s\"", name, zmq_strerror(zmq_errno()));
        zsock_destroy(&watch);
    }
    free(place);
    return watch;
}

void link_callers_end(zsock_t *socket, zsock_t **watch)
{
    zmq_socket_monitor(zsock_resolve(socket), NULL, 0);
    zsock_destroy(watch);
}

/* An event is a frame of its number (16 bits) and its value (32 bits, here the connection), and one
 * with the endpoint. */
enum link_told link_callers_next(zsock_t *watch, int *connection)
{
    enum link_told told = LINK_TOLD_NOTHING;

    while (told == LINK_TOLD_NOTHING && zsock_events(watch) & ZMQ_POLLIN) {
        zmsg_t *message = zmsg_recv(watch);
        zframe_t *frame = message ? zmsg_first(message) : NULL;
        uint16_t event = 0;
        int32_t value = 0;

        if (frame && zframe_size(frame) == sizeof(event) + sizeof(value)) {
            memcpy(&event, zframe_data(frame), sizeof(event));
            memcpy(&value, zframe_data(frame) + sizeof(event), sizeof(value));
            told = event == ZMQ_EVENT_ACCEPTED ? LINK_TOLD_CAME : LINK_TOLD_WENT;
            *connection = value;
        }
        zmsg_destroy(&message);
    }
    return told;
}

int link_callers_of(zframe_t *frame)
{
    const char *fd = zframe_meta(frame, "__fd"); /* what zmq_msg_get (ZMQ_SRCFD) reads */

    return fd ? atoi(fd) : -1;
}

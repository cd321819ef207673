#include "storer/outbox.h"

#include <stdlib.h>

#include "common/loop.h"
#include "common/mem.h"

struct outbox {
    struct outlet *outlet;
    struct loop *loop;
    zlist_t *waiting[LANES];
};

struct outbox *outbox_open(const struct config *config, enum link_id link,
                           struct counters *counters, struct loop *loop)
{
    struct outbox *outbox = mem_calloc(1, sizeof(*outbox));

    outbox->loop = loop;
    outbox->outlet = outlet_open(config, link, counters);
    for (int lane = 0; lane < LANES; lane++)
        outbox->waiting[lane] = zlist_new();
    if (!outbox->outlet)
        outbox_close(&outbox);
    return outbox;
}

void outbox_close(struct outbox **outbox)
{
    if (!outbox || !*outbox)
        return;
    for (int lane = 0; lane < LANES; lane++) {
        zmsg_t *message = NULL;

        if ((*outbox)->outlet)
            loop_forget_socket((*outbox)->loop, outlet_socket((*outbox)->outlet, (enum lane)lane));
        while ((message = zlist_pop((*outbox)->waiting[lane])))
            zmsg_destroy(&message);
        zlist_destroy(&(*outbox)->waiting[lane]);
    }
    outlet_close(&(*outbox)->outlet);
    free(*outbox);
    *outbox = NULL;
}

static bool on_room(struct loop *loop, void *arg);

static void watch(struct outbox *outbox, enum lane lane)
{
    loop_socket(outbox->loop, outlet_socket(outbox->outlet, lane),
                zlist_size(outbox->waiting[lane]) ? ZMQ_POLLOUT : 0, on_room, outbox);
}

static void flush(struct outbox *outbox, enum lane lane)
{
    zmsg_t *message = NULL;

    while ((message = zlist_pop(outbox->waiting[lane]))) {
        if (outlet_send(outbox->outlet, lane, &message) == OUTLET_FULL) {
            zlist_push(outbox->waiting[lane], message);
            return;
        }
    }
    watch(outbox, lane);
}

static bool on_room(struct loop *loop, void *arg)
{
    (void)loop;
    flush(arg, LANE_HI);
    flush(arg, LANE_LO);
    return false;
}

bool outbox_send(struct outbox *outbox, enum lane lane, zmsg_t **message)
{
    enum outlet_result result = OUTLET_FULL;

    if (zlist_size(outbox->waiting[lane]) == 0)
        result = outlet_send(outbox->outlet, lane, message);
    if (result == OUTLET_FULL) {
        zlist_append(outbox->waiting[lane], *message);
        *message = NULL;
        watch(outbox, lane);
    }
    return result != OUTLET_REFUSED;
}

size_t outbox_waiting(const struct outbox *outbox)
{
    return zlist_size(outbox->waiting[LANE_HI]) + zlist_size(outbox->waiting[LANE_LO]);
}

void outbox_tend(struct outbox *outbox, int64_t mono_ms)
{
    outlet_tend(outbox->outlet, mono_ms);
}

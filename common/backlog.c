#include "common/backlog.h"

#include <stdlib.h>

#include "common/loop.h"
#include "common/mem.h"

struct backlog_lane {
    struct backlog *backlog;
    enum lane lane;
    zlist_t *waiting;
};

struct backlog {
    struct outlet *outlet;
    struct loop *loop;
    struct backlog_lane lanes[LANES];
    size_t count;
    size_t bytes;
    backlog_fn *fn;
    void *self;
};

static bool on_writable(struct loop *loop, void *arg);

static void watch(struct backlog_lane *lane, short events)
{
    loop_socket(lane->backlog->loop, outlet_socket(lane->backlog->outlet, lane->lane), events,
                on_writable, lane);
}

struct backlog *backlog_create(struct outlet **outlet, struct loop *loop, backlog_fn *fn,
                               void *self)
{
    struct backlog *backlog = mem_calloc(1, sizeof(*backlog));

    *backlog = (struct backlog){.outlet = *outlet, .loop = loop, .fn = fn, .self = self};
    *outlet = NULL;
    for (enum lane lane = 0; lane < LANES; lane++) {
        backlog->lanes[lane] =
            (struct backlog_lane){.backlog = backlog, .lane = lane, .waiting = zlist_new()};
        watch(&backlog->lanes[lane], 0);
    }
    return backlog;
}

static zmsg_t *pop(struct backlog_lane *lane)
{
    zmsg_t *message = zlist_pop(lane->waiting);

    if (message) {
        lane->backlog->count--;
        lane->backlog->bytes -= zmsg_content_size(message);
    }
    return message;
}

void backlog_destroy(struct backlog **backlog)
{
    if (!*backlog)
        return;
    for (enum lane lane = 0; lane < LANES; lane++) {
        struct backlog_lane *l = &(*backlog)->lanes[lane];
        zmsg_t *message = NULL;

        loop_forget_socket((*backlog)->loop, outlet_socket((*backlog)->outlet, lane));
        while ((message = pop(l)))
            zmsg_destroy(&message);
        zlist_destroy(&l->waiting);
    }
    outlet_close(&(*backlog)->outlet);
    free(*backlog);
    *backlog = NULL;
}

static bool on_writable(struct loop *loop, void *arg)
{
    struct backlog_lane *lane = arg;
    struct backlog *backlog = lane->backlog;
    size_t before = backlog->count;

    (void)loop;
    while (zlist_size(lane->waiting)) {
        zmsg_t *message = zlist_first(lane->waiting);
        size_t bytes = zmsg_content_size(message);

        if (outlet_send(backlog->outlet, lane->lane, &message) == OUTLET_FULL)
            break;
        /* Sent or refused: the list holds a pointer to what is gone. */
        zlist_pop(lane->waiting);
        backlog->count--;
        backlog->bytes -= bytes;
    }
    if (!zlist_size(lane->waiting))
        watch(lane, 0);
    if (backlog->count < before && backlog->fn)
        backlog->fn(backlog->self);
    return false;
}

void backlog_send(struct backlog *backlog, enum lane which, zmsg_t **message)
{
    struct backlog_lane *lane = &backlog->lanes[which];

    if (!zlist_size(lane->waiting) && outlet_send(backlog->outlet, which, message) != OUTLET_FULL)
        return;
    backlog->count++;
    backlog->bytes += zmsg_content_size(*message);
    if (!zlist_size(lane->waiting))
        watch(lane, ZMQ_POLLOUT);
    zlist_append(lane->waiting, *message);
    *message = NULL;
}

size_t backlog_count(const struct backlog *backlog)
{
    return backlog->count;
}

size_t backlog_bytes(const struct backlog *backlog)
{
    return backlog->bytes;
}

void backlog_tend(struct backlog *backlog, int64_t mono_ms)
{
    outlet_tend(backlog->outlet, mono_ms);
}

/* Taking what comes on reports and verdicts.  Reports are read first: a verdict whose report waits
 * in the other socket would have to be held (DESIGN 5, rule 7). */
#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/mem.h"
#include "common/service.h"
#include "storer/writer_inner.h"

enum { TAKE_MOST = 64 }; /* messages in one go, so that other inputs are heard */

void intake_malformed(struct writer *writer, const char *what, const char *why)
{
    app_malformed(&writer->service->app, what, why);
}

static bool take(struct writer *writer, struct inlet *inlet, enum input_kind kind)
{
    enum lane lane = LANE_LO;
    zmsg_t *message = inlet_recv(inlet, &lane);
    struct input *input = NULL;

    if (!message)
        return false;
    if (kind == INPUT_VERDICT && lane == LANE_HI && searches_take(writer, &message))
        return true;
    input = mem_calloc(1, sizeof(*input));
    *input = (struct input){.kind = kind, .message = message, .lane = lane};
    batch_input(writer, input);
    return true;
}

static void count_busy(struct writer *writer, int64_t since_us)
{
    writer->busy_us += clock_mono_us() - since_us;
    counters_add(writer->counters, COUNTER_busy_ms, (uint64_t)(writer->busy_us / 1000));
    writer->busy_us %= 1000;
}

static bool waits(struct inlet *inlet)
{
    for (int lane = 0; lane < LANES; lane++) {
        int events = 0;
        size_t size = sizeof(events);

        if (zmq_getsockopt(inlet_socket(inlet, (enum lane)lane), ZMQ_EVENTS, &events, &size) == 0 &&
            (events & ZMQ_POLLIN))
            return true;
    }
    return false;
}

bool intake_take(struct writer *writer)
{
    int64_t since_us = clock_mono_us();
    int taken = 0;

    while (taken < TAKE_MOST && writer->stuck == DB_OK) {
        if (!take(writer, writer->reports, INPUT_REPORT) &&
            !take(writer, writer->verdicts, INPUT_VERDICT))
            break;
        taken++;
    }
    /* The loop comes back for these at once, so nobody waits on them in vain. */
    writer->more = writer->stuck == DB_OK && taken == TAKE_MOST &&
                   (waits(writer->reports) || waits(writer->verdicts));
    count_busy(writer, since_us);
    return taken > 0;
}

static bool on_input(struct loop *loop, void *arg)
{
    (void)loop;
    intake_take(arg);
    return false;
}

void intake_watch(struct writer *writer, bool on)
{
    short events = on ? ZMQ_POLLIN : 0;

    for (int lane = 0; lane < LANES && writer->reports && writer->verdicts; lane++) {
        loop_socket(writer->loop, inlet_socket(writer->reports, (enum lane)lane), events, on_input,
                    writer);
        loop_socket(writer->loop, inlet_socket(writer->verdicts, (enum lane)lane), events, on_input,
                    writer);
    }
}

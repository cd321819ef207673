#include "common/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/mem.h"

struct input {
    void *socket; /* or NULL, and fd counts */
    int fd;
    short events;
    loop_fn *fn;
    void *arg;
};

struct timer {
    uint64_t number;
    int64_t due_ms;
    int64_t period_ms;
    loop_fn *fn;
    void *arg;
};

struct loop {
    struct input *inputs;
    size_t input_count;
    zmq_pollitem_t *items; /* of the inputs with events */
    size_t *input_of_item;
    size_t item_count;
    bool changed; /* items must be made anew */
    bool stopped;
    struct timer *timers;
    size_t timer_count;
    uint64_t last_number;
    int64_t now_ms;
    int64_t late_limit_ms;
    int64_t late_ms;
    loop_fn *on_late;
    void *late_arg;
    loop_fn *on_turn;
    void *turn_arg;
};

struct loop *loop_create(int64_t late_ms)
{
    struct loop *loop = mem_calloc(1, sizeof(*loop));

    loop->late_limit_ms = late_ms;
    loop->now_ms = clock_mono_ms();
    return loop;
}

void loop_destroy(struct loop **loop)
{
    if (!*loop)
        return;
    free((*loop)->inputs);
    free((*loop)->items);
    free((*loop)->input_of_item);
    free((*loop)->timers);
    free(*loop);
    *loop = NULL;
}

/* --- inputs ----------------------------------------------------------------------------------- */

static size_t find(const struct loop *loop, const void *socket, int fd)
{
    size_t i = 0;

    while (i < loop->input_count &&
           !(loop->inputs[i].socket == socket && (socket || loop->inputs[i].fd == fd)))
        i++;
    return i;
}

static void set(struct loop *loop, struct input input)
{
    size_t i = find(loop, input.socket, input.fd);

    if (i == loop->input_count) {
        loop->inputs = mem_realloc(loop->inputs, ++loop->input_count, sizeof(input));
        loop->changed = true;
    } else if (loop->inputs[i].events != input.events) {
        loop->changed = true;
    }
    loop->inputs[i] = input;
}

static void forget(struct loop *loop, size_t i)
{
    if (i == loop->input_count)
        return;
    loop->input_count--;
    memmove(loop->inputs + i, loop->inputs + i + 1,
            (loop->input_count - i) * sizeof(*loop->inputs));
    loop->changed = true;
}

void loop_socket(struct loop *loop, void *socket, short events, loop_fn *fn, void *arg)
{
    set(loop, (struct input){.socket = socket, .events = events, .fn = fn, .arg = arg});
}

void loop_fd(struct loop *loop, int fd, short events, loop_fn *fn, void *arg)
{
    set(loop, (struct input){.fd = fd, .events = events, .fn = fn, .arg = arg});
}

void loop_forget_socket(struct loop *loop, void *socket)
{
    forget(loop, find(loop, socket, 0));
}

void loop_forget_fd(struct loop *loop, int fd)
{
    forget(loop, find(loop, NULL, fd));
}

static void list_items(struct loop *loop)
{
    size_t n = loop->input_count ? loop->input_count : 1;

    loop->items = mem_realloc(loop->items, n, sizeof(*loop->items));
    loop->input_of_item = mem_realloc(loop->input_of_item, n, sizeof(*loop->input_of_item));
    loop->item_count = 0;
    for (size_t i = 0; i < loop->input_count; i++) {
        const struct input *input = &loop->inputs[i];

        if (!input->events)
            continue;
        loop->items[loop->item_count] =
            (zmq_pollitem_t){.socket = input->socket, .fd = input->fd, .events = input->events};
        loop->input_of_item[loop->item_count++] = i;
    }
    loop->changed = false;
}

static bool end_turn(struct loop *loop)
{
    return (loop->on_turn && loop->on_turn(loop, loop->turn_arg)) || loop->stopped;
}

/* Once the set of inputs has changed, what poll said of the rest is stale: the next turn asks. */
static bool serve_inputs(struct loop *loop)
{
    for (size_t i = 0; i < loop->item_count && !loop->changed; i++) {
        const struct input *input = &loop->inputs[loop->input_of_item[i]];

        if (loop->items[i].revents && (input->fn(loop, input->arg) || loop->stopped))
            return true;
    }
    return false;
}

/* --- timers ----------------------------------------------------------------------------------- */

uint64_t loop_timer(struct loop *loop, int64_t delay_ms, int64_t period_ms, loop_fn *fn, void *arg)
{
    loop->timers = mem_realloc(loop->timers, loop->timer_count + 1, sizeof(*loop->timers));
    loop->timers[loop->timer_count++] = (struct timer){.number = ++loop->last_number,
                                                       .due_ms = clock_mono_ms() + delay_ms,
                                                       .period_ms = period_ms,
                                                       .fn = fn,
                                                       .arg = arg};
    return loop->last_number;
}

void loop_cancel(struct loop *loop, uint64_t timer)
{
    for (size_t i = 0; i < loop->timer_count; i++)
        if (loop->timers[i].number == timer) {
            loop->timers[i] = loop->timers[--loop->timer_count];
            return;
        }
}

static struct timer *next_due(struct loop *loop)
{
    struct timer *next = NULL;

    for (size_t i = 0; i < loop->timer_count; i++)
        if (!next || loop->timers[i].due_ms < next->due_ms)
            next = &loop->timers[i];
    return next;
}

static long wait_ms(struct loop *loop)
{
    const struct timer *next = next_due(loop);
    int64_t left = 0;

    if (!next)
        return 1000;
    left = next->due_ms - clock_mono_ms();
    return left < 0 ? 0 : left > 60000 ? 60000 : (long)left;
}

static bool fire_timers(struct loop *loop)
{
    struct timer *next = NULL;

    while ((next = next_due(loop)) && next->due_ms <= loop->now_ms) {
        struct timer timer = *next;

        if (timer.period_ms > 0)
            next->due_ms = loop->now_ms + timer.period_ms;
        else
            loop_cancel(loop, timer.number);
        if (timer.fn(loop, timer.arg) || loop->stopped)
            return true;
    }
    return false;
}

/* Nobody looked for a while: what should have happened meanwhile gets as much more time. */
static bool move_deadlines(struct loop *loop)
{
    const struct timer *next = next_due(loop);

    loop->late_ms = next ? loop->now_ms - next->due_ms : 0;
    if (loop->late_ms <= loop->late_limit_ms)
        return false;
    for (size_t i = 0; i < loop->timer_count; i++)
        loop->timers[i].due_ms += loop->late_ms;
    return loop->on_late && loop->on_late(loop, loop->late_arg);
}

void loop_on_late(struct loop *loop, loop_fn *fn, void *arg)
{
    loop->on_late = fn;
    loop->late_arg = arg;
}

int64_t loop_late(const struct loop *loop)
{
    return loop->late_ms;
}

void loop_on_turn(struct loop *loop, loop_fn *fn, void *arg)
{
    loop->on_turn = fn;
    loop->turn_arg = arg;
}

int64_t loop_now(const struct loop *loop)
{
    return loop->now_ms;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}

/* --- turning ---------------------------------------------------------------------------------- */

/* Inputs are served until none is ready, though not without end: under a flood timers wait no
 * longer than this and one callback, for heartbeats are timers. */
enum { DRAIN_MS = 100 };

static int poll_once(struct loop *loop, long timeout_ms)
{
    int ready = 0;

    if (loop->changed)
        list_items(loop);
    /* A signal ends the wait: begun again each time, it would never end under a timer's signals. */
    ready = zmq_poll(loop->items, (int)loop->item_count, timeout_ms);
    if (ready < 0 && errno == EINTR)
        ready = 0;
    loop->now_ms = clock_mono_ms();
    return ready;
}

bool loop_run(struct loop *loop)
{
    loop->changed = true;
    for (;;) {
        int ready = poll_once(loop, wait_ms(loop));
        int64_t until_ms = loop->now_ms + DRAIN_MS;

        if (ready < 0)
            return false;
        if (move_deadlines(loop))
            return true;
        while (ready > 0) {
            if (serve_inputs(loop) || end_turn(loop))
                return true;
            ready = poll_once(loop, 0);
            if (loop->now_ms >= until_ms)
                break;
        }
        /* A callback may have been what took so long. */
        if (move_deadlines(loop) || fire_timers(loop) || end_turn(loop))
            return true;
    }
}

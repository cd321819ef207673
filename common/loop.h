/* The event loop of a thread: sockets, descriptors and timers.  All inputs that are ready are
 * served before any timer fires, and a loop that ran late (a stopped process, a long pause) moves
 * all deadlines by as much, so that no timer fires only because nobody was looking. */
#ifndef WEIR_COMMON_LOOP_H
#define WEIR_COMMON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* Called when something is ready or due.  Returning true ends the loop. */
typedef bool loop_fn(struct loop *loop, void *arg);

/* late_ms: a turn that comes later than this after its due time moves all timers. */
struct loop *loop_create(int64_t late_ms);
void loop_destroy(struct loop **loop);

/* socket is a raw ZeroMQ socket (zsock_resolve); events ZMQ_POLLIN and/or ZMQ_POLLOUT, 0 = ignore
 * for now.  Adding it again changes events and function.  The function should take a bounded number
 * of messages; it is called again while the socket is ready. */
void loop_socket(struct loop *loop, void *socket, short events, loop_fn *fn, void *arg);
void loop_fd(struct loop *loop, int fd, short events, loop_fn *fn, void *arg);
void loop_forget_socket(struct loop *loop, void *socket);
void loop_forget_fd(struct loop *loop, int fd);

/* Fires first after delay_ms, then every period_ms (0 = once).  Returns its number (never 0). */
uint64_t loop_timer(struct loop *loop, int64_t delay_ms, int64_t period_ms, loop_fn *fn, void *arg);
/* Unknown numbers and 0 are ignored. */
void loop_cancel(struct loop *loop, uint64_t timer);

/* Told when a turn ran late, before any timer: by how many milliseconds is loop_late (). */
void loop_on_late(struct loop *loop, loop_fn *fn, void *arg);
int64_t loop_late(const struct loop *loop);
/* Called at the end of each turn, after inputs and timers. */
void loop_on_turn(struct loop *loop, loop_fn *fn, void *arg);

/* The monotonic time of this turn. */
int64_t loop_now(const struct loop *loop);
/* Ends the loop after the function that is being served. */
void loop_stop(struct loop *loop);
/* Runs until a function returns true or loop_stop was called; false where poll failed (errno). */
bool loop_run(struct loop *loop);

#endif

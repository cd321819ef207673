/* An outlet with a queue before it: what could not be sent at once waits here, in order, and goes
 * as soon as the socket takes it.  The queue is bounded by its owner, who takes no further work
 * while backlog_count or backlog_bytes says that enough waits. */
#ifndef WEIR_COMMON_BACKLOG_H
#define WEIR_COMMON_BACKLOG_H

#include <czmq.h>

#include "common/link.h"

struct backlog;
struct loop;

/* Called after the queue became shorter. */
typedef void backlog_fn(void *self);

/* Takes the outlet (and nulls it); the loop is borrowed.  fn may be NULL. */
struct backlog *backlog_create(struct outlet **outlet, struct loop *loop, backlog_fn *fn,
                               void *self);
/* What still waits is dropped. */
void backlog_destroy(struct backlog **backlog);
/* Takes the message: sent, kept for later, or refused (oversize; counted). */
void backlog_send(struct backlog *backlog, enum lane lane, zmsg_t **message);
size_t backlog_count(const struct backlog *backlog);
size_t backlog_bytes(const struct backlog *backlog);
/* Call about once a second. */
void backlog_tend(struct backlog *backlog, int64_t mono_ms);

#endif

/* The embedder's main thread: takes items, hands them to the compute actor, sends them on. */
#ifndef WEIR_EMBEDDER_EMBEDDER_H
#define WEIR_EMBEDDER_EMBEDDER_H

#include <czmq.h>
#include <stdbool.h>

#include "common/buf.h"
#include "common/watchdog.h"

struct asked;
struct backlog;
struct inlet;
struct ladder_step;
struct msg_heartbeat;
struct reranker;
struct service;

struct embedder {
    struct service *service;
    struct inlet *items;
    struct backlog *vectors;
    zactor_t *compute;
    struct asked *asked; /* NULL: the built-in model alone */
    struct reranker *reranker;
    struct buf note;
    int64_t in_hand;   /* given to the compute actor and not yet back */
    uint64_t computed; /* given back by it so far */
    struct watch watch;
    int64_t busy_us;
    bool stopping;
};

/* The functions of a service_spec. */
int embedder_start(struct service *service, void *self);
void embedder_stop(struct service *service, void *self, int64_t within_ms);
void embedder_end(struct service *service, void *self);
void embedder_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat);
void embedder_memory(struct service *service, void *self, const struct ladder_step *step);

#endif

/* The skeleton of a stage: an app that is a member of the ring.  It says HELLO, sends heartbeats
 * with counters, asks the broker when it is signalled, and leaves when it is told to STOP.
 *
 * Control is level-triggered: `leaving` stands in every HELLO and heartbeat from the first signal
 * on; without a broker a signalled stage drains itself and leaves within service.stop_ms. */
#ifndef WEIR_COMMON_SERVICE_H
#define WEIR_COMMON_SERVICE_H

#include "common/app.h"
#include "common/ladder.h"
#include "common/msg.h"
#include "common/sandbox.h"

struct service;

struct service_spec {
    struct app_spec app;
    /* Opens links and threads, registers them in app->loop.  0, or an exit code to leave with. */
    int (*start)(struct service *service, void *self);
    /* STOP came (or there is no broker and a signal did): finish what is in hand, then call
     * service_done.  Called once.  After within_ms the process leaves anyway. */
    void (*stop)(struct service *service, void *self, int64_t within_ms);
    /* Closes what start opened; also after a failed start. */
    void (*end)(struct service *service, void *self);
    /* Before each heartbeat: fills in_hand, leases, note, quiesce; the spans must live until the
     * next call.  May be NULL. */
    void (*beat)(struct service *service, void *self, struct msg_heartbeat *heartbeat);
    /* Every other control message: QUIESCE, LOST, ROSTER.  May be NULL. */
    void (*control)(struct service *service, void *self, enum msg_type type, const void *message);
    /* What the process still needs once all is open, by its settings; NULL: everything. */
    enum sandbox (*sandbox)(const struct config *config);
    /* The broker was found (again); broker is its run.  May be NULL. */
    void (*welcomed)(struct service *service, void *self, uint64_t broker);
    /* A rung of service.memory_bytes began or ended, as service->memory has it: caches are to
     * follow.  May be NULL. */
    void (*memory)(struct service *service, void *self, const struct ladder_step *step);
};

struct service {
    struct app app;
    const struct service_spec *spec;
    void *self;
    struct member *member; /* these two are service.c's own */
    struct service_life *life;
    struct ladder memory; /* how much of service.memory_bytes is used */
};

/* main () of a stage: gives the exit code. */
int service_main(const struct service_spec *spec, void *self, int argc, char **argv);
/* What stop () was asked for is finished: say BYE {code, left, words} and leave. */
void service_done(struct service *service, int code, uint64_t left, const char *words);
/* Sends a control message to the broker; dropped where there is none. */
void service_tell(struct service *service, enum msg_type type, const void *message);
/* A heartbeat now, because something the broker waits for has changed. */
void service_beat_now(struct service *service);
bool service_has_broker(const struct service *service);
bool service_leaving(const struct service *service);

#endif

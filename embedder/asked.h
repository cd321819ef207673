/* Items whose vector a model server makes: between the compute actor and the vectors link. */
#ifndef WEIR_EMBEDDER_ASKED_H
#define WEIR_EMBEDDER_ASKED_H

#include <czmq.h>

#include "common/link.h"

struct asked;
struct buf;
struct compute_ticket;
struct config;
struct counters;
struct loop;

struct asked_calls {
    /* For each item once: *message is the callee's, or NULL where its deadline had passed.  bare:
     * it has no vector. */
    void (*answered)(void *self, enum lane lane, zmsg_t **message, bool bare);
    /* The circuit opened or closed, and whoever hears the event bus was told. */
    void (*changed)(void *self);
    void *self;
};

/* NULL with a logged line: settings that cannot be.  calls is copied, all others are borrowed. */
struct asked *asked_open(const struct config *config, struct loop *loop, struct counters *counters,
                         const char *instance, const struct asked_calls *calls);
/* Items in hand are dropped. */
void asked_close(struct asked **asked);
/* Takes the message of a COMPUTE_ASK, without its ticket. */
void asked_take(struct asked *asked, const struct compute_ticket *ticket, zmsg_t **message);
size_t asked_count(const struct asked *asked);
/* Whether more should be taken than what is here and what is coming; true where asked is NULL. */
bool asked_has_room(const struct asked *asked, size_t coming);
/* All in hand is given back within this time, with a vector or without. */
void asked_stop(struct asked *asked, int64_t within_ms);
/* Memory is short, or no longer: see backend_strain (); asked may be NULL. */
void asked_strain(struct asked *asked, unsigned rung);
/* The note of a heartbeat; asked may be NULL. */
void asked_note(const struct asked *asked, const struct config *config, struct buf *out);

#endif

/* The broker's own state: one owner, the main thread. */
#ifndef WEIR_BROKER_BROKER_H
#define WEIR_BROKER_BROKER_H

#include "broker/order.h"
#include "broker/roster.h"
#include "common/app.h"
#include "common/link.h"

struct bus;
struct forward;
struct guard;

struct broker {
    struct app app;
    uint64_t run; /* this broker and no other */
    zsock_t *control;
    struct forward *forwards[LINKS][LANES];
    struct bus *bus;
    struct guard *guard;   /* NULL: nothing is bound on tcp */
    uint64_t torn;         /* connections of lanes over tcp that ended, as last seen */
    uint64_t keys_removed; /* as the guard counted them when connections were last made anew */
    struct roster roster;
    struct order order;
    struct msg_pool pool;
    struct buf out;
};

/* Binds everything; an exit code, 0 = fine. */
int broker_open(struct broker *broker);
void broker_close(struct broker *broker);
/* One step of the order of things: loses the silent, tells the storer, stops whose turn it is. */
void broker_step(struct broker *broker);
/* An instance is gone: crashed, or by its own word. */
void broker_forget(struct broker *broker, struct instance *instance, bool crashed);
/* The last words: what was drained, what was left, and where it lies; gives the exit code. */
int broker_report(struct broker *broker);

/* control.c: the ROUTER. */
bool control_serve(struct loop *loop, void *broker);
/* Sends to one peer; a peer that is gone or full is counted and left alone. */
void control_send(struct broker *broker, struct span identity, enum msg_type type,
                  const void *message);

/* access.c: who may do what over tcp. */
/* Why the owner of a key (NULL: it came by ipc) may not send this message; NULL: it may. */
const char *access_refuses(const char *key, enum msg_type type, const void *message);
/* Notes how an instance came in; each may be NULL. */
void access_note(struct instance *instance, const char *key, const char *from);
/* Shuts out whose key was removed, and counts broken connections as losses. */
void access_watch(struct broker *broker);
/* An instance on another machine was lost: nothing more is sent into connections that may be as
 * dead as that machine, where it would lie until the kernel gives up. */
void access_lost(struct broker *broker, const struct instance *instance);

/* status.c: everything as one JSON object. */
void status_json(struct broker *broker, struct buf *out);

#endif

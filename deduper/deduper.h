/* The deduper: proposes for each item the committed ones it resembles.  One thread owns the index.
 */
#ifndef WEIR_DEDUPER_DEDUPER_H
#define WEIR_DEDUPER_DEDUPER_H

#include <czmq.h>
#include <stdbool.h>

#include "common/link.h"
#include "common/msg.h"
#include "deduper/follow.h"

struct backlog;
struct index;
struct memory;
struct msg_heartbeat;
struct proposals;
struct service;

struct deduper {
    struct service *service;
    struct inlet *vectors;
    struct backlog *verdicts;
    zsock_t *events;
    zsock_t *query;
    struct follow follow;
    struct memory *memory;
    struct proposals *proposals; /* none between turns */
    zmsg_t *held;                /* an item that waits until the index has caught up */
    enum lane held_lane;
    uint64_t question; /* number of the last page asked for */
    int64_t busy_us;
    bool stopping;
    struct msg_pool pool;
    struct buf out;
};

/* The functions of a service_spec. */
int deduper_start(struct service *service, void *self);
void deduper_stop(struct service *service, void *self, int64_t within_ms);
void deduper_end(struct service *service, void *self);
void deduper_beat(struct service *service, void *self, struct msg_heartbeat *heartbeat);

/* catchup.c: commits and pages. */
bool catchup_on_event(struct loop *loop, void *self);
bool catchup_on_page(struct loop *loop, void *self);
/* Does what follow said: clears the index, asks for a page. */
void catchup_act(struct deduper *deduper, enum follow_act act);
/* Asks again where a page is overdue; call about once a second. */
void catchup_tend(struct deduper *deduper);
/* Called by catchup when judging may go on. */
void deduper_resume(struct deduper *deduper);

/* reranked.c: true where the message is a reranker's answer: it was passed on, or dropped. */
bool reranked_pass(struct deduper *deduper, enum lane lane, zmsg_t **message);

/* propose.c: items that are judged together.  Commits are to be applied between proposals_send ()
 * and proposals_take () only, so that all are judged by the same state of the index. */
enum { PROPOSALS_MAX = 16 };

struct proposals *proposals_create(void);
/* What was not sent is dropped; takes a pointer to NULL too, and nulls. */
void proposals_destroy(struct proposals **self);
size_t proposals_count(const struct proposals *self);
/* Takes an item, the message with it, or drops it with a reason; there must be room for one more.
 * false: it has to wait until the index has caught up, *message is still the caller's, and what was
 * taken before was sent.  With caught_up, which it has done for this very item, it is judged in any
 * case. */
bool proposals_take(struct deduper *deduper, enum lane lane, zmsg_t **message, bool caught_up);
/* Judges all that was taken and gives the verdicts in the order taken. */
void proposals_send(struct deduper *deduper);

#endif

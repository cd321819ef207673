/* A stage's side of control: finding the broker, keeping it told, noticing when it is gone.  Part
 * of service.c's job that knows the protocol but not the stage's life. */
#ifndef WEIR_COMMON_MEMBER_H
#define WEIR_COMMON_MEMBER_H

#include "common/msg.h"

struct app;
struct member;

/* Told of each control message but welcome. */
typedef void member_fn(void *self, enum msg_type type, const void *message);
/* Told when a broker was found, found again (another run), or lost (broker 0). */
typedef void member_broker_fn(void *self, uint64_t broker);

/* Connects to control; NULL with a logged line.  app is borrowed. */
struct member *member_create(struct app *app, member_fn *fn, member_broker_fn *on_broker,
                             void *self);
void member_destroy(struct member **member);

/* Says HELLO while there is no broker, else sends the heartbeat; call every heartbeat. */
void member_beat(struct member *member, const struct msg_hello *hello,
                 struct msg_heartbeat *heartbeat);
/* Dropped where there is no broker. */
void member_tell(struct member *member, enum msg_type type, const void *message);
/* The broker's run; 0 = none. */
uint64_t member_broker(const struct member *member);
/* All deadlines later by so much: nobody was looking. */
void member_was_late(struct member *member, int64_t late_ms);

#endif

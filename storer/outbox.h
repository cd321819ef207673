/* What is to be sent on a link and must never be waited for (DESIGN 3.5): a message that finds no
 * room waits here, and its lane is watched for room only then. */
#ifndef WEIR_STORER_OUTBOX_H
#define WEIR_STORER_OUTBOX_H

#include <stddef.h>

#include "common/link.h"

struct outbox;

/* NULL where the link cannot be opened (logged). */
struct outbox *outbox_open(const struct config *config, enum link_id link,
                           struct counters *counters, struct loop *loop);
void outbox_close(struct outbox **outbox);
/* Takes the message.  false: it was too large, and is gone (counted, logged). */
bool outbox_send(struct outbox *outbox, enum lane lane, zmsg_t **message);
/* Messages that wait, both lanes.  Callers look here before they make more. */
size_t outbox_waiting(const struct outbox *outbox);
void outbox_tend(struct outbox *outbox, int64_t mono_ms);

#endif

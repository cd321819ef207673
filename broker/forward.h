/* One lane of one link: takes from all its senders, gives to all its receivers, copies to its tap.
 * Frames are passed on unread.  It receives only when the output takes something (where that ends
 * between two messages, it holds one and receives no other), so a stopped receiver stops its own
 * lane and no other; the tap's copy is dropped where the tap is full (ZEROMQ.md, traps).  In the
 * copy of a job the fourth frame, a source's passwords, is empty. */
#ifndef WEIR_BROKER_FORWARD_H
#define WEIR_BROKER_FORWARD_H

#include <stdint.h>

#include "common/link.h"

struct config;
struct forward;

struct forward_counts {
    uint64_t messages;
    uint64_t bytes;
    uint64_t tapped;  /* copies made */
    uint64_t waited;  /* times a message had to wait for a receiver */
    uint64_t dropped; /* messages lost because their receiver vanished */
    uint64_t torn;    /* connections over tcp that ended, whatever was on its way in them */
    uint64_t waiting; /* 1 = one waits now */
    uint64_t turns;   /* times that the thread has told, every quarter of a second */
};

/* Binds the lane's three endpoints and starts its thread; NULL with a logged line. */
struct forward *forward_open(const struct config *config, enum link_id link, enum lane lane);
/* Stops the thread and joins it. */
void forward_close(struct forward **forward);
/* Closes the lane's tcp connections, of receivers alone or of everybody, and listens again: see
 * link_renew.  Done by the thread, soon. */
void forward_renew(struct forward *forward, bool everybody);
/* Ends the process with 70 where the thread has told nothing for stuck_ms (common/watchdog.h). */
void forward_look(struct forward *forward, int64_t stuck_ms, int64_t now_ms);
/* Reads what the thread has last told, without waiting. */
void forward_counts(struct forward *forward, struct forward_counts *counts);

#endif

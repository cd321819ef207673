/* The compute actor: one thread that reads items, asks the model, and appends the vector frame.
 *
 * It is given [header][item] with a ticket in front and gives back [ticket][header][item][vector],
 * or the ticket alone where the item is not to be passed on.  Where a model server is to make the
 * vector it gives [ticket][header][item][vector, without one][input for the server]. */
#ifndef WEIR_EMBEDDER_COMPUTE_H
#define WEIR_EMBEDDER_COMPUTE_H

#include <czmq.h>
#include <stdint.h>

struct config;

enum compute_result {
    COMPUTE_NONE, /* not done yet */
    COMPUTE_DONE,
    COMPUTE_ASK,       /* its vector is the model server's business */
    COMPUTE_BARE,      /* passed on without a vector; the reason stands in the frame */
    COMPUTE_MALFORMED, /* could not be read */
    COMPUTE_EXPIRED,   /* its deadline had passed */
};

/* Travels with the work inside the process only. */
struct compute_ticket {
    uint32_t lane;
    uint32_t result;     /* enum compute_result */
    int64_t deadline_ms; /* the header's */
    int64_t waited_ms;   /* since it was fetched; 0 = not said, or sent once more */
    int64_t busy_us;
    const char *why; /* malformed: a constant */
};

/* The actor; talk to it through zactor_sock.  Ends with zactor_destroy.  config is borrowed. */
zactor_t *compute_start(const struct config *config);

#endif
